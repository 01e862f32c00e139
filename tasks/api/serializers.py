"""What the API takes and gives, field by field; drf-spectacular describes it from here."""

from __future__ import annotations

import time
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tasks.batches import Receipt
from tasks.delivery import image_url
from tasks.guide_pictures import url_of
from tasks.models import MAX_SEATS, Archive, Batch, GuidePicture, Image, LabelSchema, Project
from tasks.models.projects import VERIFICATION_RULE
from tasks.refusals import words_for

SPEC_EXAMPLE: dict[str, Any] = {
    "classes": [
        {"key": "cat", "names": {"en": "Cat", "zh-hans": "猫"}, "color": "#d62728", "geometries": ["box"]},
        {
            "key": "dog",
            "names": {"en": "Dog", "zh-hans": "狗"},
            "color": "#1f77b4",
            "geometries": ["polygon", "skeleton"],
            "skeleton": {
                "points": [
                    {"key": "head", "names": {"en": "Head", "zh-hans": "头"}},
                    {"key": "tail", "names": {"en": "Tail", "zh-hans": "尾"}},
                ],
                "edges": [[0, 1]],
            },
        },
    ],
    "tags": [
        {
            "key": "light",
            "names": {"en": "Light", "zh-hans": "光线"},
            "kind": "single",
            "required": True,
            "options": [
                {"key": "day", "names": {"en": "Day", "zh-hans": "白天"}},
                {"key": "night", "names": {"en": "Night", "zh-hans": "夜晚"}},
            ],
        }
    ],
}
GUIDE_LANGUAGES = ("en", "zh-hans")


class Text(serializers.CharField):
    """Text that can be stored: DRF refuses NUL, this also half of a surrogate pair."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 120, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            self.fail("invalid")
        return text


class SpecField(serializers.JSONField):
    """A label schema; tasks/schemas.py checks it and names each fault."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")


class GuideField(serializers.DictField):
    """Markdown by language."""

    child = Text(max_length=20_000, allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        guide: dict[str, str] = super().to_internal_value(data)
        for language in guide:
            if language not in GUIDE_LANGUAGES:
                raise serializers.ValidationError({language: [_("The guide may be in en and zh-hans.")]})
        return guide


class GuideSerializer(serializers.Serializer[Any]):
    guide = GuideField(
        help_text="Markdown by language, `en` and `zh-hans`. It takes the place of what was there."
    )


class GuidePictureSerializer(serializers.ModelSerializer[GuidePicture]):
    address = serializers.CharField(read_only=True, help_text="What stands for it in the guide's Markdown.")
    url = serializers.SerializerMethodField(help_text="Where it can be seen for some days.")

    class Meta:
        model = GuidePicture
        fields = ["sha256", "name", "address", "width", "height", "size", "url", "created_at"]

    def get_url(self, picture: GuidePicture) -> str:
        return url_of(picture, now=time.time())


class GuidePictureUpload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="JPEG, PNG, WebP, TIFF, BMP, AVIF, or a GIF that does not move")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Boxes and a tag",
            value={"name": "Pets", "schema": SPEC_EXAMPLE, "guide": {"en": "Box every pet."}, "overlap": 3},
            request_only=True,
        )
    ]
)
class ProjectSerializer(serializers.ModelSerializer[Project]):
    organization = serializers.SlugField(
        required=False, help_text="Its slug; needed by people who belong to several organizations."
    )
    name = Text()
    guide = GuideField(required=False)
    overlap = serializers.IntegerField(min_value=1, max_value=MAX_SEATS, default=3)
    max_overlap = serializers.IntegerField(min_value=1, max_value=MAX_SEATS, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}\Z", default="CNY")
    schema = SpecField(write_only=True, required=False, help_text="The first label schema.")
    schema_version = serializers.IntegerField(read_only=True, allow_null=True)
    sites = serializers.SlugRelatedField[Any](many=True, read_only=True, slug_field="name")

    class Meta:
        model = Project
        fields = [
            "id", "organization", "name", "state", "guide", "overlap", "max_overlap", "lease_seconds",
            "settle_threshold", "verifies", "price", "currency", "priority", "sites", "schema",
            "schema_version", "created_at",
        ]  # fmt: skip
        read_only_fields = ["id", "state", "priority", "created_at"]  # priority: the operator weighs clients
        validators: list[Any] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("max_overlap", min(MAX_SEATS, attrs["overlap"] + 2))
        if attrs["max_overlap"] < attrs["overlap"]:
            raise serializers.ValidationError({"max_overlap": [_("It cannot be less than the overlap.")]})
        if attrs.get("verifies") and not (attrs["overlap"] == 1 and attrs["max_overlap"] >= 2):
            raise serializers.ValidationError({"verifies": [VERIFICATION_RULE]})
        return attrs

    def to_representation(self, instance: Project) -> dict[str, Any]:
        return {**super().to_representation(instance), "organization": instance.organization.slug}


