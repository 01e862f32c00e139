"""A project's own model: where it answers, and asking it about a batch."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.errors import NotVisible
from clients.access import check_may_connect
from tasks.access import access_client_batch, access_client_project
from tasks.doors import close_door, open_door
from tasks.models import ModelDoor
from tasks.models.doors import MOST_SECONDS
from tasks.prelabel import prelabel_batch


class DoorSerializer(serializers.ModelSerializer[ModelDoor]):
    url = serializers.URLField(max_length=500)
    seconds = serializers.IntegerField(min_value=1, max_value=MOST_SECONDS, default=20)
    prelabels = serializers.BooleanField(default=False, help_text="asked about each new batch's images")
    answers_prompts = serializers.BooleanField(default=False, help_text="annotators may ask about a place")
    is_active = serializers.BooleanField(default=True)

    class Meta:
        model = ModelDoor
        fields = [
            "url", "seconds", "prelabels", "answers_prompts", "is_active", "failures", "last_error",
            "last_error_at", "last_answer_at",
        ]  # fmt: skip
        read_only_fields = ["failures", "last_error", "last_error_at", "last_answer_at"]

    def to_representation(self, instance: ModelDoor) -> dict[str, Any]:
        instance.prelabels = instance.prelabels_from is not None  # type: ignore[attr-defined]
        return dict(super().to_representation(instance))


class NewDoorSerializer(DoorSerializer):
    secret = serializers.CharField(read_only=True, help_text="to check requests with; shown this once")

    class Meta(DoorSerializer.Meta):
        fields = [*DoorSerializer.Meta.fields, "secret"]


class WaitingSerializer(serializers.Serializer[Any]):
    jobs = serializers.IntegerField(help_text="shards of about 100 images that wait for the model")


class Door(generics.GenericAPIView[ModelDoor]):
    serializer_class = DoorSerializer

    @extend_schema(summary="Read where a project's model answers, and how it is doing")
    def get(self, request: Request, project_id: int) -> Response:
        door = ModelDoor.objects.filter(project=access_client_project(request, project_id)).first()
        if door is None:
            raise NotVisible
        return Response(self.get_serializer(door).data)

    @extend_schema(
        summary="Say where a project's model answers; see docs/model-door.md",
        responses={200: DoorSerializer, 201: NewDoorSerializer},
    )
    def put(self, request: Request, project_id: int) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        project = access_client_project(request, project_id)
        check_may_connect(request, project.organization_id)
        fields = dict(asked.validated_data)
        before = ModelDoor.objects.filter(project=project).values_list("prelabels_from", flat=True).first()
        fields["prelabels_from"] = (before or timezone.now()) if fields.pop("prelabels") else None
        door, is_new = open_door(project=project, fields=fields)
        if is_new:
            return Response(NewDoorSerializer(door).data, status=status.HTTP_201_CREATED)
        return Response(self.get_serializer(door).data)

    @extend_schema(summary="Forget where a project's model answers", responses={204: None})
    def delete(self, request: Request, project_id: int) -> Response:
        project = access_client_project(request, project_id)
        check_may_connect(request, project.organization_id)
        close_door(project=project)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Prelabel(generics.GenericAPIView[ModelDoor]):
    serializer_class = WaitingSerializer

    @extend_schema(
        summary="Ask the project's model about a batch's images",
        request=None,
        responses={202: WaitingSerializer},
    )
    def post(self, request: Request, batch_id: int) -> Response:
        jobs = prelabel_batch(batch=access_client_batch(request, batch_id))
        return Response(self.get_serializer({"jobs": jobs}).data, status=status.HTTP_202_ACCEPTED)
