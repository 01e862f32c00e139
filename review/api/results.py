"""Results for clients: the consensus of each settled task of a batch."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from annotator.pagination import CursorPagination
from review.api.serializers import ResultSerializer
from review.models import Consensus
from tasks.access import access_client_batch
from tasks.models import Task


class InTaskOrder(CursorPagination):
    ordering = "task_id"


class BatchResults(ListAPIView[Consensus]):
    """Settled tasks of a batch in the order of their images, as they stand now."""

    serializer_class = ResultSerializer
    pagination_class = InTaskOrder

    def get_queryset(self) -> QuerySet[Consensus]:
        if getattr(self, "swagger_fake_view", False):
            return Consensus.objects.none()
        batch = access_client_batch(self.request, self.kwargs["batch_id"])
        settled = Consensus.objects.filter(task__batch=batch, task__state=Task.State.SETTLED)
        return settled.select_related("task__image")