class SchemaSerializer(serializers.ModelSerializer[LabelSchema]):
    spec = SpecField()

    class Meta:
        model = LabelSchema
        fields = ["id", "version", "spec", "created_at"]
        read_only_fields = ["id", "version", "created_at"]


class ProgressSerializer(serializers.Serializer[Any]):
    """Files received and how each ended, then tasks (one for each ready image)."""

    received = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="received, not decoded yet")
    ready = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    failed = serializers.IntegerField()
    answered = serializers.IntegerField(help_text="tasks that have had all their answers")
    settled = serializers.IntegerField()
    disputed = serializers.IntegerField()
    jobs = serializers.IntegerField()
    jobs_done = serializers.IntegerField()
    archives_waiting = serializers.IntegerField()


class BatchSerializer(serializers.ModelSerializer[Batch]):
    name = Text()
    priority = serializers.IntegerField(min_value=-100, max_value=100, default=0)
    schema_version = serializers.IntegerField(source="schema.version", read_only=True)
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = [
            "id", "project", "name", "state", "priority", "schema_version", "created_at", "closed_at",
            "completed_at", "progress",
        ]  # fmt: skip
        read_only_fields = ["id", "project", "state", "created_at", "closed_at", "completed_at"]
        validators: list[Any] = []

    @extend_schema_field(ProgressSerializer)
    def get_progress(self, batch: Batch) -> Any:
        return self.context["progress"][batch.id]


class ImagesUpload(serializers.Serializer[Any]):
    """Repeat `files`; `names`, in the same order, keep paths that a file name alone would lose."""

    files = serializers.ListField(child=serializers.FileField(), allow_empty=False)
    names = serializers.ListField(child=Text(max_length=300), required=False)


class ArchiveUpload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="zip, tar, tar.gz, tar.bz2 or tar.xz")


class ReceiptSerializer(serializers.Serializer[Any]):
    """What became of one file: `received`, `already` there, `conflict` of names, or `refused`."""

    name = serializers.CharField()
    status = serializers.ChoiceField(["received", "already", "conflict", "refused"])
    sha256 = serializers.CharField(allow_blank=True)
    code = serializers.CharField(allow_blank=True, help_text="why it was not received")
    detail = serializers.CharField(allow_blank=True)

    def to_representation(self, receipt: Receipt) -> dict[str, str]:
        code = "name_taken" if receipt.status == "conflict" else receipt.arrival.reason
        return {
            "name": receipt.arrival.name,
            "status": receipt.status,
            "sha256": receipt.arrival.sha256,
            "code": code,
            "detail": str(words_for(code)) if code else "",
        }


class ReceiptsSerializer(serializers.Serializer[Any]):
    received = serializers.IntegerField()
    already = serializers.IntegerField()
    conflict = serializers.IntegerField()
    refused = serializers.IntegerField()
    files = ReceiptSerializer(many=True)


class ImageSerializer(serializers.ModelSerializer[Image]):
    urls = serializers.SerializerMethodField(help_text="Short-lived addresses; fetch fresh ones here.")

    class Meta:
        model = Image
        fields = ["id", "name", "sha256", "size", "state", "format", "width", "height", "urls", "created_at"]

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_urls(self, image: Image) -> dict[str, str]:
        if image.state != Image.State.READY:
            return {}
        return {rendition: image_url(image, rendition) for rendition in ("screen", "grid", "original")}


class ReportRow(serializers.ModelSerializer[Image]):
    code = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(help_text="the code in words, in the language asked for")
    detail = serializers.CharField(help_text="what the decoder said, in English")
    duplicate_of = serializers.SerializerMethodField()

    class Meta:
        model = Image
        fields = ["id", "name", "state", "code", "reason", "detail", "duplicate_of"]

    def get_code(self, image: Image) -> str:
        return image.reason or "duplicate"

    def get_reason(self, image: Image) -> str:
        return str(words_for(image.reason or "duplicate"))

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {
                "id": {"type": "integer"},
                "batch": {"type": "integer"},
                "name": {"type": "string"},
            },
        }
    )
    def get_duplicate_of(self, image: Image) -> dict[str, Any] | None:
        first = image.duplicate_of
        return {"id": first.id, "batch": first.batch_id, "name": first.name} if first else None


class ArchiveSerializer(serializers.ModelSerializer[Archive]):
    code = serializers.CharField(source="reason", help_text="why it was refused")
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Archive
        fields = ["id", "name", "sha256", "size", "state", "files", "code", "reason", "detail", "created_at"]

    def get_reason(self, archive: Archive) -> str:
        return str(words_for(archive.reason)) if archive.reason else ""
