"""What every dataset format shares: the settled record in, named archive members out, constant memory."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Self

import msgspec
from shapely.errors import GEOSException

from review.formats.names import NameBook

CHUNK = 1 << 16

STUMBLES = (KeyError, IndexError, TypeError, AttributeError, OSError, ArithmeticError, GEOSException)


class ReadFault(ValueError):
    """A dataset that cannot be read: `where` is the file in it, `problem` says why."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where[:300], problem
        super().__init__(f"{where}: {problem}")


# A member of an archive: its path, and its bytes. As with itertools.groupby, take one member's bytes
# before asking for the next member.
Member = tuple[str, Iterator[bytes]]

# What a dataset says of one image: its file name, and a payload as submissions have it (docs/client.md);
# None where the format needs the image's size and nobody knows the image.
Answer = tuple[str, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Settled:
    """One settled task. `task` is its id, unique and ascending in a release; `name` is the client's own file
    name, not to be trusted; `consensus` is the consensus payload; `adjudicated`: a person settled it."""

    task: int
    name: str
    width: int
    height: int
    sha256: str
    consensus: Mapping[str, Any]
    split: str = "train"
    adjudicated: bool = False


def by_split(record: Settled, spec: Mapping[str, Any]) -> str:
    return f"images/{record.split}"


@dataclass(frozen=True, slots=True)
class Format:
    """A dataset format. `write(records, spec=...)` yields its members; same records, same bytes.

    `read(source, spec=..., images=...)` yields what such a dataset says of each image, see
    review/formats/reading.py. `keeps` names the kinds of geometry that come back from it unchanged.
    `folder` is where its readers look for a record's image; `flat`: they know no folders inside it.
    """

    key: str
    title: str
    write: Callable[..., Iterator[Member]]
    read: Callable[..., Iterator[Answer]]
    keeps: frozenset[str] = frozenset()
    folder: Callable[[Settled, Mapping[str, Any]], str] = by_split
    flat: bool = False

    def images(self, records: Iterable[Settled], spec: Mapping[str, Any]) -> Iterator[tuple[Settled, str]]:
        """Each record with the path at which a release that carries the images has to put its image."""
        for record, file_name in named(records, flat=self.flat):
            yield record, f"{self.folder(record, spec)}/{file_name}"

    def answers(self, source: Any, *, spec: Mapping[str, Any], images: Any) -> Iterator[Answer]:
        """What `read` yields; whatever it stumbles over in a stranger's file is a ReadFault."""
        try:
            yield from self.read(source, spec=spec, images=images)
        except ReadFault:
            raise
        except (ValueError, *STUMBLES) as error:
            raise ReadFault("", f"This is no dataset of the format {self.title}: {error!r}") from error


def named(records: Iterable[Settled], *, flat: bool = False) -> Iterator[tuple[Settled, str]]:
    """Each record with a file name that is safe and unique in the release; `flat`: folders become `_`."""
    book = NameBook()
    for record in records:
        yield record, book.take(record.name, number=record.task, flat=flat)


def class_index(spec: Mapping[str, Any]) -> dict[str, int]:
    """Class key -> its place in the schema, from 0."""
    return {entry["key"]: i for i, entry in enumerate(spec.get("classes", ()))}


def skeletons(spec: Mapping[str, Any]) -> dict[str, list[str]]:
    """Class key -> the keys of its skeleton's points, of the classes that have one."""
    return {
        entry["key"]: [point["key"] for point in entry["skeleton"]["points"]]
        for entry in spec.get("classes", ())
        if "skeleton" in entry
    }


def shapes(record: Settled) -> Sequence[Mapping[str, Any]]:
    """The record's shapes from the lowest to the topmost."""
    found: Sequence[Mapping[str, Any]] = record.consensus.get("shapes", ())
    return found


def tag_values(record: Settled) -> dict[str, Any]:
    return {key: tag["value"] for key, tag in record.consensus.get("tags", {}).items()}


def to_json(value: Any) -> bytes:
    return msgspec.json.encode(value)


class Spools:
    """Temporary files by name: the parts of a document that come later than they are known."""

    def __init__(self) -> None:
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def names(self) -> list[str]:
        return sorted(self._files)

    def write(self, name: str, data: bytes) -> None:
        if name not in self._files:
            self._files[name] = tempfile.TemporaryFile(buffering=CHUNK)  # noqa: SIM115 - closed in __exit__
        self._files[name].write(data)

    def read(self, name: str) -> Iterator[bytes]:
        file = self._files.get(name)
        if file is None:
            return
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
