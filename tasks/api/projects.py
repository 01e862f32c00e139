"""Projects and their label schemas."""

from __future__ import annotations

from typing import Any

from django.db.models import Max, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response

from clients.access import access_caller_organization
from tasks.access import access_client_project, client_projects
from tasks.api.serializers import ProjectSerializer, SchemaSerializer
from tasks.models import LabelSchema, Project
from tasks.projects import create_project
from tasks.schemas import add_schema


def _shown(projects: QuerySet[Project]) -> QuerySet[Project]:
    newest = Max("schemas__version")
    return projects.select_related("organization").prefetch_related("sites").annotate(schema_version=newest)


@extend_schema_view(get=extend_schema(summary="List projects"))
class Projects(generics.ListCreateAPIView[Project]):
    serializer_class = ProjectSerializer

    def get_queryset(self) -> QuerySet[Project]:
        return _shown(client_projects(self.request))

    @extend_schema(summary="Create a project, with its label schema")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        fields = dict(asked.validated_data)
        organization = access_caller_organization(request, slug=fields.pop("organization", None))
        spec = fields.pop("schema", None)
        project = create_project(organization=organization, spec=spec, fields=fields)
        shown = self.get_serializer(_shown(client_projects(request)).get(id=project.id))
        return Response(shown.data, status=status.HTTP_201_CREATED)


class OneProject(generics.GenericAPIView[Project]):
    serializer_class = ProjectSerializer

    @extend_schema(summary="Read a project")
    def get(self, request: Request, project_id: int) -> Response:
        access_client_project(request, project_id)
        return Response(self.get_serializer(_shown(client_projects(request)).get(id=project_id)).data)


@extend_schema_view(get=extend_schema(summary="List a project's schema versions"))
class Schemas(generics.ListCreateAPIView[LabelSchema]):
    serializer_class = SchemaSerializer

    def get_queryset(self) -> QuerySet[LabelSchema]:
        project = access_client_project(self.request, self.kwargs["project_id"])
        return LabelSchema.objects.filter(project=project)

    @extend_schema(summary="Add a schema version; later batches are labelled by it")
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        project = access_client_project(request, kwargs["project_id"])
        schema, is_new = add_schema(project=project, spec=asked.validated_data["spec"])
        return Response(self.get_serializer(schema).data, status=201 if is_new else 200)
