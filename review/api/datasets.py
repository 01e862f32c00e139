"""A dataset of another tool as predictions or gold: one zip archive, one request."""

from __future__ import annotations

import random
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.errors import DomainError
from review.formats import FORMATS
from review.imports import Report, import_gold, import_predictions
from tasks.access import access_client_batch
from tasks.api.serializers import Text
from tasks.models import GoldTask
from tasks.uploads import ReceivedFile, receive_hashed
from workers.models import Person

MAX_BYTES = 256 << 20
PREDICTIONS = "predictions"


class DatasetTooLarge(DomainError):
    code = "too_large"
    status = 413
    detail = _("The dataset is larger than we accept in one request. Split it.")


class DatasetUpload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="a zip archive of the dataset; its images are not needed")
    format = serializers.ChoiceField([(key, form.title) for key, form in FORMATS.items()])
    purpose = serializers.ChoiceField(
        [PREDICTIONS, *GoldTask.Kind.values],
        default=PREDICTIONS,
        help_text="drafts for annotators, gold that measures them, or practice that teaches them",
    )
    model = Text(required=False, default="import", help_text="your name of what made the predictions")


class RefusalSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    where = serializers.CharField(allow_blank=True, help_text="place in what the dataset says of the image")


class ReportSerializer(serializers.Serializer[Any]):
    stored = serializers.IntegerField()
    refused = serializers.IntegerField()
    refusals = RefusalSerializer(many=True, help_text="the first thousand")


class BatchDataset(APIView):
    parser_classes = [MultiPartParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        receive_hashed(request, limit=MAX_BYTES)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(
        summary="Send a dataset of any format as predictions, gold or practice",
        request={"multipart/form-data": DatasetUpload},
        responses=ReportSerializer,
    )
    def post(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        asked = DatasetUpload(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted, upload = asked.validated_data, asked.validated_data["file"]
        assert isinstance(upload, ReceivedFile)
        if upload.too_large:
            raise DatasetTooLarge
        with upload.path.open("rb") as file:
            if wanted["purpose"] == PREDICTIONS:
                report = import_predictions(
                    batch=batch, format=wanted["format"], file=file, model=wanted["model"]
                )
            else:
                report = import_gold(
                    batch=batch,
                    format=wanted["format"],
                    file=file,
                    kind=GoldTask.Kind(wanted["purpose"]),
                    by=request.user if isinstance(request.user, Person) else None,
                    rng=random.SystemRandom(),
                )
        return Response(_told(report))


def _told(report: Report) -> Any:
    refusals = [
        {"name": name, "code": outcome.code, "detail": outcome.detail, "where": outcome.where}
        for name, outcome in report.refusals
    ]
    return ReportSerializer({"stored": report.stored, "refused": report.refused, "refusals": refusals}).data
