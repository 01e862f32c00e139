"""Pages of signing in, switching people, language and theme, and one's own account."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotator.face import DESK_COOKIE, DESK_PATH, THEME_COOKIE, THEMES
from annotator.letters import have_written
from workers import guesses
from workers.auth import home_of, unlock, way_in
from workers.forms import AccountForm, ForgotForm, SecretForm, SignInForm
from workers.jobs import write_resets
from workers.models import Person

LANGUAGES = {code for code, _name in settings.LANGUAGES}


def _back(request: HttpRequest) -> str:
    """The page the form was on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"


def _remember(response: HttpResponseBase, name: str, value: str) -> None:
    """Keeps a choice in the browser for the pages before somebody signs in."""
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    return redirect(home_of(request.user) if request.user.is_authenticated else "sign-in")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if request.method != "POST" and request.user.is_authenticated:
        return redirect(home_of(request.user))
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid() and form.person:
        login(request, form.person)
        way = way_in(person=form.person, wanted=wanted, host=request.get_host(), secure=request.is_secure())
        response = redirect(way)
        _remember(response, settings.LANGUAGE_COOKIE_NAME, form.person.language)
        response.delete_cookie(DESK_COOKIE, path=DESK_PATH)
        guesses.know_device(response, person=form.person)
        return response
    left = request.GET.get("left") == "1"
    status = 422 if form.is_bound else 200
    page = render(
        request,
        "sign_in/sign_in.html",
        {"form": form, "next": wanted, "left": left},
        status=429 if form.is_held_up else status,
    )
    if form.is_held_up:
        page["Retry-After"] = str(guesses.SECONDS_EACH)
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session on the server. Work not yet sent stays in the browser, kept apart by person."""
    if request.method != "POST":
        return render(request, "sign_in/sign_out.html")
    logout(request)
    response = redirect("/sign-in" if request.POST.get("then") == "switch" else "/sign-in?left=1")
    response.delete_cookie(DESK_COOKIE, path=DESK_PATH)
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        return HttpResponse(status=400)
    if request.user.is_authenticated:
        Person.objects.filter(pk=request.user.pk).update(language=chosen)
    response = redirect(_back(request))
    _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return HttpResponse(status=400)
    if request.user.is_authenticated:
        Person.objects.filter(pk=request.user.pk).update(theme=chosen)
    response = redirect(_back(request))
    _remember(response, THEME_COOKIE, chosen)
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Person)
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        translation.activate(request.user.language)
        messages.success(request, _("Saved."))
        response = redirect("account")
        _remember(response, settings.LANGUAGE_COOKIE_NAME, request.user.language)
        return response
    return render(request, "account/account.html", {"form": form, "secret": SecretForm(request.user)})


@sensitive_post_parameters()
@login_required
@require_POST
def secret(request: HttpRequest) -> HttpResponse:
    """A new PIN or password. Other browsers of this person are signed out by it."""
    assert isinstance(request.user, Person)
    form = SecretForm(request.user, request.POST)
    if not form.is_valid():
        context = {"form": AccountForm(instance=request.user), "secret": form}
        return render(request, "account/account.html", context, status=422)
    form.save()
    update_session_auth_hash(request, form.user)
    messages.success(request, _("Changed. Use the new one from now on."))
    return redirect("account")


@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        have_written(write_resets, email=form.cleaned_data["email"])
        # The same answer for every address: who has an account here is nobody's business.
        return render(request, "sign_in/forgot_sent.html", {"email": form.cleaned_data["email"]})
    return render(request, "sign_in/forgot.html", {"form": form})


class ResetView(PasswordResetConfirmView):
    template_name = "sign_in/reset.html"
    success_url = reverse_lazy("sign-in")
    reset_url_token = "new"  # noqa: S105

    def form_valid(self, form: SetPasswordForm[Person]) -> HttpResponse:
        response = super().form_valid(form)
        unlock(username=form.user.username)
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return response
