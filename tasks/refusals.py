"""A batch's report: which files became no task, and why, in a sentence that says what to do."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tasks.models import Batch, Image

REASONS: dict[str, str | Promise] = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than we accept."),
    "not_an_image": _("This is no image."),
    "unsupported_format": _("This kind of image is not accepted; send JPEG, PNG, WebP, TIFF or BMP."),
    "unsupported_pixels": _(
        "Its pixels have no defined colour (floating point or 32 bits); convert to 8 bits."
    ),
    "truncated": _("The file ends too early; send it again."),
    "corrupt": _("The file is damaged."),
    "animated": _("It has several frames or pages; send the one to be labelled."),
    "too_many_pixels": _("It has more pixels than we accept; make it smaller."),
    "too_much_memory": _("Decoding it takes more memory than we allow; make it smaller."),
    "decode_timeout": _("Decoding it takes too long."),
    "decoder_crashed": _("The decoder could not cope with this file."),
    "duplicate": _("The project has these very bytes already."),
    "name_taken": _("Another file of this name is in the batch already."),
    "name_too_long": _("Its name is longer than 300 characters."),
    "unnamed": _("It has no name."),
    "unsafe_path": _("Its path in the archive leads out of the archive."),
    "not_a_file": _("It is a link or a device, no file."),
    "encrypted": _("It is encrypted; send it without a password."),
    "nested_archive": _("It is an archive inside an archive; send it by itself."),
    "not_an_archive": _("This is no zip or tar archive."),
    "archive_corrupt": _("The archive is damaged; send it again. What could be read has been received."),
    "archive_too_many_files": _("The archive holds more files than we accept; split it."),
    "archive_bomb": _("The archive unfolds to far more than images do."),
    "archive_empty": _("There is no file in the archive."),
}


def words_for(code: str) -> str | Promise:
    """A code without a sentence of its own is shown as it is: better than nothing."""
    return REASONS.get(code, code.replace("_", " "))


def in_report(batch: Batch) -> QuerySet[Image]:
    """The files of a batch that became no task: refused, or duplicates of another image."""
    return Image.objects.filter(batch=batch, state__in=[Image.State.FAILED, Image.State.DUPLICATE])
