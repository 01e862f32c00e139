"""What clients read and write of releases and results."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from review.formats import FORMATS
from review.models import Consensus, Release, ReleaseFile


class ReleaseFileSerializer(serializers.ModelSerializer[ReleaseFile]):
    url = serializers.SerializerMethodField(help_text="where to download it; takes Range requests")

    class Meta:
        model = ReleaseFile
        fields = ["name", "format", "size", "sha256", "url"]

    def get_url(self, file: ReleaseFile) -> str:
        path = reverse("release-file", args=[file.release_id, file.name])
        url: str = self.context["request"].build_absolute_uri(path)
        return url


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    tasks = serializers.IntegerField(source="total", help_text="settled tasks it holds")
    progress = serializers.SerializerMethodField(help_text="share of the building that is done, 0 to 1")
    files = serializers.SerializerMethodField(help_text="the archives and the manifest, once it is ready")

    class Meta:
        model = Release
        fields = [
            "id",
            "project",
            "batch",
            "version",
            "formats",
            "options",
            "state",
            "tasks",
            "progress",
            "cutoff_at",
            "digest",
            "error",
            "created_at",
            "ready_at",
            "files",
        ]
        read_only_fields = fields

    def get_progress(self, release: Release) -> float:
        return progress_of(release)

    @extend_schema_field(ReleaseFileSerializer(many=True))
    def get_files(self, release: Release) -> list[dict[str, Any]]:
        files = list(release.files.all()) if release.state == Release.State.READY else []
        return list(
            ReleaseFileSerializer(sorted(files, key=lambda f: f.id), many=True, context=self.context).data
        )


class OptionsSerializer(serializers.Serializer[Any]):
    splits = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=100),
        min_length=3,
        max_length=3,
        required=False,
        help_text="shares of train, val and test in hundredths; [100, 0, 0] when left out",
    )
    stratified = serializers.BooleanField(
        required=False, help_text="each class, or value of the first tag, in these shares"
    )
    min_confidence = serializers.FloatField(
        required=False, min_value=0.0, max_value=1.0, help_text="leave out shapes and tags below it"
    )
    raw_answers = serializers.BooleanField(
        required=False, help_text="every answer as well: answers.zip, people under pseudonyms"
    )
    images = serializers.BooleanField(
        required=False, help_text="copies of your images where the format's readers look for them"
    )
    image_links = serializers.BooleanField(
        required=False, help_text="a column `link` in images.csv: where to get each image with your key"
    )
    crops = serializers.BooleanField(
        required=False, help_text="crops.zip with each object cut out of its image as a JPEG"
    )
    crop_masks = serializers.BooleanField(
        required=False, help_text="crops.zip with each object's mask as a PNG, in the crops' rectangles"
    )


class NewReleaseSerializer(serializers.Serializer[Release]):
    formats = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(FORMATS)), min_length=1, help_text="one archive each"
    )
    batch = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="leave out for the whole project"
    )
    options = OptionsSerializer(required=False)


class ResultSerializer(serializers.ModelSerializer[Consensus]):
    image = serializers.CharField(source="task.image.name", help_text="the file name you sent")
    sha256 = serializers.CharField(source="task.image.sha256")
    width = serializers.IntegerField(source="task.image.width", help_text="pixels, upright")
    height = serializers.IntegerField(source="task.image.height", help_text="pixels, upright")
    settled_at = serializers.DateTimeField(source="task.settled_at")
    payload = serializers.JSONField(help_text="tags and shapes, each with confidence and who agreed")

    class Meta:
        model = Consensus
        fields = [
            "task",
            "image",
            "sha256",
            "width",
            "height",
            "settled_at",
            "source",
            "confidence",
            "answers",
            "excluded",
            "payload",
        ]
        read_only_fields = fields


def progress_of(release: Release) -> float:
    whole = release.total * len(release.formats)
    return round(release.done / whole, 4) if whole else 0.0
