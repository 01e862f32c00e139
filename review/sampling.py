"""The latest answers of a project or batch, as measures of agreement read them: a bounded number of rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from review.agreement.report import Sample, SampledTask
from review.consensus import DEFAULT_SKILL, Answer, parse_answer, parse_spec
from review.models import Consensus
from tasks.models import LabelSchema, Submission, Task
from workers.models import Person

SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample with what a page needs to name things in it; `spec` is the label schema's JSON, `of` how many
    tasks there are that it might hold."""

    sample: Sample
    spec: dict[str, Any]
    of: int
    people: dict[int, Person]


def take_sample(*, tasks: QuerySet[Task], schema: LabelSchema) -> Taken:
    """The latest tasks with two or more counted answers under one label schema; five queries at most."""
    all_of_them = tasks.filter(schema=schema, answers__gte=2).exclude(state=Task.State.OPEN)
    chosen = list(all_of_them.select_related("image").order_by("-id")[:SAMPLE])
    answers: dict[int, list[Answer]] = defaultdict(list)
    people: dict[int, Person] = {}
    counted = Submission.objects.current().filter(
        task__in=[task.id for task in chosen], assignment__isnull=False
    )
    for submission in counted.select_related("annotator__site").order_by("id"):
        people[submission.annotator_id] = submission.annotator
        answers[submission.task_id].append(
            parse_answer(
                submission=str(submission.id),
                annotator=submission.annotator_id,
                skill=DEFAULT_SKILL,
                payload=submission.payload,
            )
        )
    settled = dict(
        Consensus.objects.filter(
            task__in=answers, task__state=Task.State.SETTLED, excluded=False
        ).values_list("task_id", "payload")
    )
    sampled = [
        SampledTask(
            task=task.id,
            answers=tuple(answers[task.id]),
            settled=settled.get(task.id),
            day=timezone.localtime(task.answered_at).date() if task.answered_at else None,
            size=(float(task.image.width or 0), float(task.image.height or 0)),
        )
        for task in chosen
        if len(answers[task.id]) >= 2
    ]
    sites = {person: one.site.name if one.site else "" for person, one in people.items()}
    return Taken(
        sample=Sample(spec=parse_spec(schema.spec), tasks=sampled, sites=sites),
        spec=schema.spec,
        of=all_of_them.count() if len(chosen) == SAMPLE else len(sampled),
        people=people,
    )
