"""From several people's answers to one: the pure half of review (no Django, no clock, no randomness).

    answer = parse_answer(submission=uuid, annotator=7, skill=0.9, payload=payload_json)
    spec = parse_spec(label_schema.spec)
    consensus = conclude(answers=[answer, ...], spec=spec, size=(width, height), crowd=crowd)
    verdict = decide(consensus=consensus, threshold=0.8)
    verdict.settled, verdict.reason, verdict.where      # reason "" when settled, else see results.Doubt
    consensus.payload()                                  # JSON-ready; same answers, same bytes

    skill = estimate_skill(agreements=[score, ...])      # an annotator's past agreements -> expected accuracy
    crowd = estimate_crowd(tasks=[answers, ...])         # a project's answers -> how its people see and draw

Signatures (all keyword-only):

    parse_answer(*, submission: str, annotator: int, skill: float, payload: Mapping) -> Answer
                                                         ValueError for NaN
    parse_spec(spec: Mapping) -> Spec
    conclude(*, answers: Sequence[Answer], spec: Spec, size: tuple[float, float] | None = None,
             crowd: Crowd = UNKNOWN_CROWD) -> Consensus
                                                         ValueError without answers, or two of one person
    decide(*, consensus: Consensus, threshold: float, iou_threshold: float = 0.5) -> Verdict
    judge(*, payload: Mapping, answers: Sequence[Answer], spec: Spec) -> Consensus
                                                         a reviewer's answer in a consensus's form
    estimate_skill(*, agreements: Iterable[float], weights: Iterable[float] | None = None) -> Skill
    estimate_crowd(*, tasks: Iterable[Sequence[Answer]], rounds: int = 20, start: Crowd = ...) -> Crowd
    crowd_to_json(crowd: Crowd) -> dict;  crowd_from_json(document) -> Crowd     to keep one between passes

`skill` is an annotator's expected accuracy in 0..1; give `DEFAULT_SKILL` to one nothing is known about.
The order of the answers never matters. The payload has one key more than a submission's tags and shapes
need: "rejected", the candidates that were voted down (a reviewer can still take one).
"""

from review.consensus.answers import Answer, Field, Shape, Spec, parse_answer, parse_spec
from review.consensus.conclude import Asked, conclude, conclude_many, decide
from review.consensus.crowd import (
    DEFAULT_SKILL,
    UNKNOWN_CROWD,
    Crowd,
    Profile,
    crowd_from_json,
    crowd_to_json,
)
from review.consensus.estimate import estimate_crowd
from review.consensus.judge import judge
from review.consensus.results import Consensus, Doubt, ShapeConsensus, TagConsensus, Verdict
from review.consensus.skill import Skill, estimate_skill

__all__ = [
    "DEFAULT_SKILL",
    "UNKNOWN_CROWD",
    "Answer",
    "Asked",
    "Consensus",
    "Crowd",
    "Doubt",
    "Field",
    "Profile",
    "Shape",
    "ShapeConsensus",
    "Skill",
    "Spec",
    "TagConsensus",
    "Verdict",
    "conclude",
    "conclude_many",
    "crowd_from_json",
    "crowd_to_json",
    "decide",
    "estimate_crowd",
    "estimate_skill",
    "judge",
    "parse_answer",
    "parse_spec",
]
