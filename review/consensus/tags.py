"""Consensus over the tag groups of one image."""

from collections.abc import Sequence
from dataclasses import replace

from review.consensus.agree import Scores
from review.consensus.answers import Answer, Field, Spec, TagValue
from review.consensus.crowd import Crowd
from review.consensus.fields import Voters, score_value, vote_field
from review.consensus.habits import Habits
from review.consensus.results import TagConsensus


def conclude_tags(answers: Sequence[Answer], spec: Spec, crowd: Crowd) -> list[tuple[TagConsensus, Scores]]:
    """Each tag group that anybody answered, with each answer's score at it."""
    found = []
    for field in spec.tags:
        values = [answer.tags.get(field.key) for answer in answers]
        if all(value is None for value in values):
            continue
        voters = Voters(
            skills=[answer.skill for answer in answers],
            people=[answer.annotator for answer in answers],
            habits=crowd.habits.get(question_of(field)),
            options=_of_options(field, crowd),
        )
        vote = vote_field(field, values, voters=voters)
        tag, scores = tag_of(field, answers, value=vote.value, confidence=vote.confidence, votes=vote.votes)
        found.append((replace(tag, outlook=vote.outlook), scores))
    return found


def question_of(field: Field, option: str = "") -> str:
    """The name the habits of a tag group, or of one option of a multiple choice, are kept under."""
    return f"tags.{field.key}.{option}" if option else f"tags.{field.key}"


def _of_options(field: Field, crowd: Crowd) -> dict[str, Habits]:
    if field.kind != "multiple" or not crowd.habits:
        return {}
    known = {option: crowd.habits.get(question_of(field, option)) for option in field.options}
    return {option: habits for option, habits in known.items() if habits is not None}


def tag_of(
    field: Field, answers: Sequence[Answer], *, value: TagValue, confidence: float, votes: dict[str, int]
) -> tuple[TagConsensus, Scores]:
    """The group's consensus with who agreed, and each answer's score at it."""
    scores = tuple(score_value(field, answer.tags.get(field.key), truth=value) for answer in answers)
    sides = list(zip(answers, scores, strict=True))
    tag = TagConsensus(
        key=field.key,
        value=value,
        confidence=confidence,
        votes=votes,
        agreed=tuple(answer.submission for answer, score in sides if score == 1.0),
        differed=tuple(answer.submission for answer, score in sides if score < 1.0),
    )
    return tag, scores
