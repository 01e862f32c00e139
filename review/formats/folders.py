"""A folder a class, as ImageNet has them and as YOLO's classifier and torchvision read them.

    <split>/<class>/<image>     the images, where the release carries them
    <split>.txt                 the path and the number of each image's class
    classes.txt                 the classes, their numbers from 0 are the lines

The class is the value of the schema's first tag group with one choice; images without it are left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import basename
from typing import Any

from review.formats.base import Answer, Format, Member, Settled, Spools, named, tag_values
from review.formats.reading import ClassBook, FindImage, Source, payload_of

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
NO_CLASS = "_without_class"


def write(records: Iterable[Settled], *, spec: Mapping[str, Any]) -> Iterator[Member]:
    group = choice(spec)
    keys = _keys(group["options"]) if group else []
    numbers = {key: i for i, key in enumerate(keys)}
    with Spools() as lists:
        for record, file_name in named(records, flat=True):
            value = tag_values(record).get(group["key"]) if group else None
            if value in numbers:
                line = f"{record.split}/{value}/{file_name} {numbers[value]}\n"
                lists.write(record.split, line.encode())
        for split in lists.names() or ["train"]:
            yield f"{split}.txt", lists.read(split)
    yield "classes.txt", iter(["".join(f"{key}\n" for key in keys).encode()])


def choice(spec: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first tag group that asks for one option."""
    return next((group for group in spec.get("tags", ()) if group["kind"] in {"single", "tree"}), None)


def _keys(options: Sequence[Mapping[str, Any]]) -> list[str]:
    """The keys of all options, those of a tree after their parents."""
    return [key for option in options for key in (option["key"], *_keys(option.get("options", ())))]


def _entries(options: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for option in options:
        yield option
        yield from _entries(option.get("options", ()))


def read(source: Source, *, spec: Mapping[str, Any], images: FindImage) -> Iterator[Answer]:
    """From lists of paths with numbers, or from the folders the pictures lie in."""
    group = choice(spec)
    if group is None:
        return
    book = ClassBook(_entries(group["options"]))
    for path in source.paths(*PICTURES):
        yield _answer(path, path.split("/")[-2] if "/" in path else "", group["key"], book)
    if not source.paths(*PICTURES):
        for path in source.paths(".txt"):
            for line in source.text(path).splitlines() if path != "classes.txt" else ():
                image = line.rpartition(" ")[0]
                if image.count("/"):
                    yield _answer(image, image.split("/")[-2], group["key"], book)


def _answer(path: str, label: str, group: str, book: ClassBook) -> Answer:
    return basename(path), payload_of((), {group: book.key(label)})


def folder(record: Settled, spec: Mapping[str, Any]) -> str:
    group = choice(spec)
    value = tag_values(record).get(group["key"]) if group else None
    return f"{record.split}/{value if group and value in _keys(group['options']) else NO_CLASS}"


FORMAT = Format(
    "imagenet", "Folders by class (ImageNet, YOLO classify)", write, read, frozenset(), folder, flat=True
)
