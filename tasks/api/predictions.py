"""Predictions of a batch: a client uploads what a model says of its images."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.pagination import CursorPagination
from tasks.access import access_client_batch
from tasks.api.serializers import Text
from tasks.models import Prediction
from tasks.pointed import MAX_ITEMS, Outcome, read_pointed
from tasks.predictions import store_predictions

ITEM_HELP = (
    "Each names one image of the batch by `image` (its id), `name` or `sha256`, and has a `payload`: the "
    "`tags` and `shapes` of an answer, where a shape may have a `confidence` from 0 to 1."
)


class PredictionsUpload(serializers.Serializer[Any]):
    model = Text(help_text="Your name of what made them, with its version.")
    items = serializers.ListField(
        child=serializers.DictField(), max_length=MAX_ITEMS, allow_empty=False, help_text=ITEM_HELP
    )


class OutcomeSerializer(serializers.Serializer[Outcome]):
    """What became of one item, in the order of the request."""

    status = serializers.ChoiceField(["stored", "refused"])
    task = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_blank=True, help_text="why it was refused")
    detail = serializers.CharField(allow_blank=True)
    where = serializers.CharField(allow_blank=True, help_text="place in the payload: shapes[3].box")


class OutcomesSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField()
    refused = serializers.IntegerField()
    items = OutcomeSerializer(many=True)


class PredictionSerializer(serializers.ModelSerializer[Prediction]):
    image = serializers.IntegerField(source="task.image_id")
    name = serializers.CharField(source="task.image.name")

    class Meta:
        model = Prediction
        fields = ["task", "image", "name", "model", "payload", "created_at"]


class InTaskOrder(CursorPagination):
    ordering = "task_id"


class Predictions(generics.ListAPIView[Prediction]):
    serializer_class = PredictionSerializer
    pagination_class = InTaskOrder

    def get_queryset(self) -> QuerySet[Prediction]:
        batch = access_client_batch(self.request, self.kwargs["batch_id"])
        return Prediction.objects.filter(task__batch=batch).select_related("task__image")

    @extend_schema(summary="List a batch's predictions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Upload predictions, each shown to annotators as a draft",
        request=PredictionsUpload,
        responses=OutcomesSerializer,
    )
    def post(self, request: Request, batch_id: int) -> Response:
        asked = PredictionsUpload(data=request.data)
        batch = access_client_batch(request, batch_id)
        asked.is_valid(raise_exception=True)
        items = [read_pointed(item) for item in asked.validated_data["items"]]
        outcomes = store_predictions(batch=batch, model=asked.validated_data["model"], items=items)
        return Response(told(outcomes))


def told(outcomes: list[Outcome]) -> Any:
    stored = sum(outcome.status == "stored" for outcome in outcomes)
    report = {"stored": stored, "refused": len(outcomes) - stored, "items": outcomes}
    return OutcomesSerializer(report).data
