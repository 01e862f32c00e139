"""Where later people verify: the first answer is judged by a second person before anything is concluded."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from review import settle
from tasks import states
from tasks.gold import make_gold
from tasks.models import Assignment, GoldTask, Prediction, Project, Submission, Task
from tests.api.clients import Caller, signed_in
from tests.api.test_desk import submission, sync
from tests.cast import Cast
from tests.factories import box, make_batch, make_project, make_tasks, payload
from tests.labelling import answer
from workers.models import Person

HERE = payload(box(100, 100, 200, 150))
MENDED = payload(box(120, 110, 190, 150))


@pytest.fixture
def project(cast: Cast) -> Project:
    terms: dict[str, Any] = {"overlap": 1, "max_overlap": 3, "settle_threshold": 0.5, "verifies": True}
    return make_project(organization=cast.mill, sites=[cast.guiyang], name="Verified", **terms)


@pytest.fixture
def task(project: Project) -> Task:
    batch = make_batch(project, state="labelling", closed_at="2026-11-01T00:00Z")
    return make_tasks(batch, 1)[0]


def opened(person: Person, project: Project) -> dict[str, Any]:
    """The one image that this person is given."""
    (given,) = sync(signed_in(person), project=project.id, want=1)["tasks"]
    return dict(given)


def ask_one_more(task: Task) -> None:
    """As the settler does where it is in doubt."""
    with transaction.atomic():
        states.ask_more(task_ids=[task.id], now=timezone.now())


def test_an_answer_is_judged_by_a_second_person_and_then_concluded(
    cast: Cast, project: Project, task: Task
) -> None:
    first = opened(cast.an, project)
    assert (first["draft"], first["verify"]) == (None, False)
    sync(signed_in(cast.an), submissions=[submission(first, payload=HERE)])
    assert settle.settle_answered() == settle.Tally(taken=1, asked=1)
    second = opened(cast.bo, project)
    assert (second["draft"], second["verify"]) == (HERE, True)
    sync(signed_in(cast.bo), submissions=[submission(second, payload=HERE)])
    assert settle.settle_answered() == settle.Tally(taken=1, settled=1)
    assert Task.objects.get().answers == Submission.objects.count() == 2


@pytest.mark.django_db(transaction=True)  # within one transaction all answers are of one time
def test_who_comes_third_sees_what_the_second_made_of_it(cast: Cast, project: Project, task: Task) -> None:
    elsewhere = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
    for person, said in [(cast.an, HERE), (cast.bo, elsewhere)]:
        answer(person, project, {task.id: said})
        ask_one_more(task)
    third = opened(cast.chen, project)
    assert (third["draft"], third["verify"]) == (elsewhere, True)


def test_a_correction_is_what_is_judged(cast: Cast, project: Project, task: Task) -> None:
    (sent,) = answer(cast.an, project, {task.id: HERE})
    correction = {
        "id": "0198e1a0-0000-7000-8000-0000000000aa",
        "supersedes": str(sent.id),
        "payload": MENDED,
        "active_ms": 100,
    }
    sync(signed_in(cast.an), corrections=[correction])
    settle.settle_answered()
    assert opened(cast.bo, project)["draft"] == MENDED


def test_a_models_draft_gives_way_to_a_persons_answer(cast: Cast, project: Project, task: Task) -> None:
    Prediction.objects.create(task=task, model="m", payload=MENDED)
    first = opened(cast.an, project)
    assert (first["draft"], first["verify"]) == (MENDED, False)
    sync(signed_in(cast.an), submissions=[submission(first, payload=HERE)])
    settle.settle_answered()
    second = opened(cast.bo, project)
    assert (second["draft"], second["verify"]) == (HERE, True)


def test_nothing_is_shown_of_others_where_nobody_verifies(cast: Cast, project: Project, task: Task) -> None:
    Project.objects.filter(id=project.id).update(verifies=False)
    answer(cast.an, project, {task.id: HERE})
    ask_one_more(task)
    second = opened(cast.bo, project)
    assert (second["draft"], second["verify"]) == (None, False)


def test_a_lesson_never_shows_what_others_answered(cast: Cast, project: Project, task: Task) -> None:
    answer(cast.an, project, {task.id: HERE})
    settle.settle_answered()
    assert opened(cast.bo, project)["verify"]
    Assignment.objects.filter(annotator=cast.bo).update(purpose="practice", number=None, lane=None)
    (again,) = sync(signed_in(cast.bo), resume=True)["tasks"]
    assert (again["draft"], again["verify"]) == (None, False)


@pytest.mark.django_db(transaction=True)  # within one transaction all answers are of one time
def test_gold_is_to_verify_as_often_as_work_is(cast: Cast, project: Project) -> None:
    """It shows what somebody answered there before; after a reload it is what it was."""
    tasks = make_tasks(make_batch(project), 40)
    known = {task.id: HERE for task in tasks[:20]}
    Task.objects.filter(id__in=known).update(state=Task.State.SETTLED, settled_at=timezone.now())
    kind, origin = GoldTask.Kind.MEASURE, GoldTask.Origin.REVIEW
    make_gold(answers=known, kind=kind, origin=origin, by=None, rng=Random(1))
    Project.objects.filter(id=project.id).update(gold_rate=1)
    bo, chen = signed_in(cast.bo), signed_in(cast.chen)
    first = sync(bo, project=project.id, want=20)["tasks"]
    assert not any(task["verify"] for task in first), "nobody has answered there yet"
    sync(bo, submissions=[submission(task, payload=MENDED) for task in first])
    second = sync(chen, project=project.id, want=20)["tasks"]
    shown = {task["assignment"] for task in second if task["verify"]}
    assert len(shown) == 10
    assert all(task["draft"] == (MENDED if task["verify"] else None) for task in second)
    again = sync(chen, resume=True)["tasks"]
    assert {task["assignment"] for task in again if task["verify"]} == shown


def test_where_nobody_is_left_to_verify_the_answer_stands(cast: Cast, project: Project, task: Task) -> None:
    for person in (cast.bo, cast.chen):
        Person.objects.filter(id=person.id).update(is_active=False)
    answer(cast.an, project, {task.id: HERE})
    assert settle.settle_answered().settled == 1


def test_verification_begins_with_one_answer(cast: Cast, project: Project) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(id=project.id).update(overlap=2)
    mill = Caller(cast.mill)
    refused = mill.post("/projects", {"name": "Two", "overlap": 2, "verifies": True})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "verifies")
    made = mill.post("/projects", {"name": "One", "overlap": 1, "verifies": True})
    assert (made.status_code, made.json()["verifies"]) == (201, True)
    page = signed_in(cast.ada).post(
        f"/portal/projects/{project.id}/edit",
        {
            "name": "Verified",
            "overlap": 2,
            "max_overlap": 3,
            "settle_threshold": "0.5",
            "verifies": "on",
            "price": "0.04",
            "currency": "CNY",
            "lease_minutes": 15,
        },
    )
    assert "ask for one answer to each image" in page.content.decode()
