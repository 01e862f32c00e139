"""Label schemas: what a spec may say, each fault named with its place, and new immutable versions.

The spec is the JSON of docs/client.md. Structure is checked against the types of spec.py, meaning here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

import msgspec
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from annotator.errors import Conflict, Invalid
from tasks.models import LabelSchema, Project
from tasks.spec import Attribute, Field, LabelClass, Option, Part, Spec, TagGroup

_AT = re.compile(r"^(.*?)(?: - at (?:`key` in )?`\$\.?(.*?)`)?$", re.DOTALL)
_COLORS = ("#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#e377c2")

MAX_NODES = 5_000
MAX_DEPTH = 10


class Fault(TypedDict):
    where: str
    code: str
    detail: str


def check_schema(spec: object) -> dict[str, Any]:
    """The spec in full (every class with colour, geometries and attributes), or Invalid naming each place."""
    try:
        parsed = msgspec.convert(spec, Spec)
    except msgspec.ValidationError as error:
        raise Invalid(errors=[_structural(error)]) from error
    except RecursionError:
        raise Invalid(errors=[_too_deep("tags")]) from None
    faults = list(_faults(parsed))
    if faults:
        raise Invalid(errors=faults)
    return {
        "classes": [_full_class(item, i) for i, item in enumerate(parsed.classes)],
        "tags": [_full_group(group) for group in parsed.tags],
    }


def add_schema(*, project: Project, spec: object) -> tuple[LabelSchema, bool]:
    """The next version of the project's schema, and whether it is new: the newest again is no new one."""
    full = check_schema(spec)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(id=project.id)
        newest = project.schemas.order_by("-version").first()
        if newest is not None and newest.spec == full:
            return newest, False
        version = newest.version + 1 if newest else 1
        return LabelSchema.objects.create(project=project, version=version, spec=full), True


def newest_schema(*, project: Project) -> LabelSchema:
    """Raises Conflict when the project does not say yet what is asked."""
    newest = project.schemas.order_by("-version").first()
    if newest is None:
        raise Conflict(_("This project has no label schema yet. Add one first."))
    return newest


def _full_class(item: LabelClass, number: int) -> dict[str, Any]:
    attributes = [{"required": False, **msgspec.to_builtins(attribute)} for attribute in item.attributes]
    full = {
        "key": item.key,
        "names": item.names,
        "color": item.color or _COLORS[number % len(_COLORS)],
        "geometries": list(dict.fromkeys(item.geometries)),
        "attributes": attributes,
    }
    if item.skeleton is not None:
        # Lists, as the database gives them back: the newest schema again must be seen to be the same.
        edges = [list(edge) for edge in item.skeleton.edges]
        points = [
            {**msgspec.to_builtins(point), **({"at": list(point.at)} if point.at else {})}
            for point in item.skeleton.points
        ]
        full["skeleton"] = {"points": points, "edges": edges}
    return full


def _full_group(group: TagGroup) -> dict[str, Any]:
    leaves = {"leaves_only": False} if group.kind == "tree" else {}
    return {"required": False, **leaves, **msgspec.to_builtins(group)}


def _structural(error: msgspec.ValidationError) -> Fault:
    """msgspec says "Expected `str`, got `int` - at `$.classes[0].key`"."""
    match = _AT.match(str(error))
    assert match is not None
    words = _("This does not fit here: %(problem)s") % {"problem": match[1]}
    return {"where": match[2] or "", "code": "malformed", "detail": words}


def _faults(spec: Spec) -> Iterator[Fault]:
    if not spec.classes and not spec.tags:
        yield _fault("", "nothing_asked", _("A schema has at least one class or one tag group."))
    yield from _repeated("classes", spec.classes)
    yield from _repeated("tags", spec.tags)
    for i, item in enumerate(spec.classes):
        yield from _skeleton_faults(f"classes[{i}]", item)
        yield from _repeated(f"classes[{i}].attributes", item.attributes)
        for j, attribute in enumerate(item.attributes):
            yield from _field_faults(f"classes[{i}].attributes[{j}]", attribute, attribute.kind)
            yield from _default_faults(f"classes[{i}].attributes[{j}].default", attribute)
    for i, group in enumerate(spec.tags):
        yield from _field_faults(f"tags[{i}]", group, group.kind)
        if group.ordered and group.kind != "single":
            yield _fault(f"tags[{i}].ordered", "needless_order", _("Only a single choice has an order."))
        if group.leaves_only and group.kind != "tree":
            yield _fault(f"tags[{i}].leaves_only", "needless_leaves", _("Only a tree has leaves."))


