"""Masks laid over each other as runs: counted right, voted well, without unpacking a pixel."""

from __future__ import annotations

import random

import numpy as np
import pytest

from review.consensus import conclude, parse_answer, parse_spec
from review.consensus.kinds.mask_vote import likeness, vote, weighted
from review.consensus.kinds.runs import (
    bounds_of,
    columns,
    covered_at,
    from_lengths,
    shared_pixels,
    stack,
    to_lengths,
    union_of,
)
from review.consensus.kinds.staple import staple
from tasks.shapes.rle import compressed, pack_mask, run_lengths, unpack_mask
from tests.unit.simulated import Hand, crew, draw_mask, fruit, rle

HEIGHT, WIDTH = 30, 40


def blots(people: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    base = np.zeros((HEIGHT, WIDTH), dtype=bool)
    base[8:22, 10:30] = True
    return [base ^ (rng.random(base.shape) < 0.03 * (r + 1)) for r in range(people)]


def runs(mask: np.ndarray) -> np.ndarray:
    return from_lengths(run_lengths(pack_mask(mask)["counts"]))


def unpacked(ends: np.ndarray) -> np.ndarray:
    lengths = to_lengths(ends, pixels=HEIGHT * WIDTH)
    return unpack_mask({"size": [HEIGHT, WIDTH], "counts": compressed(lengths)})


@pytest.mark.parametrize("seed", range(5))
def test_runs_count_what_pixels_count(seed: int) -> None:
    masks = blots(4, seed)
    ends = [runs(mask) for mask in masks]
    assert shared_pixels(ends[0], ends[1], covered=covered_at(ends[1])) == (masks[0] & masks[1]).sum()
    stacked = stack(ends)
    found = columns(stacked)
    assert found.pixels[found.says.all(axis=0)].sum() == np.logical_and.reduce(masks).sum()
    assert found.pixels[found.says.any(axis=0)].sum() == np.logical_or.reduce(masks).sum()
    most = union_of(stacked, weighted(found, np.ones(4))[found.column])
    assert (unpacked(most) == (np.sum(masks, axis=0) > 2)).all()
    ys, xs = np.nonzero(masks[0])
    x1, y1, x2, y2 = bounds_of(ends[0], height=HEIGHT)
    assert (x1, x2) == (xs.min(), xs.max() + 1)
    assert y1 <= ys.min()
    assert y2 >= ys.max() + 1


def test_columns_of_many_people_are_the_same_as_of_few() -> None:
    stacked = stack([runs(mask) for mask in blots(14, 1)])
    many = columns(stacked)
    assert (many.says[:, many.column] == stacked.covers).all()
    assert many.pixels.sum() == stacked.length.sum()


def test_somebody_who_masked_something_else_has_no_vote() -> None:
    masks = blots(4, 3)
    wrong = np.zeros_like(masks[0])
    wrong[24:29, 2:8] = True
    ends = [runs(mask) for mask in (*masks, wrong)]
    stacked = stack(ends)
    found = columns(stacked)
    with_them, without = vote(found, trust=np.ones(5)), columns(stack(ends[:4]))
    alone = union_of(stack(ends[:4]), vote(without, trust=np.ones(4))[without.column])
    assert (unpacked(union_of(stacked, with_them[found.column])) == unpacked(alone)).all()


def test_staple_finds_planted_sensitivities() -> None:
    rng = np.random.default_rng(4)
    truth = np.zeros((120, 120), dtype=bool)
    truth[30:90, 30:90] = True
    planted = (0.98, 0.9, 0.75)
    masks = [np.where(truth, rng.random(truth.shape) < p, rng.random(truth.shape) < 0.02) for p in planted]
    found = staple(columns(stack([from_lengths(run_lengths(pack_mask(m)["counts"])) for m in masks])))
    assert found.sensitivity == pytest.approx(planted, abs=0.05)


def test_the_vote_is_never_below_the_weighted_vote_and_beats_every_person() -> None:
    """Seven people of three degrees of care over the outlines of real fruit."""
    rng, numbers = random.Random(1), np.random.default_rng(1)
    for care in (1.0, 3.0, 5.0):
        ours, plain = [], []
        people: list[list[float]] = [[] for _ in range(7)]
        for scene in fruit():
            hands = [Hand(h.shake * care, h.shift * care, slips=0.15) for h in crew(7, rng)]
            for shape in scene.shapes:
                rings = [np.array(ring).reshape(-1, 2) for ring in shape["polygon"]]
                true = from_lengths(run_lengths(rle(rings, scene.size)["counts"]))
                ends = [
                    from_lengths(
                        run_lengths(draw_mask(shape["polygon"], hand, numbers, scene.size)["counts"])
                    )
                    for hand in hands
                ]
                stacked = stack(ends)
                found = columns(stacked)
                ours.append(iou(union_of(stacked, vote(found, trust=np.ones(7))[found.column]), true))
                plain.append(iou(union_of(stacked, weighted(found, likeness(found))[found.column]), true))
                for r, mask in enumerate(ends):
                    people[r].append(iou(mask, true))
        print(f"care {care}: ours {np.mean(ours):.4f}, weighted {np.mean(plain):.4f}")
        assert np.mean(ours) > np.mean(plain) - 0.0005
        assert np.mean(ours) > max(np.mean(one) for one in people)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    inside = shared_pixels(a, b, covered=covered_at(b))
    return inside / max(sum(float((m[1::2] - m[::2]).sum()) for m in (a, b)) - inside, 1.0)


def test_masks_of_people_become_one_mask_whatever_their_order() -> None:
    answers = [
        parse_answer(
            submission=f"u{r}",
            annotator=r,
            skill=0.85,
            payload={"shapes": [{"id": "m", "class": "cat", "type": "mask", "mask": pack_mask(mask)}]},
        )
        for r, mask in enumerate(blots(5, 2))
    ]
    spec = parse_spec({"classes": [{"key": "cat"}]})
    consensus = conclude(answers=answers, spec=spec, size=(WIDTH, HEIGHT))
    (found,) = consensus.shapes
    mask = unpack_mask(found.geometry)
    truth = np.zeros((HEIGHT, WIDTH), dtype=bool)
    truth[8:22, 10:30] = True
    assert (mask ^ truth).sum() < 0.02 * mask.size
    assert conclude(answers=answers[::-1], spec=spec, size=(WIDTH, HEIGHT)).json() == consensus.json()
