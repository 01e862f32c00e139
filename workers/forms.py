"""Forms of signing in and of one's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workers import guesses
from workers.auth import login_name, one_try_at_a_time
from workers.models import Person, Role


class SignInForm(forms.Form):
    """One form for everybody. Browsers must not offer the names of those who sat here before."""

    username = forms.CharField(
        label=_("Login name or e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("PIN or password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    person: Person | None = None
    is_held_up = False  # there were too many guesses from here; this one was not tried

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        # After a wrong try the name is usually right: the hands go to the PIN.
        self.fields["password" if self.is_bound else "username"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "username" in cleaned and "password" in cleaned:
            name, place = login_name(given=cleaned["username"]), guesses.place_of(self.request)
            if not guesses.take(place):
                self.is_held_up = True
                raise forms.ValidationError(
                    _("There were too many wrong tries from here. Wait a minute, then try again.")
                )
            with one_try_at_a_time(username=name):
                person = authenticate(self.request, username=name, password=cleaned["password"])
            if not isinstance(person, Person):
                raise forms.ValidationError(_("The name and the PIN or password do not go together."))
            guesses.give_back(place)
            self.person = person
        return cleaned


class ForgotForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    class Meta:
        model = Person
        fields = ["language", "theme"]
        widgets = {"language": forms.RadioSelect, "theme": forms.RadioSelect}


class SecretForm(PasswordChangeForm):
    """A new PIN (annotators) or password, after the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pin = self.user.role == Role.ANNOTATOR
        old, new, again = (self.fields[name] for name in ("old_password", "new_password1", "new_password2"))
        old.label = _("Present PIN") if pin else _("Present password")
        new.label = _("New PIN") if pin else _("New password")
        again.label = _("The new one once more")
        again.help_text = ""
        new.help_text = _("Six digits, not easy to guess.") if pin else _("At least ten characters.")
        old.widget.attrs.pop("autofocus", None)
        for field in (old, new, again):
            field.widget.attrs["autocomplete"] = "off"
            if pin:
                field.widget.attrs.update(inputmode="numeric", **{"class": "pin"})
