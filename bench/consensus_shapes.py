"""Consensus over shapes on real crowds, and how few answers it needs.

Boxes: 3, 5 and 7 people of `boxes_crowd` an image against the expert, F1 at IoU 0.7 and 0.5; the crowd's
habits are estimated from the same answers, never from the expert. Boxes again, asked one by one until each
image is sure, of existence and of its edges. Masks: 7 simulated people over the outlines of `polygons_coco`,
against majority, IoU-weighted vote and STAPLE. Votes, asked one by one and concluded by the product's own
functions: each annotator's habits and skill come from other tasks than those being asked, as the full pass
over a project knows them.

    python -m bench.consensus_shapes [--draws 12]
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import mean

import numpy as np

from bench.crowds import Answers, read_votes
from review.agreement import match
from review.consensus import (
    DEFAULT_SKILL,
    Answer,
    Consensus,
    Crowd,
    conclude_many,
    estimate_crowd,
    estimate_skill,
)
from review.consensus.classes import ensemble, tabulate
from review.consensus.classes.calibrate import RHO, fit_rho, temper
from review.consensus.classes.ease import ordinary
from review.consensus.classes.worth import worth_asking
from review.consensus.conclude import Asked
from review.consensus.habits import Habits, habits_from
from review.consensus.kinds.mask_vote import likeness, vote, weighted
from review.consensus.kinds.runs import columns, covered_at, from_lengths, shared_pixels, stack, union_of
from review.consensus.kinds.staple import staple
from tasks.shapes.rle import run_lengths
from tests.data import data_folder
from tests.unit.simulated import Hand, crew, draw_mask, fruit, rle
from tests.unit.test_consensus_real import PERSON, Boxes, ask, corners, f1_over, read_boxes

SEED = 20260101
SETS = ("bluebird", "dog", "rte", "face", "zencrowd")  # those with seven answers a task and more
FOLDS = 5
GOLD_SHARE = 0.2
SURE_BOX, SURE_IOU = 0.95, 0.88  # when an image of boxes needs no more people


def read_crowd() -> tuple[Boxes, Boxes]:
    folder = data_folder("boxes_crowd")
    return read_boxes(folder / "answers.csv"), read_boxes(folder / "expert.csv")


def conclude_all(tasks: dict[str, list[Answer]], crowd: Crowd) -> dict[str, Consensus]:
    return dict(
        zip(
            tasks,
            conclude_many([Asked(answers, PERSON, None, crowd) for answers in tasks.values()]),
            strict=True,
        )
    )


def boxes_of(concluded: dict[str, Consensus]) -> dict[str, list[list[float]]]:
    return {image: [list(shape.box) for shape in found.shapes] for image, found in concluded.items()}


def boxes(draws: int) -> dict[str, float]:
    """F1 by people; with all seven there is one draw."""
    images, truth = read_crowd()
    results: dict[str, float] = {}
    for people in (3, 5, 7):
        near, half = [], []
        for draw in range(draws if people < 7 else 1):
            rng = random.Random(SEED + draw)
            tasks = {image: ask(images[image], people, rng) for image in images}
            found = boxes_of(conclude_all(tasks, estimate_crowd(tasks=tasks.values())))
            near.append(f1_over(found, truth, 0.7))
            half.append(f1_over(found, truth, 0.5))
        print(f"boxes, {people} people: F1 at 0.7 {mean(near):.1f}, at 0.5 {mean(half):.1f}")
        results |= {f"box_f1_07_{people}": mean(near), f"box_f1_05_{people}": mean(half)}
    return results


def is_sure(found: Consensus) -> bool:
    return all(doubt.confidence >= SURE_BOX for doubt in found.doubts) and all(
        shape.expected_iou >= SURE_IOU for shape in found.shapes
    )


def boxes_one_by_one(draws: int) -> dict[str, float]:
    """Two people an image, then one more while it is unsure; against all seven."""
    images, truth = read_crowd()
    used, adaptive, everybody, stated, right = [], [], [], [], []
    for draw in range(draws):
        rng = random.Random(SEED + draw)
        order = {image: ask(images[image], 7, rng) for image in images}
        for answers in order.values():
            rng.shuffle(answers)
        crowd = estimate_crowd(tasks=order.values())
        asked = {image: answers[:2] for image, answers in order.items()}
        found = conclude_all(asked, crowd)
        while unsure := [i for i in found if not is_sure(found[i]) and len(asked[i]) < len(order[i])]:
            asked |= {image: order[image][: len(asked[image]) + 1] for image in unsure}
            found |= conclude_all({image: asked[image] for image in unsure}, crowd)
        used.append(mean(len(answers) for answers in asked.values()))
        adaptive.append(f1_over(boxes_of(found), truth, 0.7))
        everybody.append(f1_over(boxes_of(conclude_all(order, crowd)), truth, 0.7))
        for image, expert in truth.items():
            drawn = corners([list(s.box) for s in found[image].shapes])
            real = corners([box for worker in expert.values() for box in worker])
            hit = {i for i, _ in match(drawn, real, least=0.5)}
            stated += [shape.existence for shape in found[image].shapes]
            right += [float(i in hit) for i in range(len(drawn))]
    print(
        f"boxes one by one: {mean(used):.2f} of 7 people, F1 at 0.7 {mean(adaptive):.1f} (all: "
        f"{mean(everybody):.1f}); existence stated {100 * mean(stated):.1f}, right {100 * mean(right):.1f}"
    )
    return {
        "box_adaptive_x": 7 / mean(used),
        "box_adaptive_loss": mean(everybody) - mean(adaptive),
        "box_stated_gap": 100 * abs(mean(stated) - mean(right)),
    }


def masks(people: int = 7) -> dict[str, float]:
    """Careful to careless crowds; milliseconds of one image's mask of seven, from run lengths to runs."""
    scenes = fruit()
    rng, numbers = random.Random(SEED), np.random.default_rng(SEED)
    figures: dict[str, list[float]] = {name: [] for name in ("one", "majority", "weighted", "staple", "ours")}
    took = []
    for care in (1.0, 3.0, 5.0):
        for scene in scenes:
            hands = [Hand(h.shake * care, h.shift * care, slips=0.15) for h in crew(people, rng)]
            for shape in scene.shapes:
                rings = shape["polygon"]
                true = from_lengths(
                    run_lengths(rle([np.array(r).reshape(-1, 2) for r in rings], scene.size)["counts"])
                )
                drawn = [draw_mask(rings, hand, numbers, scene.size)["counts"] for hand in hands]
                started = time.process_time()
                given = [from_lengths(run_lengths(counts)) for counts in drawn]
                stacked = stack(given)
                found = columns(stacked)
                chosen = vote(found, trust=np.ones(people))
                ours = union_of(stacked, chosen[found.column])
                took.append(1000 * (time.process_time() - started))
                others = {
                    "majority": weighted(found, np.ones(people)),
                    "weighted": weighted(found, likeness(found)),
                    "staple": staple(found).chosen,
                }
                figures["ours"].append(iou(ours, true))
                figures["one"] += [iou(mask, true) for mask in given]
                for name, part in others.items():
                    figures[name].append(iou(union_of(stacked, part[found.column]), true))
    print("masks, mean IoU: " + ", ".join(f"{name} {100 * mean(v):.2f}" for name, v in figures.items()))
    print(f"masks: {mean(took):.2f} ms an object of {people} people")
    return {
        "mask_ms": mean(took),
        "mask_iou": 100 * mean(figures["ours"]),
        "mask_iou_weighted": 100 * mean(figures["weighted"]),
    }


