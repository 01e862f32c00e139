"""What a release is asked to hold beyond its formats: splits, a least confidence, answers, images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from annotator.errors import Invalid
from review.formats import Settled

SPLITS = ("train", "val", "test")


class Options(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """As kept with the release. `splits` are shares of train, val and test, in hundredths."""

    splits: tuple[int, int, int] = (100, 0, 0)
    stratified: bool = False
    min_confidence: float = 0.0
    raw_answers: bool = False
    images: bool = False
    image_links: bool = False
    crops: bool = False
    crop_masks: bool = False

    def __post_init__(self) -> None:
        if sum(self.splits) != 100 or min(self.splits) < 0:
            raise ValueError("the shares of the splits are not 100 in all")
        if not 0.0 <= self.min_confidence <= 1.0:
            raise ValueError("a confidence is a number from 0 to 1")


def check_options(given: Mapping[str, Any]) -> Options:
    """The options of a request; raises Invalid that names what does not fit."""
    try:
        return msgspec.convert(dict(given), Options)
    except msgspec.ValidationError as error:
        fault = {"where": "options", "code": "bad_option", "detail": str(error)}
        raise Invalid(errors=[fault]) from error


def kept_options(stored: Mapping[str, Any]) -> Options:
    """The options of a release, from its row."""
    return msgspec.convert(dict(stored), Options)


def stored_options(options: Options) -> dict[str, Any]:
    """The options for a release's row."""
    kept: dict[str, Any] = msgspec.to_builtins(options)
    return kept


class Splitter:
    """Deals records out to the splits, the same way whenever the same release is built.

    Without strata the image's own digest decides, so an image is in the same split in every release. With
    strata, each stratum's records go to the split that is furthest below its share.
    """

    def __init__(self, options: Options, *, spec: Mapping[str, Any]) -> None:
        self._shares = options.splits
        self._stratified = options.stratified
        self._choices = [
            group["key"] for group in spec.get("tags", ()) if group["kind"] in {"single", "tree"}
        ]
        self._dealt: dict[str, list[int]] = {}

    def deal(self, record: Settled) -> str:
        if self._stratified:
            return SPLITS[self._furthest_below(stratum_of(record, self._choices))]
        place = int(record.sha256[:12], 16) * 100 // (1 << 48)
        ends = (sum(self._shares[: i + 1]) for i in range(len(SPLITS)))
        return next(name for name, end in zip(SPLITS, ends, strict=True) if place < end)

    def _furthest_below(self, stratum: str) -> int:
        dealt = self._dealt.setdefault(stratum, [0] * len(SPLITS))
        whole = sum(dealt) + 1
        lacking = [share * whole / 100 - count for share, count in zip(self._shares, dealt, strict=True)]
        split = max(range(len(SPLITS)), key=lacking.__getitem__)
        dealt[split] += 1
        return split


def stratum_of(record: Settled, choices: Sequence[str]) -> str:
    """The value of the first tag of one choice, else the class of most shapes, else nothing."""
    tags = record.consensus.get("tags", {})
    for key in choices:
        if tags.get(key, {}).get("value") is not None:
            return f"{key}={tags[key]['value']}"
    classes = Counter(shape["class"] for shape in record.consensus.get("shapes", ()))
    return max(sorted(classes), key=classes.__getitem__) if classes else ""


def chosen(records: Iterator[Settled], options: Options, *, spec: Mapping[str, Any]) -> Iterator[Settled]:
    """The records as the options want them."""
    splitter = Splitter(options, spec=spec)
    for record in records:
        yield replace(
            record,
            split=splitter.deal(record),
            consensus=_confident(record.consensus, options.min_confidence),
        )


def _confident(consensus: Mapping[str, Any], least: float) -> Mapping[str, Any]:
    """Without shapes and values of tags below the least confidence."""
    if not least:
        return consensus
    shapes = [shape for shape in consensus.get("shapes", ()) if shape.get("confidence", 1.0) >= least]
    tags = {
        key: tag if (tag.get("confidence") or 0.0) >= least else {**tag, "value": None}
        for key, tag in consensus.get("tags", {}).items()
    }
    return {**consensus, "shapes": shapes, "tags": tags}
