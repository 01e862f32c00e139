"""The desk's question to a project's model."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from annotator.parsers import read_body
from tasks.access import access_annotator
from tasks.prompts import Asked, ask_about_place


@require_POST
def ask_model(request: HttpRequest) -> HttpResponse:
    person = access_annotator(request)
    asked = read_body(request, Asked)
    answer = ask_about_place(person=person, asked=asked, now=timezone.now())
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")
