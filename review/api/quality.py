"""The quality report of a batch for clients, as JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from review.quality_report import quality_report
from tasks.access import access_client_batch


class MeasuredSerializer(serializers.Serializer[Any]):
    """A figure, where it lies with 95 % confidence, and how many items it rests on."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    items = serializers.IntegerField()


class ClassSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    objects = serializers.IntegerField()
    confidence = MeasuredSerializer(allow_null=True)
    expected_iou = MeasuredSerializer(allow_null=True)


class QualityReportSerializer(serializers.Serializer[Any]):
    batch = serializers.DictField(help_text="id, name, project")
    made_at = serializers.DateTimeField()
    images = serializers.DictField(child=serializers.IntegerField())
    settled_by = serializers.DictField(
        child=serializers.IntegerField(), help_text="machine, people, client (known beforehand)"
    )
    left_out = serializers.IntegerField(help_text="settled images that a reviewer keeps out of releases")
    answers_a_task = serializers.FloatField(allow_null=True)
    confidence = MeasuredSerializer(allow_null=True, help_text="as stated for the settled images")
    gold = MeasuredSerializer(allow_null=True, help_text="of answers to images whose answer is known")
    classes = ClassSerializer(many=True)
    agreement = serializers.DictField(
        help_text="questions, shapes, people (by number), pairs, sites, days: alpha, kappa, IoU, F1, "
        "confusions with the tasks behind each cell; measured on the latest `tasks` images of `of`"
    )


class BatchQualityReport(APIView):
    @extend_schema(summary="How good the batch is, with intervals", responses=QualityReportSerializer)
    def get(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        found, _taken = quality_report(batch=batch, now=timezone.now())
        return Response(found)