def _field_faults(where: str, field: Field, kind: str) -> Iterator[Fault]:
    chosen = kind in ("select", "radio", "single", "multiple", "tree")
    if chosen and not field.options:
        yield _fault(f"{where}.options", "no_options", _("There is nothing to choose from."))
    if not chosen and field.options:
        yield _fault(f"{where}.options", "needless_options", _("Only a choice has options."))
    if kind == "tree":
        yield from _tree_faults(f"{where}.options", field.options)
    else:
        yield from _repeated(f"{where}.options", field.options)
        for i, option in enumerate(field.options):
            if option.options:
                words = _("Only the choices of a tree have choices below them.")
                yield _fault(f"{where}.options[{i}].options", "needless_options", words)
    bounds = (field.minimum, field.maximum)
    if kind != "number" and bounds != (None, None):
        yield _fault(where, "needless_bounds", _("Only a number has a minimum and a maximum."))
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield _fault(f"{where}.maximum", "bounds_crossed", _("The maximum lies below the minimum."))


def _tree_faults(where: str, options: list[Option]) -> Iterator[Fault]:
    """Keys are unique in the whole tree: the answer is the key alone."""
    seen: set[str] = set()
    below = [(where, option, i, 1) for i, option in enumerate(options)][::-1]
    while below:
        place, option, i, depth = below.pop()
        here = f"{place}[{i}]"
        if option.key in seen:
            words = _("The key “%(key)s” is there already.") % {"key": option.key}
            yield _fault(f"{here}.key", "repeated_key", words)
        seen.add(option.key)
        if depth > MAX_DEPTH:
            yield _too_deep(here)
            return
        if len(seen) > MAX_NODES:
            words = _("A tree has at most %(most)d choices.") % {"most": MAX_NODES}
            yield _fault(where, "too_many_options", words)
            return
        below += [(f"{here}.options", finer, j, depth + 1) for j, finer in enumerate(option.options)][::-1]


def _too_deep(where: str) -> Fault:
    words = _("A tree is at most %(most)d choices deep.") % {"most": MAX_DEPTH}
    return _fault(where, "too_deep", words)


def _skeleton_faults(where: str, item: LabelClass) -> Iterator[Fault]:
    where = f"{where}.skeleton"
    drawn, skeleton = "skeleton" in item.geometries, item.skeleton
    if skeleton is None:
        if drawn:
            yield _fault(where, "no_skeleton", _("Say which points the skeleton has."))
        return
    if not drawn:
        yield _fault(where, "needless_skeleton", _("This class is not drawn as a skeleton."))
    yield from _repeated(f"{where}.points", skeleton.points)
    seen: set[frozenset[int]] = set()
    for i, edge in enumerate(skeleton.edges):
        if max(edge) >= len(skeleton.points) or edge[0] == edge[1]:
            yield _fault(f"{where}.edges[{i}]", "bad_edge", _("An edge joins two of the points."))
        if frozenset(edge) in seen:
            yield _fault(f"{where}.edges[{i}]", "repeated_edge", _("These points are joined already."))
        seen.add(frozenset(edge))


def _default_faults(where: str, attribute: Attribute) -> Iterator[Fault]:
    value = attribute.default
    if value is None:
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    low = attribute.minimum if attribute.minimum is not None else float("-inf")
    high = attribute.maximum if attribute.maximum is not None else float("inf")
    fits = {
        "checkbox": isinstance(value, bool),
        "select": value in [option.key for option in attribute.options],
        "radio": value in [option.key for option in attribute.options],
        "number": number and low <= float(value) <= high,
        "text": isinstance(value, str),
    }
    if not fits[attribute.kind]:
        yield _fault(where, "default_unfit", _("The default is not a value that may be given."))


def _repeated(where: str, parts: Iterable[Part]) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, part in enumerate(parts):
        if part.key in seen:
            words = _("The key “%(key)s” is there already.") % {"key": part.key}
            yield _fault(f"{where}[{i}].key", "repeated_key", words)
        seen.add(part.key)


def _fault(where: str, code: str, detail: str | Promise) -> Fault:
    return {"where": where, "code": code, "detail": str(detail)}
