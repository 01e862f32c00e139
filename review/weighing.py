"""What to do with one answered task: settle it, ask one more person, or dispute it. No database here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import structlog

from review.consensus import DEFAULT_SKILL, Answer, Consensus, Crowd, Shape, Spec, conclude, decide
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
    """One answered task as the machine sees it; `seats_left` more people may still be asked."""

    spec: Spec
    size: tuple[float, float]
    crowd: Crowd
    threshold: float
    seats_left: int
    priority: int


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome; `consensus` is missing only where the answers could not be read."""

    outcome: Outcome
    consensus: Consensus | None = None
    reason: Dispute.Reason | None = None
    where: str = ""
    value: float = 0.0


def weigh(*, answers: Sequence[Answer], question: Question) -> Finding:
    consensus = conclude(answers=answers, spec=question.spec, size=question.size, crowd=question.crowd)
    verdict = decide(consensus=consensus, threshold=question.threshold)
    if verdict.settled:
        return Finding(Outcome.SETTLE, consensus)
    return Finding(
        Outcome.ASK if more_may_help(consensus, answers=answers, question=question) else Outcome.DISPUTE,
        consensus,
        reason=REASONS[verdict.reason],
        where=verdict.where,
        value=value_of(consensus, priority=question.priority),
    )


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
        shapes=tuple(Shape(s.id, s.label, s.box, s.attributes) for s in consensus.shapes),
    )
    # Nobody's id is negative, so an echo is never taken for an annotator with a history.
    echoes = [replace(echo, submission=f"echo-{i}", annotator=-i) for i in range(1, question.seats_left + 1)]
    best = conclude(answers=[*answers, *echoes], spec=question.spec, size=question.size, crowd=question.crowd)
    return decide(consensus=best, threshold=question.threshold).settled


def value_of(consensus: Consensus, *, priority: int) -> float:
    """The expected number of wrong annotations, weighed by the client's priority."""
    return weight_of(priority) * sum(1.0 - doubt.confidence for doubt in consensus.doubts)


def weight_of(priority: int) -> float:
    """Doubled by each step of priority, within bounds: a client may give any number."""
    return 2.0 ** max(-MAX_PRIORITY, min(priority, MAX_PRIORITY))
