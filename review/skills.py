"""The periodic full pass over a project: how good each of its people is, and how they see and draw.

Settling reads what the last pass wrote; so a consensus depends on the history until then, not on the order
in which workers happened to take the tasks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.db.models import Sum

from review import habits
from review.consensus import Answer, Crowd, crowd_to_json, estimate_crowd, estimate_skill, parse_answer
from review.consensus import Skill as Estimate
from review.models import CheckedAnswer, Consensus, CrowdEstimate, GoldScore, Skill, SpotCheck
from tasks.models import Job, Project, Submission, Task

WINDOW = 20_000  # the latest settled tasks that skills rest on
CROWD_WINDOW = 2_000  # and those of them the crowd's ways of drawing are estimated from
KNOWN = 2.0  # a reviewer's verdict or a known answer proves more than the vote the annotator took part in
CHUNK = 500


def projects_to_estimate() -> list[int]:
    """Projects in which something was settled since their last pass."""
    settled = dict(
        Project.objects.annotate(settled=Sum("batches__jobs__settled"))
        .filter(settled__gt=0)
        .values_list("id", "settled")
    )
    done = dict(CrowdEstimate.objects.filter(project__in=settled).values_list("project_id", "settled"))
    return sorted(project for project, count in settled.items() if done.get(project) != count)


def estimate_project(*, project_id: int, now: datetime) -> bool:
    """One full pass; false when another worker is at it. Safe to repeat: it rests on settled rows alone."""
    with transaction.atomic():
        unknown = crowd_to_json(Crowd())
        CrowdEstimate.objects.bulk_create(
            [CrowdEstimate(project_id=project_id, estimate=unknown, updated_at=now)], ignore_conflicts=True
        )
        mine = CrowdEstimate.objects.filter(project=project_id).select_for_update(skip_locked=True).first()
        if mine is None:
            return False
        jobs = Job.objects.filter(batch__project=project_id)
        mine.settled = jobs.aggregate(settled=Sum("settled"))["settled"] or 0
        judged = settled_tasks(project_id=project_id, limit=WINDOW)
        known_scores = chain(
            gold_scores(project_id=project_id, limit=WINDOW),
            rejected_scores(project_id=project_id, limit=WINDOW),
        )
        skills = estimate_skills(judged, gold=known_scores)
        save_skills(skills, project_id=project_id, now=now)
        known = {person: skill.mean for person, skill in skills.items()}
        latest = answers_of(project_id=project_id, limit=CROWD_WINDOW, skills=known)
        crowd = estimate_crowd(tasks=latest)
        habits.estimate_habits(
            settled_tasks(project_id=project_id, limit=habits.WINDOW),
            shapes=latest,
            project_id=project_id,
            now=now,
        )
        mine.estimate, mine.updated_at = crowd_to_json(crowd), now
        mine.save()
    return True


Judged = tuple[Consensus, list[Submission]]


def settled_tasks(*, project_id: int, limit: int) -> Iterator[Judged]:
    """The latest settled tasks that two or more answered, with their counted answers, a chunk at a time."""
    last: int | None = None
    left = limit
    while left > 0:
        tasks = Task.objects.filter(project=project_id, state=Task.State.SETTLED)
        if last is not None:
            tasks = tasks.filter(id__lt=last)
        ids = list(tasks.order_by("-id").values_list("id", flat=True)[: min(CHUNK, left)])
        if not ids:
            return
        yield from _judged(ids)
        last, left = ids[-1], left - len(ids)


def _judged(task_ids: list[int]) -> Iterator[Judged]:
    answers: dict[int, list[Submission]] = defaultdict(list)
    counted = Submission.objects.current().filter(task__in=task_ids, assignment__isnull=False)
    for submission in counted.order_by("id"):
        answers[submission.task_id].append(submission)
    concluded = Consensus.objects.filter(task__in=task_ids, excluded=False)
    for consensus in concluded.order_by("-task_id"):
        # Alone everybody agrees with themselves, unless a reviewer looked or the client knew.
        if len(answers[consensus.task_id]) > 1 or consensus.source != Consensus.Source.MACHINE:
            judged = consensus.payload["agreement"]
            # What a spot check rejected had no part in a conclusion that came later; see rejected_scores.
            yield consensus, [one for one in answers[consensus.task_id] if str(one.id) in judged]


def gold_scores(*, project_id: int, limit: int) -> Iterator[tuple[int, float]]:
    """Person and score of the latest answers to gold; practice is no evidence, it teaches."""
    scores = GoldScore.objects.filter(project=project_id, is_practice=False).order_by("-answered_at")
    yield from scores.values_list("person_id", "score")[:limit]


def rejected_scores(*, project_id: int, limit: int) -> Iterator[tuple[int, float]]:
    """Nought for each of the latest answers rejected in checks that sent the task on: the conclusion that
    came later says nothing of them. Others have their share in the consensus that was checked."""
    rejected = CheckedAnswer.objects.filter(
        check_made__project=project_id,
        check_made__outcome=SpotCheck.Outcome.SENT_ON,
        rejected=True,
        lifted_at__isnull=True,
    )
    people = rejected.order_by("-id").values_list("submission__annotator", flat=True)[:limit]
    return ((person, 0.0) for person in people)


def estimate_skills(
    judged: Iterable[Judged], *, gold: Iterable[tuple[int, float]] = ()
) -> dict[int, Estimate]:
    """Skill by annotator from the agreement that each consensus recorded, and from answers to gold."""
    scores: dict[int, list[float]] = defaultdict(list)
    weights: dict[int, list[float]] = defaultdict(list)
    for consensus, submissions in judged:
        agreement: Mapping[str, float] = consensus.payload["agreement"]
        is_known = consensus.source != Consensus.Source.MACHINE
        for submission in submissions:
            scores[submission.annotator_id].append(agreement[str(submission.id)])
            weights[submission.annotator_id].append(KNOWN if is_known else 1.0)
    for person, score in gold:
        scores[person].append(score)
        weights[person].append(KNOWN)
    return {
        person: estimate_skill(agreements=given, weights=weights[person]) for person, given in scores.items()
    }


def save_skills(skills: Mapping[int, Estimate], *, project_id: int, now: datetime) -> None:
    Skill.objects.bulk_create(
        (
            Skill(
                project_id=project_id,
                person_id=person,
                estimate=skill.mean,
                weight=skill.answers,
                updated_at=now,
            )
            for person, skill in sorted(skills.items())
        ),
        update_conflicts=True,
        unique_fields=["person", "project"],
        update_fields=["estimate", "weight", "updated_at"],
    )


def answers_of(*, project_id: int, limit: int, skills: Mapping[int, float]) -> list[list[Answer]]:
    """The latest tasks' answers as the engine reads them; an answer is small beside its JSON."""
    judged = settled_tasks(project_id=project_id, limit=limit)
    return [
        [
            parse_answer(
                submission=str(submission.id),
                annotator=submission.annotator_id,
                skill=skills[submission.annotator_id],
                payload=submission.payload,
            )
            for submission in submissions
        ]
        for _, submissions in judged
    ]