def iou(a: np.ndarray, b: np.ndarray) -> float:
    inside = shared_pixels(a, b, covered=covered_at(b))
    area = [float((mask[1::2] - mask[::2]).sum()) for mask in (a, b)]
    return inside / max(sum(area) - inside, 1.0)


@dataclass(frozen=True)
class OneByOne:
    """Chances by number of answers, before and after they are made honest, and what each task's truth is."""

    chances: np.ndarray  # answers + 1, tasks, classes
    honest: np.ndarray
    by_ease: np.ndarray  # answers + 1, tasks, classes, kinds of ease
    confusion: np.ndarray
    given: np.ndarray
    truth: np.ndarray

    def after(self, answers: np.ndarray) -> np.ndarray:
        return np.asarray(self.chances[answers, np.arange(len(answers))])

    def right(self, answers: np.ndarray) -> float:
        known = self.truth >= 0
        return 100.0 * float((self.after(answers).argmax(axis=1) == self.truth)[known].mean())

    def stated(self, answers: np.ndarray) -> float:
        honest = self.honest[answers, np.arange(len(answers))]
        return 100.0 * float(honest.max(axis=1)[self.truth >= 0].mean())

    def stated_above_right(self, answers: np.ndarray, gold: np.ndarray) -> float:
        """Points by which confidence is overstated beside gold, learnt from gold as the full pass does."""
        known = self.truth >= 0
        told, rest = known & gold, known & ~gold
        rho = fit_rho(self.after(self.given)[told], answers=self.given[told], truth=self.truth[told])
        honest = temper(self.after(answers)[rest], answers=answers[rest], rho=rho)
        right = honest.argmax(axis=1) == self.truth[rest]
        return 100.0 * float(honest.max(axis=1).mean() - right.mean())

    def asked(self, wanted: float) -> np.ndarray:
        """Answers each task has when nobody more is asked."""
        have = np.ones(len(self.given), dtype=np.int64)
        while True:
            outlook = self.by_ease[have, np.arange(len(have))]
            more = worth_asking(outlook, confusion=self.confusion, wanted=wanted)
            more &= have < self.given
            if not more.any():
                return have
            have += more


