"""Classes with subtypes, on which annotators err together.

Li, Rubinstein and Cohn, "Exploiting worker correlation for label aggregation in crowdsourcing" (ICML 2019):
class k has M subtypes; task t is of subtype (k, m) with chance pi[k] q[k, m], and annotator a says l there
with chance c[a, k, m, l]. People who err on the same subtype are correlated given the class, so ten of them
no longer count as ten. Mean-field variational Bayes with Dirichlet priors (psi is the digamma function,
n the expected answers, G the posterior of the subtypes):

    pi ~ Dir(1)    q[k] ~ Dir(SUBTYPES / M)    c[a, k, m] ~ Dir(RIGHT where l = k, else 1)
    log G[t, k, m] = psi(pi k) + psi(q km) - psi(q k.) + sum over answers psi(c a,k,m,l) - psi(c a,k,m,.)

It is started several times and the posteriors are averaged. The starts are scattered by a number made of
what each task's annotators are like, not of their order, so a permutation of people or tasks changes nothing.
"""

from __future__ import annotations

import numpy as np
from scipy.special import digamma, gammaln

from review.consensus.classes.em import Estimate, begin, sweep
from review.consensus.classes.majority import summarise
from review.consensus.classes.map_dawid_skene import log_classes
from review.consensus.classes.table import Floats, Table

KINDS = 10  # subtypes a class
SUBTYPES = 0.1  # small: only as many of them are used as the answers call for
RIGHT = 4.0
CHANGE = 1e-3
STARTS = 3


def ebcc(
    table: Table, *, kinds: int = KINDS, starts: int = STARTS, rounds: int = 300, start: Floats | None = None
) -> Estimate:
    posterior = begin(table, start)
    if not len(table.pair):
        return summarise(table, posterior)
    runs = [_run(table, posterior, kinds=kinds, seed=seed, rounds=rounds) for seed in range(1, starts + 1)]
    found = summarise(
        table, np.mean([run for run, _, _ in runs], axis=0), rounds=max(done for _, _, done in runs)
    )
    return Estimate(
        posterior=found.posterior,
        prior=found.prior,
        confusion=found.confusion,
        skill=found.skill,
        rounds=found.rounds,
        evidence=float(np.mean([evidence for _, evidence, _ in runs])),
    )


def _run(table: Table, posterior: Floats, *, kinds: int, seed: int, rounds: int) -> tuple[Floats, float, int]:
    """Posterior of the classes, lower bound of the evidence, and rounds."""
    classes = table.classes
    own = np.ones((table.labels, classes))
    own[np.arange(classes), np.arange(classes)] = RIGHT
    before = np.repeat(own, kinds, axis=1)  # labels x (classes * kinds), as all that follows
    columns = (posterior[:, :, None] * _scatter(table, kinds=kinds, seed=seed)[:, None]).reshape(
        table.tasks, classes * kinds
    )
    counts, mass, done, entropy = table.scatter(columns), columns.sum(axis=0), 0, 0.0
    for done in range(1, rounds + 1):  # noqa: B007 - how many there were is part of the estimate
        weights = digamma(counts + before[table.pair_label])
        weights -= digamma(table.by_annotator(counts) + before.sum(axis=0))[table.pair_annotator]
        share = mass.reshape(classes, kinds) + SUBTYPES / kinds
        group = digamma(share) - digamma(share.sum(axis=1, keepdims=True))
        prior = mass.reshape(classes, kinds).sum(axis=1) + 1.0
        group += (digamma(prior) - digamma(prior.sum()))[:, None]
        found = sweep(table, weights=weights, log_prior=group.ravel(), posterior=columns)
        counts, mass, entropy = found.counts, found.mass, found.entropy
        if found.change < CHANGE:
            break
    evidence = entropy + _log_subtypes(mass.reshape(classes, kinds)) + _log_answers(table, counts, before)
    return columns.reshape(table.tasks, classes, kinds).sum(axis=2), evidence, done


def _scatter(table: Table, *, kinds: int, seed: int) -> Floats:
    """A point of the simplex for each task: tasks x kinds, spread like Dirichlet(1).

    Annotators differ by how many answers they gave and how they spread; their numbers, added up over a task
    and wrapped into 0..1, are as good as random, and the same whatever order anybody stands in.
    """
    given = table.by_annotator(table.answers[:, None])[:, 0]
    spread = table.by_annotator(np.square(table.answers)[:, None])[:, 0]
    label = np.bincount(table.label, minlength=table.labels)
    mark = np.sin(given * 12.9898 + spread * 0.078233 + seed)[table.pair_annotator]
    mark += np.sin(label[table.pair_label] * 0.37719 + seed)
    sums = np.bincount(table.task, weights=mark[table.pair], minlength=table.tasks)
    wrapped = np.mod(sums[:, None] * (977.0 + 131.0 * np.arange(kinds)), 1.0)
    draws = -np.log(np.clip(wrapped, 1e-9, 1.0 - 1e-9))
    return np.asarray(draws / draws.sum(axis=1, keepdims=True))


def _log_subtypes(mass: Floats) -> float:
    """log of the integrals over the prior of the classes and of their subtypes (mass: classes x kinds)."""
    kinds = mass.shape[1]
    each = SUBTYPES / kinds
    rows = gammaln(mass + each).sum(axis=1) - gammaln(mass.sum(axis=1) + SUBTYPES)
    even = kinds * gammaln(each) - gammaln(SUBTYPES)
    return log_classes(mass.sum(axis=1)) + float((rows - even).sum())


def _log_answers(table: Table, counts: Floats, before: Floats) -> float:
    prior = before[table.pair_label]
    total = before.sum(axis=0)
    cells = (gammaln(counts + prior) - gammaln(prior)).sum()
    return float(cells - (gammaln(table.by_annotator(counts) + total) - gammaln(total)).sum())
