"""The difference between two releases: which images and objects, and by what."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from review import difference
from review.difference import Tally, compare, line_of
from review.formats import Settled
from tests.factories import box

Payload = dict[str, Any]


def line(task: int, *shapes: Payload, split: str = "train", **tags: str) -> bytes:
    consensus = {"shapes": list(shapes), "tags": {key: {"value": value} for key, value in tags.items()}}
    return line_of(Settled(task, f"{task}.jpg", 1000, 1000, "0" * 64, consensus, split=split))


def between(older: list[bytes], newer: list[bytes]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    tally = Tally()
    found = list(compare(older, newer, tally=tally))
    return found, tally.summary()


def test_two_releases_of_the_same_do_not_differ() -> None:
    lines = [line(n, box(n, 10, 100, 100), garment="hat") for n in range(5)]
    found, summary = between(lines, lines)
    assert found == []
    assert summary["images"] == {"same": 5, "changed": 0, "added": 0, "removed": 0}
    assert summary["objects"]["same"] == 5


def test_an_objects_number_and_confidence_are_no_difference() -> None:
    older = [line(1, {**box(1, 1, 50, 50), "id": "a", "confidence": 0.5}, box(200, 1, 50, 50))]
    newer = [line(1, box(200, 1, 50, 50), {**box(1, 1, 50, 50), "id": "b", "confidence": 0.9})]
    assert between(older, newer)[0] == []


def test_images_of_one_release_alone_are_added_or_removed_with_their_objects() -> None:
    older = [line(1, box(1, 1, 9, 9)), line(3)]
    newer = [line(2, box(1, 1, 9, 9), box(300, 300, 9, 9)), line(3)]
    found, summary = between(older, newer)
    assert [(one["task"], one["change"], len(one["objects"])) for one in found] == [
        (1, "removed", 1),
        (2, "added", 2),
    ]
    assert summary["images"] == {"same": 1, "changed": 0, "added": 1, "removed": 1}
    (classes,) = summary["classes"]
    assert (classes["before"], classes["after"], classes["added"], classes["removed"]) == (1, 2, 2, 1)


def test_an_object_that_moved_a_little_was_changed_and_one_elsewhere_is_another() -> None:
    older = [line(1, box(100, 100, 200, 150), box(600, 600, 50, 50))]
    newer = [line(1, box(105, 100, 200, 150), box(10, 800, 50, 50))]
    ((one,), summary) = between(older, newer)
    assert [(part["change"], part.get("what")) for part in one["objects"]] == [
        ("changed", ["box"]),
        ("removed", None),
        ("added", None),
    ]
    assert summary["objects"] == {"same": 0, "changed": 1, "added": 1, "removed": 1}


def test_a_new_name_is_told_as_such() -> None:
    older = [line(1, box(100, 100, 200, 150, label="arduino"))]
    newer = [line(1, box(100, 100, 200, 150, label="raspberry-pi-3"))]
    ((one,), summary) = between(older, newer)
    assert one["objects"][0]["what"] == ["class"]
    assert summary["renamed"] == [{"before": "arduino", "after": "raspberry-pi-3", "objects": 1}]


def test_tags_and_splits_differ_by_image() -> None:
    ((one,), summary) = between([line(1, garment="hat")], [line(1, garment="shoes", split="val")])
    assert one["tags"] == [{"group": "garment", "before": "hat", "after": "shoes"}]
    assert (one["split"], summary["moved_to_split"]) == (["train", "val"], 1)
    assert summary["tags"] == [{"group": "garment", "images": 1}]


def test_an_image_of_too_many_objects_is_compared_without_pairs(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(difference, "MOST_PAIRS", 3)
    older = [line(1, box(10, 10, 50, 50), box(300, 10, 50, 50))]
    newer = [line(1, box(11, 10, 50, 50), box(301, 10, 50, 50))]
    assert between(older, newer)[1]["objects"] == {"same": 0, "changed": 0, "added": 2, "removed": 2}


boxes = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 900), st.sampled_from(["arduino", "raspberry-pi-3"])),
    max_size=4,
)


@given(st.dictionaries(st.integers(1, 6), boxes), st.dictionaries(st.integers(1, 6), boxes))
def test_the_counts_add_up_and_the_other_way_round_is_the_mirror(
    older: dict[int, list[tuple[int, int, str]]], newer: dict[int, list[tuple[int, int, str]]]
) -> None:
    def lines(release: dict[int, list[tuple[int, int, str]]]) -> list[bytes]:
        return [line(n, *(box(x, y, 90, 90, label=key) for x, y, key in release[n])) for n in sorted(release)]

    (_, there), (_, back) = between(lines(older), lines(newer)), between(lines(newer), lines(older))
    counts = there["objects"]
    assert counts["same"] + counts["changed"] + counts["removed"] == sum(map(len, older.values()))
    assert counts["same"] + counts["changed"] + counts["added"] == sum(map(len, newer.values()))
    assert (counts["added"], counts["removed"]) == (back["objects"]["removed"], back["objects"]["added"])
    for one in there["classes"]:
        assert one["after"] - one["before"] == (
            one["added"]
            - one["removed"]
            + sum(r["objects"] for r in there["renamed"] if r["after"] == one["class"])
            - sum(r["objects"] for r in there["renamed"] if r["before"] == one["class"])
        )


def test_a_few_images_are_in_memory_at_a_time() -> None:
    def peak(images: int) -> int:
        def lines(shift: int) -> Iterator[bytes]:
            return (
                line(n, *(box(10 + 100 * i + shift, 10, 50, 50) for i in range(9))) for n in range(images)
            )

        tracemalloc.start()
        for _ in itertools.islice(compare(lines(0), lines(1), tally=Tally()), None):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    # All lines of both would be more than twice that.
    assert peak(600) < 600_000


def test_a_line_is_what_the_release_says() -> None:
    read = msgspec.json.decode(line(7, box(1, 2, 3, 4), garment="hat"))
    assert (read["task"], read["tags"], read["shapes"][0]["box"]) == (7, {"garment": "hat"}, [1, 2, 3, 4])
