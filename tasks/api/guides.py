"""A project's guide and the pictures in it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tasks.access import access_client_project
from tasks.api.serializers import GuidePictureSerializer, GuidePictureUpload, GuideSerializer
from tasks.api.uploads import clean_name, missing_file
from tasks.guide_pictures import add_picture, remove_picture, upload_limit
from tasks.models import GuidePicture, Project
from tasks.projects import change_project
from tasks.uploads import ReceivedFile, receive_hashed


class OneGuide(generics.GenericAPIView[Project]):
    serializer_class = GuideSerializer

    @extend_schema(
        summary="Change a project's guide",
        description="Whoever works on the project has it within about a minute and is told of it.",
    )
    def put(self, request: Request, project_id: int) -> Response:
        project = access_client_project(request, project_id)
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        change_project(project=project, fields=asked.validated_data)
        return Response(asked.data)


@extend_schema_view(get=extend_schema(summary="List the pictures of a project's guide"))
class GuidePictures(generics.ListAPIView[GuidePicture]):
    serializer_class = GuidePictureSerializer
    parser_classes = [MultiPartParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        receive_hashed(request, limit=upload_limit())
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[GuidePicture]:
        project = access_client_project(self.request, self.kwargs["project_id"])
        return GuidePicture.objects.filter(project=project)

    @extend_schema(
        summary="Send a picture for the guide",
        description=(
            "It is made small and loses its metadata. Write `![what it shows](address)` into the guide, with "
            "the `address` of the answer. Sending the same file again is harmless."
        ),
        request={"multipart/form-data": GuidePictureUpload},
        responses={201: GuidePictureSerializer, 200: GuidePictureSerializer},
    )
    def post(self, request: Request, project_id: int) -> Response:
        project = access_client_project(request, project_id)
        file = request.FILES.get("file")
        if not isinstance(file, ReceivedFile):
            raise missing_file("file")
        name = clean_name(file.name or "")[-120:] or "picture"
        picture, is_new = add_picture(project=project, file=file, name=name)
        return Response(self.get_serializer(picture).data, status=201 if is_new else 200)


class OneGuidePicture(generics.GenericAPIView[GuidePicture]):
    serializer_class = GuidePictureSerializer

    @extend_schema(summary="Remove a picture that the guide does not show", responses={204: None})
    def delete(self, request: Request, project_id: int, sha256: str) -> Response:
        remove_picture(project=access_client_project(request, project_id), sha256=sha256)
        return Response(status=status.HTTP_204_NO_CONTENT)
