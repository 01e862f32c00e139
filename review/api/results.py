"""Results for clients: the consensus of each settled task of a batch."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponseBase, HttpResponseRedirect
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from annotator.errors import NotVisible
from annotator.pagination import CursorPagination
from review.api.serializers import ResultSerializer
from review.models import Consensus
from tasks.access import access_client_batch, client_projects
from tasks.delivery import image_url
from tasks.models import Task


class TaskOriginal(APIView):
    """The image of a task as you sent it: a redirect to an address that is good for a while."""

    @extend_schema(operation_id="task_original", responses={302: None})
    def get(self, request: Request, task_id: int) -> HttpResponseBase:
        task = Task.objects.filter(project__in=client_projects(request), id=task_id).select_related("image")
        found = task.first()
        if found is None:
            raise NotVisible
        return HttpResponseRedirect(image_url(found.image, "original"))


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
