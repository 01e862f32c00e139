"""What to do with one answered task: settle it, ask one more person, or dispute it. No database here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import structlog
from msgspec.structs import replace

from review.adaptive import NOTHING_WANTED, Wanted, confirms, reaches
from review.consensus import DEFAULT_SKILL, Answer, Consensus, Crowd, Spec, conclude, decide
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


def weigh(*, answers: Sequence[Answer], question: Question) -> Finding:
    consensus = conclude(answers=answers, spec=question.spec, size=question.size, crowd=question.crowd)
    verdict = reaches(consensus=consensus, threshold=question.threshold, wanted=question.wanted)
    if verdict.settled or confirmed(answers, question=question):
        return Finding(Outcome.SETTLE, consensus)
    stands = stands_as_it_is(consensus, question=question)
    if more_may_help(consensus, answers=answers, question=question):
        outcome = Outcome.ASK
    else:
        outcome = Outcome.SETTLE if stands else Outcome.DISPUTE
    return Finding(
        outcome,
        consensus,
        stands=stands,
        reason=REASONS[verdict.reason],
        where=verdict.where,
        value=value_of(consensus, priority=question.priority),
    )


def confirmed(answers: Sequence[Answer], *, question: Question) -> bool:
    """One answer, of somebody trusted, that agrees with a confident prediction."""
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


def weigh_or_dispute(*, answers: Sequence[Answer], question: Question, task: int) -> Finding:
    """As `weigh`; a task that breaks the machine goes to a person, as it must not stop those behind it."""
    try:
        return weigh(answers=answers, question=question)
    except Exception:
        log.exception("answers not weighed", task=task)
        return Finding(Outcome.DISPUTE, reason=Dispute.Reason.ERROR, value=weight_of(question.priority))


def more_may_help(consensus: Consensus, *, answers: Sequence[Answer], question: Question) -> bool:
    """Whether it would settle if everybody still to be asked answered as the machine now thinks."""
    if question.seats_left < 1:
        return False
    echo = Answer(
        submission="echo",
        annotator=0,
        skill=DEFAULT_SKILL,
        tags={tag.key: tag.value for tag in consensus.tags},
        shapes=tuple(shape.drawn() for shape in consensus.shapes),
        layers=(0.0,) * len(consensus.shapes),
    )
    # Nobody's id is negative, so an echo is never taken for an annotator with a history.
    echoes = [replace(echo, submission=f"echo-{i}", annotator=-i) for i in range(1, question.seats_left + 1)]
    best = conclude(answers=[*answers, *echoes], spec=question.spec, size=question.size, crowd=question.crowd)
    return reaches(consensus=best, threshold=question.threshold, wanted=question.wanted).settled


def value_of(consensus: Consensus, *, priority: int) -> float:
    """The expected number of wrong annotations, weighed by the client's priority."""
    return weight_of(priority) * sum(1.0 - doubt.confidence for doubt in consensus.doubts)


def weight_of(priority: int) -> float:
    """Doubled by each step of priority, within bounds: a client may give any number."""
    return 2.0 ** max(-MAX_PRIORITY, min(priority, MAX_PRIORITY))
