"""Taking files in. Each file has an answer of its own; one that is refused never fails its neighbours."""

from __future__ import annotations

import re
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotator.errors import DomainError, Invalid
from tasks import storage
from tasks.access import access_client_batch
from tasks.api.batches import list_archives, list_images
from tasks.api.serializers import (
    ArchiveSerializer,
    ArchiveUpload,
    ImageSerializer,
    ImagesUpload,
    ReceiptSerializer,
    ReceiptsSerializer,
)
from tasks.batches import Arrival, Receipt, receive, receive_archive
from tasks.jobs import wake
from tasks.models import Archive, Batch, Image
from tasks.uploads import ReceivedFile, receive_hashed

_UNWELCOME = re.compile(r"[\x00-\x1f\x7f]")
_NAME_MOST = 300


class ArchiveTooLarge(DomainError):
    code = "too_large"
    status = 413
    detail = _("The archive is larger than we accept. Split it.")


class Images(generics.GenericAPIView[Image]):
    serializer_class = ImageSerializer
    parser_classes = [MultiPartParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        receive_hashed(request, limit=settings.MAX_IMAGE_BYTES)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(summary="List a batch's images", responses=ImageSerializer(many=True))
    def get(self, request: Request, batch_id: int) -> Response:
        return list_images(self, request, batch_id)

    @extend_schema(
        summary="Send images",
        description=(
            "Accepted files are on disk before this answers; sending a request again is harmless. "
            "Read `files` in the answer: each file has a status of its own."
        ),
        request={"multipart/form-data": ImagesUpload},
        responses={200: ReceiptsSerializer},
    )
    def post(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        files, names = _files(request)
        arrivals = [_arrive(batch, file, name) for file, name in zip(files, names, strict=True)]
        receipts = receive(batch_id=batch.id, arrivals=arrivals, now=timezone.now())
        if batch.jobs.filter(state="pending").exists():
            wake()
        return Response(_receipts(receipts))


class Archives(generics.GenericAPIView[Archive]):
    serializer_class = ArchiveSerializer
    parser_classes = [MultiPartParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        receive_hashed(request, limit=settings.MAX_ARCHIVE_BYTES)
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(summary="List a batch's archives", responses=ArchiveSerializer(many=True))
    def get(self, request: Request, batch_id: int) -> Response:
        return list_archives(self, request, batch_id)

    @extend_schema(
        summary="Send an archive of images; it is expanded in the background",
        request={"multipart/form-data": ArchiveUpload},
        responses={202: ArchiveSerializer, 200: ArchiveSerializer},
    )
    def post(self, request: Request, batch_id: int) -> Response:
        batch = access_client_batch(request, batch_id)
        file = request.FILES.get("file")
        if not isinstance(file, ReceivedFile):
            raise missing_file("file")
        if file.too_large:
            raise ArchiveTooLarge
        storage.keep_file(file.path, storage.archive_key(batch.project_id, file.sha256))
        archive, is_new = receive_archive(
            batch=batch, name=clean_name(file.name or ""), sha256=file.sha256, size=file.size or 0
        )
        wake()
        return Response(ArchiveSerializer(archive).data, status=202 if is_new else 200)


def _files(request: Request) -> tuple[list[ReceivedFile], list[str]]:
    """The files and a name for each: from `names` when given, else the file names of the parts."""
    files = cast(list[ReceivedFile], request.FILES.getlist("files"))
    if not files:
        raise missing_file("files")
    names = [clean_name(str(name)) for name in request.POST.getlist("names")]
    if names and len(names) != len(files):
        words = _("There are as many names as files, or none.")
        raise Invalid(errors=[{"where": "names", "code": "count", "detail": str(words)}])
    return files, names or [clean_name(file.name or "") for file in files]


def _arrive(batch: Batch, file: ReceivedFile, name: str) -> Arrival:
    """Put the file's bytes into storage, unless they are refused already at the door."""
    size = file.size or 0
    if not name:
        return Arrival("(unnamed)", "", size, "unnamed")
    if len(name) > _NAME_MOST:
        return Arrival(name[-_NAME_MOST:], "", size, "name_too_long")
    if file.too_large:
        return Arrival(name, "", size, "too_large", f"{size} bytes, at most {settings.MAX_IMAGE_BYTES}")
    storage.keep_file(file.path, storage.image_key(batch.project_id, file.sha256, "original"))
    return Arrival(name, file.sha256, size)


def clean_name(name: str) -> str:
    """Names are labels, never paths of ours; only what cannot be stored or shown is taken out."""
    return _UNWELCOME.sub("", name.replace("\\", "/")).strip()


def _receipts(receipts: list[Receipt]) -> dict[str, Any]:
    counts = {
        status: sum(receipt.status == status for receipt in receipts)
        for status in ("received", "already", "conflict", "refused")
    }
    return {**counts, "files": ReceiptSerializer(receipts, many=True).data}


def missing_file(field: str) -> Invalid:
    words = _("Send a multipart form with at least one file in “%(field)s”.") % {"field": field}
    return Invalid(errors=[{"where": field, "code": "required", "detail": words}])
