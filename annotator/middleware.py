"""What every request passes: an id, a language, security headers, and errors as problem+json."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language_from_request

from annotator.errors import DomainError
from annotator.face import DESK_COOKIE, DESK_PATH, LEFT_COOKIE
from annotator.first_paint import SCRIPT_SOURCES, STYLE_SOURCES
from annotator.problem import problem_page, problem_response, wants_json

Next = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
# Everything a page needs comes from us; images may also be blobs the workbench decoded.
_POLICY = (
    f"default-src 'self'; img-src 'self' data: blob:; style-src 'self' {STYLE_SOURCES}; "
    f"script-src 'self' {SCRIPT_SOURCES}; worker-src 'self' blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class RequestIdMiddleware:
    """Gives each request an id (the caller's, when well-formed) that the answer and the log carry."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class CharsetMiddleware:
    """Refuses a body in an encoding that Python knows but that is none of text ("zlib")."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.encoding:
            try:
                "x".encode(request.encoding)
            except (LookupError, UnicodeError):
                raise BadRequest("not an encoding of text") from None
        return self.get_response(request)


class LanguageMiddleware:
    """Before anybody is known: the cookie, else what the browser asks for, else the installation's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = settings.LANGUAGE_COOKIE_NAME in request.COOKIES or "Accept-Language" in request.headers
        language = get_language_from_request(request) if asked else settings.DEFAULT_LANGUAGE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if not request.path.startswith("/media/"):  # a picture has none
                response.headers.setdefault("Content-Language", translation.get_language() or language)
            return response


class LeftMiddleware:
    """Signs out whoever left while their computer had no line, before anything else is done in their name.

    The page (frontend/workbench/shell/leave.ts) says so by a cookie with the token of the session's forms.
    Who has signed in since has another one, and no other site knows it.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        left = request.COOKIES.get(LEFT_COOKIE)
        if left is None:
            return self.get_response(request)
        token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
        is_theirs = bool(token) and constant_time_compare(left, token)
        if is_theirs:
            logout(request)
        response = self.get_response(request)
        response.delete_cookie(LEFT_COOKIE)
        if is_theirs:
            response.delete_cookie(DESK_COOKIE, path=DESK_PATH)
        return response


class PersonLanguageMiddleware:
    """A signed-in person's own language goes before the browser's: site PCs are shared.

    Images have no language, so they are spared the look-up of session and person.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/media/") and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class PolicyMiddleware:
    """Content-Security-Policy everywhere; pages of a signed-in person are never kept on a shared PC."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class ProblemMiddleware:
    """Turns a DomainError into problem+json, or into a page for a browser that asked for one."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        return problem_response(error) if wants_json(request) else problem_page(request, error)
