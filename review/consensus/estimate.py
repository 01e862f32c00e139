"""Estimate a project's crowd from its answers, without any truth.

EM: clusters are formed once, then in turn
(E) what each candidate is and where its edges are, (M) how often each annotator reports each kind of
candidate and how their edges lie. Every estimate is anchored by a prior, as two or three answers a task
leave it nearly free. The candidates that nobody reported are counted in by their expectation (EM for a
zero-truncated mixture, Dempster, Laird, Rubin 1977, section 4.2).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from review.consensus.answers import Answer, Spec
from review.consensus.crowd import UNKNOWN_CROWD, Crowd, Profile
from review.consensus.existence import kinds, log_likelihood
from review.consensus.geometry import fuse
from review.consensus.lots import Case, gather_lots
from review.consensus.matching import Bools, Floats, Ints

NO_SPEC = Spec(classes={}, tags=())
PRIOR_HITS = 20.0  # candidates an annotator's rate of reports is anchored by
PRIOR_CROWD_HITS = 200.0  # candidates the population's rates are anchored by
PRIOR_EDGES = 20.0  # boxes an annotator's bias and spread are anchored by


@dataclass(frozen=True, slots=True)
class Table:
    """Clusters of many tasks: `stacked` (clusters x seats x 4 corners of what each drew, NaN for nothing),
    `who` (clusters x seats, -1: none)."""

    stacked: Floats
    who: Ints
    annotators: tuple[int, ...]

    @property
    def seen(self) -> Bools:
        return np.asarray(~np.isnan(self.stacked[:, :, 0]))


def estimate_crowd(
    *, tasks: Iterable[Sequence[Answer]], rounds: int = 20, start: Crowd = UNKNOWN_CROWD
) -> Crowd:
    """Estimate a project's crowd from its answered tasks; `start` is the prior (and a warm start)."""
    table = tabulate(tasks)
    if not len(table.stacked):
        return start
    people = len(table.annotators)
    mix, hits, bias, spread = (
        np.array(start.mix),
        np.tile(start.typical.hits, (people, 1)),
        np.tile(start.typical.bias, (people, 1)),
        np.tile(start.typical.spread, (people, 1)),
    )
    for _ in range(rounds):
        mix, hits = _see(table, mix=mix, hits=hits, start=start)
        bias, spread = _draw(table, mix=mix, hits=hits, bias=bias, spread=spread, start=start)
    return _crowd(table, mix=mix, hits=hits, bias=bias, spread=spread)


def tabulate(tasks: Iterable[Sequence[Answer]]) -> Table:
    """Cluster every task once and lay the clusters of all, of whatever kind, under each other."""
    cases = [
        Case(tuple(sorted(answers, key=lambda a: a.submission)), NO_SPEC, UNKNOWN_CROWD, (0.0, 0.0))
        for answers in tasks
    ]
    annotators = tuple(sorted({answer.annotator for case in cases for answer in case.answers}))
    index = {annotator: i for i, annotator in enumerate(annotators)}
    seats = max((len(case.answers) for case in cases), default=0)
    asked = np.full((len(cases), seats), -1, dtype=np.int64)
    for row, case in zip(asked, cases, strict=True):
        row[: len(case.answers)] = [index[answer.annotator] for answer in case.answers]
    boxes: list[Floats] = [np.zeros((0, seats, 4))]
    who: list[Ints] = [np.zeros((0, seats), dtype=np.int64)]
    for lot in gather_lots(cases):
        members = lot.group(seats=seats)
        bounds = lot.kind.bounds(lot.items)
        boxes.append(np.where((members >= 0)[:, :, None], bounds[members], np.nan))
        who.append(asked[lot.image[members.max(axis=1)]])
    return Table(np.concatenate(boxes), np.concatenate(who), annotators)


def _see(table: Table, *, mix: Floats, hits: Floats, start: Crowd) -> tuple[Floats, Floats]:
    """One EM round of the report rates: new mix (3) and hits (annotators x 3)."""
    present, each = table.who >= 0, hits[table.who]
    posterior = kinds(table.seen, present, mix=mix, hits=each)
    unseen = mix[None] * np.exp(log_likelihood(np.zeros_like(present), present, hits=each))
    unseen /= 1.0 - unseen.sum(axis=1, keepdims=True)
    weight = posterior + unseen
    new_mix = weight.sum(axis=0) + PRIOR_CROWD_HITS * np.array(start.mix)
    reported, asked = np.zeros_like(hits), np.zeros_like(hits)
    np.add.at(reported, table.who[present], (table.seen[:, :, None] * posterior[:, None])[present])
    np.add.at(asked, table.who[present], np.broadcast_to(weight[:, None], (*present.shape, 3))[present])
    typical = (reported.sum(axis=0) + PRIOR_CROWD_HITS * np.array(start.typical.hits)) / (
        asked.sum(axis=0) + PRIOR_CROWD_HITS
    )
    new_hits = (reported + PRIOR_HITS * typical) / (asked + PRIOR_HITS)
    return new_mix / new_mix.sum(), np.clip(new_hits, 0.005, 0.995)


def _draw(
    table: Table, *, mix: Floats, hits: Floats, bias: Floats, spread: Floats, start: Crowd
) -> tuple[Floats, Floats]:
    """One EM round of the edges: new bias and spread (annotators x 4), from clusters that two or more saw."""
    shared = table.seen.sum(axis=1) >= 2
    stacked, who, seen = table.stacked[shared], table.who[shared], table.seen[shared]
    real = 1.0 - kinds(seen, who >= 0, mix=mix, hits=hits[who])[:, 0]
    fused = fuse(stacked, bias=bias[who], spread=spread[who])
    weight = fused.credible * real[:, None, None]
    total, mean, square = np.zeros_like(bias), np.zeros_like(bias), np.zeros_like(bias)
    np.add.at(total, who[seen], weight[seen])
    np.add.at(mean, who[seen], (weight * fused.errors)[seen])
    new_bias = mean / (total + PRIOR_EDGES)
    # What is known of the true edge is itself uncertain; without this term the spread would shrink to 0.
    centred = np.square(fused.errors - new_bias[who]) + 1.0 / fused.information[:, None]
    np.add.at(square, who[seen], (weight * centred)[seen])
    count = np.zeros_like(bias)
    np.add.at(count, who[seen], np.broadcast_to(real[:, None, None], weight.shape)[seen])
    typical = (square.sum(axis=0) + PRIOR_EDGES * np.square(start.typical.spread)) / (
        count.sum(axis=0) + PRIOR_EDGES
    )
    return new_bias, np.sqrt((square + PRIOR_EDGES * typical) / (count + PRIOR_EDGES))


def _crowd(table: Table, *, mix: Floats, hits: Floats, bias: Floats, spread: Floats) -> Crowd:
    profiles = {
        annotator: Profile(tuple(hits[i].tolist()), tuple(bias[i].tolist()), tuple(spread[i].tolist()))
        for i, annotator in enumerate(table.annotators)
    }
    typical = Profile(
        hits=tuple(np.median(hits, axis=0).tolist()), spread=tuple(np.median(spread, axis=0).tolist())
    )
    return Crowd(mix=tuple(mix.tolist()), typical=typical, profiles=profiles)
