"""How an answer is refused: one code, the words for it, and the object it is about."""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from annotator.errors import DomainError

# NUL and half surrogate pairs cannot be stored; other control characters cannot be shown.
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

_DETAILS: dict[str, Promise] = {
    "malformed": _("This is not what belongs here."),
    "not_finite": _("A coordinate is not a number."),
    "too_small": _("The object is too small: each side has at least one pixel."),
    "too_large": _("The object is far larger than the image."),
    "outside": _("The object lies outside the image."),
    "bad_angle": _("An angle is at least 0 and less than 360 degrees."),
    "too_few_points": _("There are too few points for this kind of object."),
    "too_many_points": _("The object has too many points."),
    "self_crossing": _("The outline crosses or touches itself."),
    "hole_outside": _("A hole reaches out of the outline."),
    "holes_meet": _("Two holes overlap or cut the object apart."),
    "wrong_length": _("The skeleton does not have the points of its class."),
    "bad_visibility": _("A point's visibility is 0, 1 or 2."),
    "no_points": _("No point of the skeleton is placed."),
    "wrong_size": _("The mask is not as large as the image."),
    "wrong_runs": _("The mask's run lengths do not fill the image."),
    "unknown_field": _("There is no such field."),
    "unknown_class": _("The schema has no such class."),
    "wrong_geometry": _("This class is not drawn that way."),
    "unknown_attribute": _("This class has no such attribute."),
    "unknown_tag": _("The schema has no such question."),
    "unknown_option": _("There is no such choice."),
    "not_a_leaf": _("Choose one of the finer answers below this one."),
    "repeated_option": _("The same choice is there twice."),
    "repeated_id": _("Two objects have the same id."),
    "bad_id": _("The object's id is not valid."),
    "unknown_parent": _("There is no object with the parent's id."),
    "parent_cycle": _("An object is its own parent, or its parents go round in a circle."),
    "bad_group": _("A group is a whole number from 1 to 9999."),
    "missing": _("This must be answered."),
    "too_many_shapes": _("There are too many objects: 10,000 at most."),
    "too_long": _("The text is too long."),
    "unprintable": _("The text has characters that cannot be stored."),
    "below_minimum": _("The number is too small."),
    "above_maximum": _("The number is too large."),
}


class PayloadRefused(DomainError):
    """`code` names the fault, `where` the object: "shapes[3].polygon[0]"."""

    status = 422

    def __init__(self, code: str, where: str) -> None:
        self.code = code  # type: ignore[misc]
        self.where = where
        super().__init__(_DETAILS[code], where=where)

    def within(self, outer: str) -> PayloadRefused:
        """The same fault seen from further out. Names of places are put together only when one is needed:
        with ten thousand objects that is most of the time a check takes."""
        between = "." if self.where and not self.where.startswith("[") else ""
        return PayloadRefused(self.code, f"{outer}{between}{self.where}")


def check_record(
    value: object, *, known: frozenset[str] | None = None, needed: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """An object with string keys, none unknown and none missing."""
    if not isinstance(value, dict):
        raise PayloadRefused("malformed", "")
    for key in value:
        if not isinstance(key, str):
            raise PayloadRefused("malformed", "")
        if known is not None and key not in known:
            raise PayloadRefused("unknown_field", short(key))
    if not needed <= value.keys():
        raise PayloadRefused("missing", min(needed - value.keys()))
    return value


def short(key: str) -> str:
    """A stranger's key, fit to be named in an answer."""
    return UNPRINTABLE.sub("?", key[:40])
