"""A release's file on its way to the client: whole, a range of it, or an address at the object store."""

from __future__ import annotations

from django.core.files.storage import FileSystemStorage, storages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from rest_framework.request import Request

from review.models import Release, ReleaseFile
from tasks import storage
from tasks.ranges import file_response

LINK_SECONDS = 3600


def release_file_response(request: HttpRequest | Request, file: ReleaseFile) -> HttpResponseBase:
    """Ranges are answered here; an object store answers its own by a signed address that ends in an hour."""
    disposition = content_disposition_header(as_attachment=True, filename=download_name(file)) or "attachment"
    # Django's own request: its headers are what ranges are read from.
    plain = request._request if isinstance(request, Request) else request
    store = storages["default"]
    if not isinstance(store, FileSystemStorage):
        link = store.url(  # type: ignore[call-arg]  # S3's takes more than Django's
            file.key, parameters={"ResponseContentDisposition": disposition}, expire=LINK_SECONDS
        )
        return HttpResponseRedirect(link)
    response = file_response(
        plain,
        storage.open_file(file.key),
        size=file.size,
        content_type="application/zip" if file.name.endswith(".zip") else "application/json",
        etag=f'"{file.sha256}"',
    )
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    return response


def download_name(file: ReleaseFile) -> str:
    """`boards-v3-coco.zip`: what the file is called on the client's disk."""
    release: Release = file.release
    name = slugify(release.project.name, allow_unicode=True) or f"project-{release.project_id}"
    return f"{name}-v{release.version}-{file.name}"
