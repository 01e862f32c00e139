"""Label Studio JSON: https://labelstud.io/guide/export, one list of tasks, with the labelling config.

Numbers are per cent of the image's sides. Label Studio has no polygon with holes, its brush has an encoding
of its own, and its open source edition no lines: masks become the polygons of their outlines, holes are
reached by slits, lines are polygons that are not closed. Points of a skeleton are keypoints whose parent is
the rectangle around them. Attributes are answers about a region.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import cos, radians, sin
from typing import Any
from xml.sax.saxutils import quoteattr

from review.formats.base import (
    Answer,
    Format,
    Member,
    ReadFault,
    Settled,
    named,
    shapes,
    skeletons,
    tag_values,
    to_json,
)
from review.formats.geometry import Shape, bounds, outer_rings, outlines, points
from review.formats.reading import ClassBook, FindImage, Source, payload_of, polygons_of, shape_of
from review.formats.yolo import slit

# Label Studio's control of each kind; its result stands under the control's name.
CONTROLS = {
    "rectanglelabels": "RectangleLabels",
    "ellipselabels": "EllipseLabels",
    "polygonlabels": "PolygonLabels",
    "keypointlabels": "KeyPointLabels",
}
GREY = "#888888"
CHOICES = {"single": "single", "multiple": "multiple"}


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    yield "config.xml", iter([_config(spec).encode()])
    yield "tasks.json", _tasks(records, spec)


def _tasks(records: Iterable[Settled], spec: Mapping[str, Any]) -> Iterator[bytes]:
    kinds = {group["key"]: group["kind"] for group in spec.get("tags", ())}
    separator = b"[\n"
    for record, file_name in named(records):
        results = [*_tags(record, kinds), *_regions(record, spec)]
        task = {
            "id": record.task,
            "data": {"image": f"images/{record.split}/{file_name}"},
            "meta": {"source_name": record.name, "split": record.split, "sha256": record.sha256},
            "annotations": [{"id": record.task, "ground_truth": False, "result": results}],
        }
        yield separator + to_json(task)
        separator = b",\n"
    yield b"[]\n" if separator == b"[\n" else b"\n]\n"


def _config(spec: Mapping[str, Any]) -> str:
    labels = "".join(
        f"    <Label value={quoteattr(entry['key'])} background={quoteattr(entry.get('color', GREY))}/>\n"
        for entry in spec.get("classes", ())
    )
    controls = [
        f'  <{control} name="{name}" toName="image">\n{labels}  </{control}>\n'
        for name, control in CONTROLS.items()
    ]
    for group in spec.get("tags", ()):
        options = "".join(
            f"    <Choice value={quoteattr(one['key'])}/>\n" for one in group.get("options", ())
        )
        if group["kind"] in CHOICES:
            head = (
                f'<Choices name={quoteattr(group["key"])} toName="image" choice="{CHOICES[group["kind"]]}">'
            )
            controls.append(f"  {head}\n{options}  </Choices>\n")
        else:
            controls.append(f'  <TextArea name={quoteattr(group["key"])} toName="image"/>\n')
    asked = "".join(controls if labels else controls[len(CONTROLS) :])
    return f'<View>\n  <Image name="image" value="$image"/>\n{asked}</View>\n'


def _tags(record: Settled, kinds: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for key, value in tag_values(record).items():
        if value is None:
            continue
        about: dict[str, Any] = {"id": f"tag-{key}", "from_name": key, "to_name": "image"}
        if kinds.get(key) in CHOICES:
            chosen = value if isinstance(value, list) else [value]
            yield about | {"type": "choices", "value": {"choices": chosen}}
        else:
            yield about | {"type": "textarea", "value": {"text": [str(value)]}}


def _regions(record: Settled, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    keys = skeletons(spec)
    for number, shape in enumerate(shapes(record), start=1):
        for part, (kind, value) in enumerate(_values(shape, record)):
            region = f"{number}-{part}"
            yield _result(region, kind, value, shape["class"], record, shape)
            for key, said in shape.get("attributes", {}).items():
                more = {"type": "textarea", "value": {**value, "text": [str(said)]}, "origin": "manual"}
                yield {"id": region, "from_name": key, "to_name": "image", **more}
        if shape["type"] == "skeleton":
            for key, (x, y, seen) in zip(keys[shape["class"]], points(shape), strict=True):
                if seen:
                    value = {**_percent([x, y], record), "width": 0.5}
                    yield _result(f"{number}-{key}", "keypointlabels", value, key, record, shape) | {
                        "parentID": f"{number}-0",
                        "meta": {"text": [f"visibility={seen}"]},
                    }


def _values(shape: Shape, record: Settled) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = shape["type"]
    if kind in {"box", "skeleton"} and (around := bounds(shape)):
        x, y, width, height = around
        yield "rectanglelabels", {**_percent([x, y], record), **_size(width, height, record), "rotation": 0}
    elif kind == "rotated_box":
        # Turned about the corner that was the upper left one.
        _, _, width, height, angle = shape[kind]
        x, y = outlines(shape)[0][:2]
        yield (
            "rectanglelabels",
            {**_percent([x, y], record), **_size(width, height, record), "rotation": angle},
        )
    elif kind == "ellipse":
        cx, cy, a, b, angle = shape[kind]
        radii = {"radiusX": a / record.width * 100, "radiusY": b / record.height * 100}
        yield "ellipselabels", {**_percent([cx, cy], record), **radii, "rotation": angle}
    elif kind == "point":
        yield "keypointlabels", {**_percent(shape[kind], record), "width": 0.5}
    elif kind == "polyline":
        yield "polygonlabels", {"points": _pairs(shape[kind], record), "closed": False}
    else:
        rings = outer_rings(shape) if kind == "mask" else [slit(outlines(shape))]
        for ring in rings:
            yield "polygonlabels", {"points": _pairs(ring, record), "closed": True}


def _result(
    region: str, kind: str, value: Mapping[str, Any], label: str, record: Settled, shape: Shape
) -> dict[str, Any]:
    return {
        "id": region,
        "type": kind,
        "from_name": kind,
        "to_name": "image",
        "original_width": record.width,
        "original_height": record.height,
        "image_rotation": 0,
        "score": shape.get("confidence", 1.0),
        "value": {**value, kind: [label]},
    }


def _percent(point: Sequence[float], record: Settled) -> dict[str, float]:
    return {"x": point[0] / record.width * 100, "y": point[1] / record.height * 100}


def _size(width: float, height: float, record: Settled) -> dict[str, float]:
    return {"width": width / record.width * 100, "height": height / record.height * 100}


def _pairs(flat: Sequence[float], record: Settled) -> list[list[float]]:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [[x / record.width * 100, y / record.height * 100] for x, y in pairs]


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """The first annotation of each task that has one, else its first prediction."""
    book = ClassBook(spec.get("classes", ()))
    for path in source.paths(".json"):
        for task in _list(source.json(path), path):
            try:
                answers = [*task.get("annotations", ()), *task.get("predictions", ())]
                name = task.get("meta", {}).get("source_name") or str(task["data"]["image"])
                yield name, _payload(answers[0]["result"] if answers else [], book, spec)
            except (KeyError, TypeError, IndexError, ValueError) as error:
                raise ReadFault(path, f"A task is none of this format: {error!r}") from error


def _list(document: Any, path: str) -> list[Mapping[str, Any]]:
    if not isinstance(document, list):
        raise ReadFault(path, "This is no list of tasks.")
    return document


def _payload(
    results: Sequence[Mapping[str, Any]], book: ClassBook, spec: Mapping[str, Any]
) -> dict[str, Any]:
    kinds = {group["key"]: group["kind"] for group in spec.get("tags", ())}
    children: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    tags: dict[str, Any] = {}
    regions: list[Mapping[str, Any]] = []
    for result in results:
        if result.get("parentID"):
            children[result["parentID"]].append(result)
        elif result["type"] in CONTROLS:
            regions.append(result)
        elif (kind := kinds.get(result["from_name"])) is not None:
            tags[result["from_name"]] = _tag(result["value"], kind)
    keys = skeletons(spec)
    return payload_of((shape for one in regions for shape in _shapes(one, children, book, keys)), tags)


def _tag(value: Mapping[str, Any], kind: str) -> Any:
    if "choices" in value:
        return value["choices"] if kind == "multiple" else value["choices"][0]
    text = value["text"] if isinstance(value["text"], str) else value["text"][0]
    return float(text) if kind == "number" else text


def _shapes(
    result: Mapping[str, Any],
    children: Mapping[str, Sequence[Mapping[str, Any]]],
    book: ClassBook,
    keys: Mapping[str, Sequence[str]],
) -> Iterator[dict[str, Any]]:
    value, wide, high = result["value"], result["original_width"], result["original_height"]
    label = book.key(value[result["type"]][0])
    more = {"confidence": result.get("score")}
    if label in keys and children.get(result["id"]):
        yield shape_of("skeleton", label, _skeleton(children[result["id"]], keys[label]), **more)
    elif result["type"] == "rectanglelabels":
        yield _rectangle(value, label, wide, high, more)
    elif result["type"] == "ellipselabels":
        radii = [value["radiusX"] * wide / 100, value["radiusY"] * high / 100]
        centre = [value["x"] * wide / 100, value["y"] * high / 100]
        yield shape_of("ellipse", label, [*centre, *radii, value.get("rotation", 0) % 360], **more)
    elif result["type"] == "keypointlabels":
        yield shape_of("point", label, [value["x"] * wide / 100, value["y"] * high / 100], **more)
    else:
        flat = [number for x, y in value["points"] for number in (x * wide / 100, y * high / 100)]
        if value.get("closed", True):
            for polygon in polygons_of(flat):
                yield shape_of("polygon", label, polygon, **more)
        else:
            yield shape_of("polyline", label, flat, **more)


def _rectangle(
    value: Mapping[str, Any], label: str, wide: int, high: int, more: Mapping[str, Any]
) -> dict[str, Any]:
    x, y = value["x"] * wide / 100, value["y"] * high / 100
    width, height, angle = value["width"] * wide / 100, value["height"] * high / 100, value.get("rotation", 0)
    if not angle:
        return shape_of("box", label, [x, y, width, height], **more)
    c, s = cos(radians(angle)), sin(radians(angle))
    cx, cy = x + width / 2 * c - height / 2 * s, y + width / 2 * s + height / 2 * c
    return shape_of("rotated_box", label, [cx, cy, width, height, angle % 360], **more)


def _skeleton(parts: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[float]:
    flat: list[float] = [0.0] * (3 * len(keys))
    for part in parts:
        value = part["value"]
        place = 3 * list(keys).index(value["keypointlabels"][0])
        x, y = value["x"] * part["original_width"] / 100, value["y"] * part["original_height"] / 100
        hidden = "visibility=1" in part.get("meta", {}).get("text", ())
        flat[place : place + 3] = [x, y, 1 if hidden else 2]
    return flat


KEEPS = frozenset({"box", "rotated_box", "ellipse", "point", "polyline", "skeleton"})
FORMAT = Format("label-studio", "Label Studio JSON", write, read, KEEPS)
