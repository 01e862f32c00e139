"""What review adds to the annotator's desk: how a practice answer was."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from review.practice import feedback
from tasks.access import access_annotator


@require_safe
def practice(request: HttpRequest, submission_id: uuid.UUID) -> JsonResponse:
    """The right answer, after one's own: asked for again it is the same."""
    person = access_annotator(request)
    return JsonResponse(feedback(person=person, submission_id=submission_id, now=timezone.now()))
