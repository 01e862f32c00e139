"""Batches: opening, progress, closing, the report."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.access import access_client_batch, access_client_project
from tasks.api.serializers import ArchiveSerializer, BatchSerializer, ImageSerializer, ReportRow
from tasks.batches import close_batch, open_batch
from tasks.jobs import wake
from tasks.models import Batch, Image
from tasks.progress import batch_progress
from tasks.refusals import in_report


class Batches(generics.GenericAPIView[Batch]):
    serializer_class = BatchSerializer

    @extend_schema(
        summary="List a project's batches with their progress", responses=BatchSerializer(many=True)
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = access_client_project(request, project_id)
        page = self.paginate_queryset(project.batches.select_related("schema"))
        return self.get_paginated_response(_shown(page or []))

    @extend_schema(
        summary="Open a batch, or find the one of this name",
        responses={201: BatchSerializer, 200: BatchSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        project = access_client_project(request, project_id)
        batch, is_new = open_batch(project=project, **asked.validated_data)
        return Response(_shown([batch])[0], status=201 if is_new else 200)


class OneBatch(generics.GenericAPIView[Batch]):
    serializer_class = BatchSerializer

    @extend_schema(summary="Read a batch and its progress")
    def get(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        return Response(_shown([batch])[0])


class CloseBatch(generics.GenericAPIView[Batch]):
    serializer_class = BatchSerializer

    @extend_schema(summary="Close a batch: no more files", request=None)
    def post(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        close_batch(batch=batch, now=timezone.now())
        wake()
        return Response(_shown([access_client_batch(request, batch_id)])[0])


class Report(generics.ListAPIView[Image]):
    serializer_class = ReportRow

    @extend_schema(summary="List the files that were refused, and the duplicates, each with its reason")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Image]:
        batch = access_client_batch(self.request, self.kwargs["batch_id"])
        return in_report(batch).select_related("duplicate_of")


def list_images(view: generics.GenericAPIView[Image], request: Request, batch_id: int) -> Response:
    batch = access_client_batch(request, batch_id)
    page = view.paginate_queryset(Image.objects.filter(batch=batch))
    return view.get_paginated_response(ImageSerializer(page or [], many=True).data)


def list_archives(view: generics.GenericAPIView[Any], request: Request, batch_id: int) -> Response:
    batch = access_client_batch(request, batch_id)
    page = view.paginate_queryset(batch.archives.all())
    return view.get_paginated_response(ArchiveSerializer(page or [], many=True).data)


def _shown(batches: list[Batch]) -> Any:
    progress = batch_progress([batch.id for batch in batches])
    return BatchSerializer(batches, many=True, context={"progress": progress}).data