def one_by_one(name: str, seed: int) -> OneByOne:
    """The set's answers in a random order, concluded as settling does, by the habits and skills that a full
    pass found in the other folds' tasks, without any truth."""
    a = read_votes(data_folder("votes") / name)
    rng = np.random.default_rng(seed)
    classes = int(max(a.label.max(), a.truth.max())) + 1
    order = rng.permutation(len(a.task))
    order = order[np.argsort(a.task[order], kind="stable")]
    starts = np.concatenate([[0], np.cumsum(np.bincount(a.task, minlength=len(a.truth)))])
    fold = rng.integers(FOLDS, size=len(a.truth))
    raw = np.full((int(np.diff(starts).max()) + 1, len(a.truth), classes), 1.0 / classes)
    honest, by_ease, typical = raw.copy(), ordinary(raw), np.zeros((classes, classes))
    for part in range(FOLDS):
        habits, skill = full_pass(a, fold[a.task] != part, classes)
        typical += np.array(habits.crowd) / FOLDS
        for task in np.flatnonzero(fold == part).tolist():
            mine = order[starts[task] : starts[task + 1]]
            names, people = [str(n) for n in a.label[mine]], a.annotator[mine].tolist()
            for n in range(1, len(mine) + 1):
                skills = [skill[p] for p in people[:n]]
                raw[n, task], by_ease[n, task] = habits.untempered(
                    names[:n], people=people[:n], skills=skills
                )
                said = habits.honest(raw[n, task], answers=n)
                honest[n, task] = [said[str(k)] for k in range(classes)]
    return OneByOne(raw, honest, by_ease, typical, np.diff(starts), a.truth)


def full_pass(a: Answers, chosen: np.ndarray, classes: int) -> tuple[Habits, dict[int, float]]:
    """What the pass over a project (review/habits.py, review/skills.py) would find in the chosen answers."""
    _, task = np.unique(a.task[chosen], return_inverse=True)
    table = tabulate(task=task, annotator=a.annotator[chosen], label=a.label[chosen], classes=classes)
    posterior = ensemble(table).posterior
    options = tuple(str(k) for k in range(classes))
    everybody = list(range(table.annotators))
    habits = habits_from(table, posterior, people=everybody, options=options, rho=RHO)
    agreed = (posterior.argmax(axis=1)[task] == a.label[chosen]).astype(float)
    skill = dict.fromkeys(range(int(a.annotator.max()) + 1), DEFAULT_SKILL)
    for person in everybody:
        skill[person] = estimate_skill(agreements=agreed[a.annotator[chosen] == person].tolist()).mean
    return habits, skill


def votes(draws: int) -> dict[str, float]:
    times: list[float] = []
    losses: list[float] = []
    gains: list[float] = []
    fewer: list[float] = []
    stated: list[float] = []
    taught: list[float] = []
    for name in SETS:
        runs = [one_by_one(name, SEED + draw) for draw in range(draws)]
        sure, nearly = ([run.asked(wanted) for run in runs] for wanted in (0.99, 0.95))
        pairs = list(zip(runs, sure, nearly, strict=True))
        five = [np.minimum(run.given, 5) for run in runs]
        x = mean(run.given.sum() / have.sum() for run, have, _ in pairs)
        loss = mean(run.right(run.given) - run.right(have) for run, have, _ in pairs)
        gain = mean(run.right(have) - run.right(f) for (run, _, have), f in zip(pairs, five, strict=True))
        less = mean(1 - have.sum() / f.sum() for have, f in zip(nearly, five, strict=True))
        gap = mean(run.stated(have) - run.right(have) for run, have, _ in pairs)
        with_gold = mean(
            run.stated_above_right(have, np.random.default_rng(draw).random(len(have)) < GOLD_SHARE)
            for draw, (run, have, _) in enumerate(pairs)
        )
        print(
            f"votes/{name}: at 0.99 {x:.2f} times fewer, {loss:+.1f} points lost; at 0.95 {100 * less:.0f} % "
            f"fewer than five, {gain:+.1f} points; stated {gap:+.1f} points above right, "
            f"{with_gold:+.1f} where a fifth is gold"
        )
        for figures, value in zip(
            (times, losses, gains, fewer, stated, taught),
            (x, loss, gain, less, abs(gap), abs(with_gold)),
            strict=True,
        ):
            figures.append(value)
    return {
        "adaptive99_x": mean(times),
        "adaptive99_loss": mean(losses),
        "adaptive95_gain": mean(gains),
        "adaptive95_fewer": mean(fewer),
        "votes_stated_gap": mean(taught),
        "votes_stated_gap_no_gold": mean(stated),
        "dog_adaptive99_x": times[SETS.index("dog")],
        "dog_adaptive99_loss": losses[SETS.index("dog")],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=12, help="of the people, and of the order of answers")
    draws = parser.parse_args().draws
    parts: list[Callable[[], dict[str, float]]] = [
        lambda: boxes(draws),
        lambda: boxes_one_by_one(draws),
        masks,
        lambda: votes(draws),
    ]
    results: dict[str, float] = {}
    for part in parts:
        results |= part()
    print("RESULT " + " ".join(f"{name}={value:.2f}" for name, value in results.items()))


if __name__ == "__main__":
    main()
