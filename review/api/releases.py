"""Releases for clients: ask for one, watch it, download it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotator.errors import NotVisible
from annotator.wake import wake
from review.api.serializers import NewReleaseSerializer, ReleaseSerializer
from review.downloads import release_file_response
from review.jobs import build_releases
from review.models import Release
from review.options import check_options
from review.releases import access_release, access_release_file, client_releases, request_release
from tasks.access import access_client_batch, access_client_project


class ProjectReleases(ListAPIView[Release]):
    """The project's releases, the newest first; POST makes a new version of what is settled now."""

    serializer_class = ReleaseSerializer

    def get_queryset(self) -> QuerySet[Release]:
        if getattr(self, "swagger_fake_view", False):
            return Release.objects.none()
        project = access_client_project(self.request, self.kwargs["project_id"])
        return client_releases(self.request).filter(project=project).prefetch_related("files")

    @extend_schema(request=NewReleaseSerializer, responses={201: ReleaseSerializer})
    def post(self, request: Request, project_id: int) -> Response:
        project = access_client_project(request, project_id)
        asked = NewReleaseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        batch = access_client_batch(request, wanted["batch"]) if wanted.get("batch") else None
        if batch is not None and batch.project_id != project.id:
            raise NotVisible
        person = request.user if request.user.is_authenticated else None
        release = request_release(
            project=project,
            batch=batch,
            formats=wanted["formats"],
            person=person,
            options=check_options(wanted.get("options", {})),
        )
        wake(build_releases)
        return Response(ReleaseSerializer(release, context={"request": request}).data, status=201)


class OneRelease(RetrieveAPIView[Release]):
    """One release: its state, how far it is built, and its files once it is ready."""

    serializer_class = ReleaseSerializer
    lookup_url_kwarg = "release_id"

    def get_object(self) -> Release:
        return access_release(self.request, self.kwargs["release_id"])


class ReleaseFileView(APIView):
    """One file of a release. A broken download goes on with `Range` and `If-Range`."""

    @extend_schema(
        operation_id="release_file",
        parameters=[
            OpenApiParameter("Range", OpenApiTypes.STR, OpenApiParameter.HEADER, description="bytes=…")
        ],
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (206, "application/zip"): OpenApiTypes.BINARY,
            304: None,
            416: None,
        },
    )
    def get(self, request: Request, release_id: int, name: str) -> HttpResponseBase:
        file = access_release_file(request, release_id, name)
        return release_file_response(request, file)
