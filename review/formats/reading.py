"""What readers of datasets share: the archive they read from, the classes as others write them, faults.

    for name, payload in FORMATS["coco"].answers(source, spec=label_schema.spec, images=find):
        ...

A reader believes nothing: sizes are limited, XML has no document type, and what it cannot make sense of is a
ReadFault that names the file. What a payload holds is checked later, against the label schema.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from posixpath import basename
from typing import IO, Any, NamedTuple
from xml.etree import ElementTree

import msgspec
import shapely

from review.formats.base import ReadFault
from review.formats.geometry import Ring

MEMBER_BYTES = 512 << 20  # of one file of the dataset, unpacked
ALL_BYTES = 4 << 30
MOST_MEMBERS = 2_000_000


class Known(NamedTuple):
    """An image of the batch that a dataset speaks of."""

    name: str
    width: int
    height: int


# Finds an image by its path or file name, with or without its extension.
FindImage = Callable[[str], Known | None]


class Source:
    """The files of a dataset in a zip archive, by path."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise ReadFault("", "This is no zip archive.") from error
        entries = [entry for entry in self._archive.infolist() if not entry.is_dir()]
        if len(entries) > MOST_MEMBERS or sum(entry.file_size for entry in entries) > ALL_BYTES:
            raise ReadFault("", "The archive is too large; send it in parts.")
        self._entries = {entry.filename: entry for entry in entries}

    def paths(self, *endings: str) -> list[str]:
        """The paths with one of these endings, sorted."""
        return sorted(path for path in self._entries if path.lower().endswith(endings))

    def read(self, path: str) -> bytes:
        """The whole file; never more than its entry says, and never more than MEMBER_BYTES."""
        try:
            entry = self._entries[path]
        except KeyError:
            raise ReadFault(path, "The archive has no such file.") from None
        if entry.file_size > MEMBER_BYTES:
            raise ReadFault(path, "The file is too large; send the dataset in parts.")
        try:
            with self._archive.open(entry) as file:
                return file.read(entry.file_size)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise ReadFault(path, "The file is broken or encrypted.") from error

    def text(self, path: str) -> str:
        try:
            return self.read(path).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ReadFault(path, "The file is not UTF-8.") from error

    def json(self, path: str) -> Any:
        try:
            return msgspec.json.decode(self.read(path))
        except (msgspec.DecodeError, RecursionError) as error:
            raise ReadFault(path, f"The file is no JSON: {error}") from error

    def xml(self, path: str) -> ElementTree.Element:
        """The root of the document, which may define no entities."""
        text = self.text(path)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise ReadFault(path, "A document type is not accepted.")
        try:
            return ElementTree.fromstring(text)  # noqa: S314 - neither entities nor a document type
        except (ElementTree.ParseError, ValueError) as error:
            raise ReadFault(path, f"The file is no XML: {error}") from error

    def documents(self, *keys: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The JSON objects of the dataset that have all these keys; at least one."""
        found = False
        for path in self.paths(".json"):
            document = self.json(path)
            if isinstance(document, dict) and all(key in document for key in keys):
                found = True
                yield path, document
        if not found:
            raise ReadFault("", f"No JSON file of the archive has {', '.join(keys)}.")


class ClassBook:
    """The schema's key of a class, whatever a dataset calls it: its key, or a name of it in any language."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self._keys: dict[str, str] = {}
        for entry in entries:
            for name in (*entry.get("names", {}).values(), entry["key"]):
                self._keys[_plain(name)] = entry["key"]

    def key(self, name: object) -> str:
        """The key, or the name as it is where the schema has no such class: the check will say so."""
        return self._keys.get(_plain(str(name)), str(name))


def _plain(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def payload_of(shapes: Iterable[Mapping[str, Any]], tags: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A payload of these shapes, each with an id of its own."""
    return {
        "tags": dict(tags or {}),
        "shapes": [{"id": f"r{i}", **shape} for i, shape in enumerate(shapes, 1)],
    }


def shape_of(
    kind: str, label: str, geometry: object, *, confidence: float | None = None, **more: Any
) -> dict[str, Any]:
    """One shape; `more` holds attributes, occluded, group where the dataset tells them."""
    shape = {"class": label, "type": kind, kind: geometry, "attributes": more.pop("attributes", {})}
    shape |= {key: value for key, value in more.items() if value}
    return shape if confidence is None else {**shape, "confidence": confidence}


def polygons_of(ring: Ring) -> list[list[Ring]]:
    """The polygons that a ring stands for: itself, or what it becomes where it crosses or touches itself.

    Formats without holes reach them by a slit, and their outlines may cross themselves.
    """
    outline = shapely.Polygon(list(zip(ring[::2], ring[1::2], strict=True)))
    if outline.is_valid:
        return [[ring]]
    parts = shapely.get_parts(shapely.make_valid(outline, method="structure", keep_collapsed=False))
    return [
        [_flat(part.exterior), *map(_flat, part.interiors)] for part in parts if part.geom_type == "Polygon"
    ]


def _flat(ring: shapely.LinearRing) -> Ring:
    return [float(number) for point in list(ring.coords)[:-1] for number in point]


def file_stem(path: str) -> str:
    """The file name without folders and extension."""
    name = basename(path.replace("\\", "/"))
    return name.rpartition(".")[0] or name
