"""Errors as problem+json (RFC 9457), for DRF and for plain Django views alike."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import csrf, defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from annotator.errors import DomainError

CONTENT_TYPE = "application/problem+json"
READABLE = {"ensure_ascii": False}  # people read these too, many of them in Chinese


def problem(*, status: int, code: str, detail: str, **extra: Any) -> dict[str, Any]:
    """The body of one problem; `extra` may carry `errors`, a list of {where, code, detail}."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **extra}


def wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or "json" in accept or request.content_type == "application/json"


def problem_response(error: DomainError) -> JsonResponse:
    body = problem(status=error.status, code=error.code, detail=str(error.detail), **error.extra)
    return JsonResponse(body, status=error.status, content_type=CONTENT_TYPE, json_dumps_params=READABLE)


def problem_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    return render(request, "problem.html", {"error": error}, status=error.status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404: no route leads here."""
    if wants_json(request):
        return _plain_problem(404, "not_found", _("There is no such object here."))
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler400: too many files or fields in one form, a host that is not ours, and the like."""
    if wants_json(request):
        return _plain_problem(400, "bad_request", _("The request cannot be understood, or holds too much."))
    return defaults.bad_request(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """CSRF_FAILURE_VIEW: on a shared PC, most often a page of somebody who has signed out meanwhile."""
    if wants_json(request):
        return _plain_problem(403, "csrf_failed", _("This page is out of date. Load it again."))
    return csrf.csrf_failure(request, reason=reason)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500. It must not touch the database, which may be the reason."""
    if wants_json(request):
        return _plain_problem(500, "server_error", _("The fault is ours, and it has been logged."))
    return defaults.server_error(request)


def _plain_problem(status: int, code: str, detail: str) -> JsonResponse:
    body = problem(status=status, code=code, detail=detail)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE, json_dumps_params=READABLE)


def api_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Unknown errors return None, so that they are logged as faults of ours."""
    headers: dict[str, str] = {}
    extra: dict[str, Any] = {}
    if isinstance(error, DomainError):
        status, code, extra = error.status, error.code, dict(error.extra)
        detail = str(error.detail)
        if error.retry_after:
            headers["Retry-After"] = str(error.retry_after)
    elif isinstance(error, Http404):
        status, code, detail = 404, "not_found", _("There is no such object here.")
    elif isinstance(error, PermissionDenied):
        status, code, detail = 403, "forbidden", _("You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        status, code = 422, "invalid"
        detail, extra = _("The input is not valid."), {"errors": _faults(error.detail)}
    elif isinstance(error, exceptions.APIException):
        status, code = error.status_code, str(error.default_code)
        detail, headers = str(error.detail), _headers(error)
    else:
        return None
    set_rollback()
    body = problem(status=status, code=code, detail=detail, **extra)
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _faults(detail: Any, where: str = "") -> list[dict[str, str]]:
    """DRF's nested error detail as a flat list that names each place."""
    if isinstance(detail, dict):
        return [
            f
            for key, value in detail.items()
            for f in _faults(value, f"{where}.{key}" if where else str(key))
        ]
    if isinstance(detail, list):
        nested = [
            _faults(value, f"{where}[{i}]" if isinstance(value, dict | list) else where)
            for i, value in enumerate(detail)
        ]
        return [fault for faults in nested for fault in faults]
    return [{"where": where, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}]
