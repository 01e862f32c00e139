"""What to do with one answered task: settle it, ask one more person, or dispute it. No database here."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from msgspec.structs import replace

from review.adaptive import NOTHING_WANTED, Wanted, confirms, reaches
from review.consensus import (
    DEFAULT_SKILL,
    Answer,
    Asked,
    Consensus,
    Crowd,
    Spec,
    Verdict,
    conclude_many,
    decide,
)
from review.models import Dispute

log = structlog.get_logger()

REASONS = {
    "tag_unsure": Dispute.Reason.TAGS,
    "existence_unsure": Dispute.Reason.EXISTENCE,
    "empty_unsure": Dispute.Reason.EXISTENCE,
    "class_unsure": Dispute.Reason.CLASS,
    "attribute_unsure": Dispute.Reason.ATTRIBUTE,
    "geometry_unsure": Dispute.Reason.GEOMETRY,
}
MAX_PRIORITY = 20  # steps of priority, up or down, that still make a difference


class Outcome(Enum):
    SETTLE = "settle"
    ASK = "ask"
    DISPUTE = "dispute"


@dataclass(frozen=True, slots=True)
class Question:
    """One answered task as the machine sees it; `seats_left` more people may still be asked.

    `experience`: by annotator, how many tasks the skill rests on; `prediction`: one the project trusts.
    """

    task: int
    answers: Sequence[Answer]
    spec: Spec
    size: tuple[float, float]
    crowd: Crowd
    threshold: float
    seats_left: int
    priority: int
    wanted: Wanted = NOTHING_WANTED
    experience: Mapping[int, float] = field(default_factory=dict)
    prediction: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome; `consensus` is missing only where the answers could not be read.

    `stands`: where nobody can be asked any more it may settle as it is.
    """

    outcome: Outcome
    consensus: Consensus | None = None
    stands: bool = False
    reason: Dispute.Reason | None = None
    where: str = ""
    value: float = 0.0


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector, which would walk the same hundred thousand small objects of a chunk again and
    again and find nothing: a fifth of the time of settling."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def weigh_many(questions: Sequence[Question]) -> list[Finding]:
    """What to do with each task. One that breaks the machine goes to a person: it must not stop the rest."""
    try:
        return _weigh(questions)
    except Exception:
        if len(questions) > 1:
            return [finding for question in questions for finding in weigh_many([question])]
        (question,) = questions
        log.exception("answers not weighed", task=question.task)
        return [Finding(Outcome.DISPUTE, reason=Dispute.Reason.ERROR, value=weight_of(question.priority))]


def _weigh(questions: Sequence[Question]) -> list[Finding]:
    concluded = conclude_many([_asked(question) for question in questions])
    verdicts = [
        reaches(consensus=consensus, threshold=question.threshold, wanted=question.wanted)
        for question, consensus in zip(questions, concluded, strict=True)
    ]
    unsure = [
        n
        for n, (question, verdict) in enumerate(zip(questions, verdicts, strict=True))
        if not (verdict.settled or confirmed(question))
    ]
    asking = [n for n in unsure if verdicts[n].asks]
    helped = dict.fromkeys(unsure, False)
    helped |= zip(asking, more_may_help([(questions[n], concluded[n]) for n in asking]), strict=True)
    return [
        _finding(question, consensus, verdict, more_may_help=helped.get(n))
        for n, (question, consensus, verdict) in enumerate(zip(questions, concluded, verdicts, strict=True))
    ]


def _finding(
    question: Question, consensus: Consensus, verdict: Verdict, *, more_may_help: bool | None
) -> Finding:
    """`more_may_help` is None for what is sure enough."""
    if more_may_help is None:
        return Finding(Outcome.SETTLE, consensus)
    stands = stands_as_it_is(consensus, question=question)
    otherwise = Outcome.SETTLE if stands else Outcome.DISPUTE
    return Finding(
        Outcome.ASK if more_may_help else otherwise,
        consensus,
        stands=stands,
        reason=REASONS[verdict.reason],
        where=verdict.where,
        value=value_of(consensus, priority=question.priority),
    )


def _asked(question: Question, *echoes: Answer) -> Asked:
    return Asked([*question.answers, *echoes], question.spec, question.size, question.crowd)


def confirmed(question: Question) -> bool:
    """One answer, of somebody trusted, that agrees with a confident prediction."""
    answers = question.answers
    if question.prediction is None or len(answers) != 1:
        return False
    return confirms(
        answer=answers[0],
        prediction=question.prediction,
        weight=question.experience.get(answers[0].annotator, 0.0),
        least=max(question.threshold, question.wanted.accuracy or 0.0),
        spec=question.spec,
    )


def stands_as_it_is(consensus: Consensus, *, question: Question) -> bool:
    """Sure enough to settle, though not as good as the project wants."""
    if not question.wanted.is_adaptive or consensus.confidence < question.threshold:
        return False
    return decide(consensus=consensus, threshold=question.threshold).settled


def more_may_help(unsure: Sequence[tuple[Question, Consensus]]) -> list[bool]:
    """Whether each would settle if everybody still to be asked answered as the machine now thinks."""
    open_ones = [n for n, (question, _) in enumerate(unsure) if question.seats_left > 0]
    best = conclude_many([_asked(unsure[n][0], *_echoes(*unsure[n])) for n in open_ones])
    helped = [False] * len(unsure)
    for n, consensus in zip(open_ones, best, strict=True):
        question = unsure[n][0]
        helped[n] = reaches(consensus=consensus, threshold=question.threshold, wanted=question.wanted).settled
    return helped


def _echoes(question: Question, consensus: Consensus) -> list[Answer]:
    echo = Answer(
        submission="echo",
        annotator=0,
        skill=DEFAULT_SKILL,
        tags={tag.key: tag.value for tag in consensus.tags},
        shapes=tuple(shape.drawn() for shape in consensus.shapes),
        layers=(0.0,) * len(consensus.shapes),
    )
    # Nobody's id is negative, so an echo is never taken for an annotator with a history.
    return [replace(echo, submission=f"echo-{i}", annotator=-i) for i in range(1, question.seats_left + 1)]


def value_of(consensus: Consensus, *, priority: int) -> float:
    """The expected number of wrong annotations, weighed by the client's priority."""
    return weight_of(priority) * sum(1.0 - doubt.confidence for doubt in consensus.doubts)


def weight_of(priority: int) -> float:
    """Doubled by each step of priority, within bounds: a client may give any number."""
    return 2.0 ** max(-MAX_PRIORITY, min(priority, MAX_PRIORITY))
