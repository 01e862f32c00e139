"""What differs between two releases, for clients: counts as JSON, the images as a stream of JSON lines."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.wake import wake
from review.differences import access_difference, image_blocks
from review.jobs import build_releases
from review.releases import NotReady

SINCE = OpenApiParameter(
    "since", OpenApiTypes.INT, OpenApiParameter.QUERY, required=True, description="id of the other release"
)
LOOK_AGAIN = {"Retry-After": "2"}  # seconds


class Since(serializers.Serializer[Any]):
    since = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class CountsSerializer(serializers.Serializer[Any]):
    same = serializers.IntegerField()
    changed = serializers.IntegerField()
    added = serializers.IntegerField()
    removed = serializers.IntegerField()


class ClassCountsSerializer(CountsSerializer):
    before = serializers.IntegerField(help_text="objects of the class in the older release")
    after = serializers.IntegerField(help_text="in the newer one")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `class` is no name that Python takes.
        key = serializers.CharField(help_text="key of the class")
        return {"class": key, **super().get_fields()}


class RenamedSerializer(serializers.Serializer[Any]):
    before = serializers.CharField()
    after = serializers.CharField()
    objects = serializers.IntegerField()


class TagCountsSerializer(serializers.Serializer[Any]):
    group = serializers.CharField()
    images = serializers.IntegerField(help_text="images of both releases on which its value differs")


class SummarySerializer(serializers.Serializer[Any]):
    images = CountsSerializer()
    objects = CountsSerializer()
    classes = ClassCountsSerializer(many=True)
    renamed = RenamedSerializer(many=True, help_text="objects that have another class now")
    tags = TagCountsSerializer(many=True)
    moved_to_split = serializers.IntegerField(help_text="images that are in another split now")


class DifferenceSerializer(serializers.Serializer[Any]):
    older = serializers.IntegerField()
    newer = serializers.IntegerField()
    state = serializers.ChoiceField(["waiting", "ready"])
    summary = SummarySerializer(allow_null=True)
    images_url = serializers.CharField(allow_null=True, help_text="the images that differ, as JSON lines")


class ReleaseDifference(APIView):
    """What changed in this release since another one: 202 while a worker compares them, then the counts."""

    @extend_schema(parameters=[SINCE], responses={200: DifferenceSerializer, 202: DifferenceSerializer})
    def get(self, request: Request, release_id: int) -> Response:
        since = _since(request)
        found = access_difference(request, release_id, since)
        is_ready = found.summary is not None
        if not is_ready:
            wake(build_releases)
        path = reverse("release-difference-images", args=[release_id])
        body = {
            "older": found.older_id,
            "newer": found.newer_id,
            "state": "ready" if is_ready else "waiting",
            "summary": found.summary,
            "images_url": request.build_absolute_uri(f"{path}?since={since}") if is_ready else None,
        }
        return Response(body, status=200 if is_ready else 202, headers={} if is_ready else LOOK_AGAIN)


class ReleaseDifferenceImages(APIView):
    """Each image that differs, one line of JSON: its tags and objects before and after. Streamed."""

    @extend_schema(
        operation_id="release_difference_images",
        parameters=[SINCE],
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
    )
    def get(self, request: Request, release_id: int) -> HttpResponseBase:
        found = access_difference(request, release_id, _since(request))
        if found.summary is None:
            raise NotReady
        return StreamingHttpResponse(image_blocks(found), content_type="application/x-ndjson")


def _since(request: Request) -> int:
    asked = Since(data=request.query_params)
    asked.is_valid(raise_exception=True)
    since: int = asked.validated_data["since"]
    return since
