"""The full pass over a project's tags: how its people answer each question of choice.

The ensemble of review/consensus/classes goes over the latest settled tasks; what a reviewer or gold said is
the truth there, and says how far the rest can be believed. Settling then needs no pass: see review/crowds.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from review.consensus import classes
from review.consensus.answers import Answer, Field, parse_spec
from review.consensus.called import QUESTION, called, class_habits
from review.consensus.classes.ease import TYPICAL
from review.consensus.habits import NO, YES, Habits, Rows, habits_from, rows_of
from review.consensus.tags import question_of
from review.models import Consensus, Habit, Question
from tasks.models import LabelSchema, Submission

WINDOW = 5_000  # the latest settled tasks that habits rest on
LEAST_ANSWERS = 50  # fewer say nothing that a plain vote does not know

Judged = tuple[Consensus, list[Submission]]


@dataclass(slots=True)
class Said:
    """Everybody's answers to one question as codes, one entry an answer; `known` by task: what was settled
    otherwise than by these answers. `option`: of a multiple choice, where each option is a question."""

    asked: Field
    options: tuple[str, ...]
    option: str = ""
    task: list[int] = field(default_factory=list)
    person: list[int] = field(default_factory=list)
    label: list[int] = field(default_factory=list)
    known: dict[int, int] = field(default_factory=dict)

    def code(self, value: Any) -> int | None:
        """A tag group's value as this question's answer; None for one that is no longer asked."""
        given = (YES if self.option in (value or ()) else NO) if self.option else value or ""
        return self.options.index(given) if given in self.options else None


def estimate_habits(
    judged: Iterable[Judged], *, shapes: Sequence[Sequence[Answer]] = (), project_id: int, now: datetime
) -> None:
    """Estimate and store the habits of a project; what is no longer asked is forgotten. `shapes`: the latest
    tasks' answers, from which it is seen how people name objects."""
    schema = LabelSchema.objects.filter(project=project_id).order_by("-id").first()
    spec = parse_spec(schema.spec if schema else {})
    said = questions_of(spec.tags)
    if said:
        gather(judged, said.values())
    found = {
        key: (estimate(answers), answers.person)
        for key, answers in said.items()
        if len(answers.label) >= LEAST_ANSWERS
    }
    if len(spec.classes) > 1:
        options = tuple(spec.classes)
        answers = called(shapes, classes=options)
        if len(answers.label) >= LEAST_ANSWERS:
            people = [answers.people[code] for code in answers.annotator.tolist()]
            found[QUESTION] = class_habits(answers, classes=options), people
    Question.objects.filter(project=project_id).exclude(key__in=found).delete()
    for key, (habits, people) in found.items():
        save_habits(habits, key=key, project_id=project_id, people=people, now=now)


def questions_of(fields: Iterable[Field]) -> dict[str, Said]:
    """What is asked with a closed choice, by its name, nothing said yet."""
    said = {}
    for asked in fields:
        if asked.kind in ("single", "tree"):
            options = asked.options if asked.required else (*asked.options, "")
            said[question_of(asked)] = Said(asked, options)
        elif asked.kind == "multiple":
            for option in asked.options:
                said[question_of(asked, option)] = Said(asked, (NO, YES), option)
    return said


def gather(judged: Iterable[Judged], questions: Collection[Said]) -> None:
    """Add the answers to each question, tasks numbered as they come."""
    for number, (consensus, submissions) in enumerate(judged):
        settled = consensus.payload.get("tags", {})
        is_known = consensus.source != Consensus.Source.MACHINE
        for said in questions:
            for submission in submissions:
                label = said.code(submission.payload.get("tags", {}).get(said.asked.key))
                if label is not None:
                    said.task.append(number)
                    said.person.append(submission.annotator_id)
                    said.label.append(label)
            truth = said.code((settled.get(said.asked.key) or {}).get("value")) if is_known else None
            if truth is not None:
                said.known[number] = truth


def estimate(said: Said) -> Habits:
    """The ensemble over all answers; tasks with a known truth teach how far to believe it, and correct it."""
    people, annotator = np.unique(np.array(said.person), return_inverse=True)
    numbers, task = np.unique(np.array(said.task), return_inverse=True)
    table = classes.tabulate(
        task=task, annotator=annotator, label=np.array(said.label), classes=len(said.options)
    )
    posterior = np.array(classes.ensemble(table).posterior)
    rows = np.array([i for i, number in enumerate(numbers.tolist()) if number in said.known], dtype=np.int64)
    truth = np.array([said.known[int(numbers[i])] for i in rows], dtype=np.int64)
    count = np.bincount(task).astype(np.float64)
    rho = classes.fit_rho(posterior[rows], answers=count[rows], truth=truth)
    posterior[rows] = np.eye(len(said.options))[truth]
    return habits_from(table, posterior, people=people.tolist(), options=said.options, rho=rho)


def save_habits(habits: Habits, *, key: str, project_id: int, people: Sequence[int], now: datetime) -> None:
    """`people`: who gave the answers it rests on, one entry an answer."""
    question, _ = Question.objects.update_or_create(
        project_id=project_id,
        key=key,
        defaults={
            "options": habits.options,
            "prior": habits.prior,
            "crowd": habits.crowd,
            "rho": habits.rho,
            "ease": habits.ease,
            "answers": len(people),
            "updated_at": now,
        },
    )
    given: dict[int, int] = defaultdict(int)
    for person in people:
        given[person] += 1
    Habit.objects.filter(question=question).exclude(person__in=given).delete()
    Habit.objects.bulk_create(
        (
            Habit(question=question, person_id=person, rows=rows, answers=given[person])
            for person, rows in sorted(habits.people.items())
        ),
        update_conflicts=True,
        unique_fields=["question", "person"],
        update_fields=["rows", "answers"],
    )


def habits_of(*, projects: Collection[int], people: Collection[int]) -> dict[int, Mapping[str, Habits]]:
    """Habits by project and question, of these people only: two queries however many projects."""
    questions = {question.pk: question for question in Question.objects.filter(project__in=projects)}
    mine: dict[int, dict[int, Rows]] = defaultdict(dict)
    if questions:
        known = Habit.objects.filter(question__in=questions, person__in=people)
        for number, person, rows in known.values_list("question_id", "person_id", "rows"):
            mine[number][person] = rows_of(rows)
    found: dict[int, dict[str, Habits]] = defaultdict(dict)
    for question in questions.values():
        found[question.project_id][question.key] = Habits(
            options=tuple(question.options),
            prior=tuple(question.prior),
            crowd=rows_of(question.crowd),
            rho=question.rho,
            ease=tuple(question.ease) or TYPICAL,
            people=mine[question.pk],
        )
    return dict(found)
