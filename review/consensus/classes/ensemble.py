"""The default: four models' posteriors averaged, half of the weight by evidence.

No single model wins everywhere: full Dawid-Skene where people gave many answers, its MAP form where they gave
few, one coin where they gave very few, subtypes where they err together. The plain average of their
posteriors beats each of them over many crowds, as their errors differ. But where the answers themselves say
clearly which model they came from (the bound on log P(answers | model) differs by more than a few nats), the
average drowns the one that is right. So a member's weight is

    w = 1/2 * 1 / members + 1/2 * softmax(evidence / NATS)         (none for maximum likelihood)

which is Bayesian model averaging (Hoeting and others, Statistical Science 1999), hedged by the average and
tempered, as the bounds are loose by some nats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from review.consensus.classes.dawid_skene import dawid_skene
from review.consensus.classes.ebcc import ebcc
from review.consensus.classes.em import Estimate, normalise
from review.consensus.classes.majority import summarise
from review.consensus.classes.map_dawid_skene import map_dawid_skene
from review.consensus.classes.one_coin import one_coin
from review.consensus.classes.table import Floats, Table

HEDGE = 0.5
NATS = 10.0  # a bound is not the evidence itself: a difference of so many nats is one to reckon with


def ensemble(table: Table, *, start: Floats | None = None) -> Estimate:
    members = [model(table, start=start) for model in (dawid_skene, map_dawid_skene, one_coin, ebcc)]
    weight = weigh(members)
    posterior = sum(w * member.posterior for w, member in zip(weight, members, strict=True))
    return summarise(table, np.asarray(posterior), rounds=max(member.rounds for member in members))


def weigh(members: Sequence[Estimate]) -> Floats:
    """Each member's weight in the average: sums to 1."""
    evidence = np.array([member.evidence for member in members])
    even = np.full(len(members), 1.0 / len(members))
    if not np.isfinite(evidence).any():
        return even
    return np.asarray(HEDGE * even + (1.0 - HEDGE) * normalise(evidence / NATS))
