"""What annotators read of their own work, their appeals, and who decides. Allowed, forbidden, repeated."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from review.adjudicate import Verdict, adjudicate
from review.consequences import Action, apply_rules, set_rules
from review.gold import supply_gold
from review.models import Appeal, Consequence, GoldScore
from review.settle import settle_answered
from tasks.mine import last_submissions
from tasks.models import GoldTask, Project, Submission, Task
from tasks.pointed import Pointed
from tests.api.clients import signed_in
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all, dispute
from workers import earnings
from workers.models import Earning, Notice, Person

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def settled_against(cast: Cast, *, hours: int = 2) -> Submission:
    """An's answer lost: a reviewer settled it otherwise, hours ago."""
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    found = dispute([cast.an, cast.bo], task, [ELSEWHERE, HERE])
    adjudicate(
        person=cast.rong,
        dispute_id=found.id,
        verdict=Verdict(uuid.uuid4(), HERE, note="The box is beside the board."),
    )
    return aged(Submission.objects.get(annotator=cast.an), hours=hours)


def aged(submission: Submission, *, hours: int) -> Submission:
    """The same answer, given earlier. Rows are immutable: the trigger has to look away for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tasks_submission DISABLE TRIGGER USER")
        moved = timezone.now() - timedelta(hours=hours)
        Submission.objects.filter(id=submission.id).update(created_at=moved)
        cursor.execute("ALTER TABLE tasks_submission ENABLE TRIGGER USER")
    return Submission.objects.get(id=submission.id)


def paused(cast: Cast) -> Consequence:
    """A rule paused An."""
    batch = make_batch(cast.project)
    (task,) = make_tasks(batch, 1)
    items = [Pointed(payload=HERE, image=task.image_id)]
    supply_gold(batch=batch, kind=GoldTask.Kind.MEASURE, items=items, by=None, rng=random.Random(1))
    given = Submission.objects.create(
        id=uuid.uuid4(), task=task, annotator=cast.an, payload=ELSEWHERE, purpose="measure"
    )
    score = GoldScore.objects.create(
        submission=given, task_id=task.id, person=cast.an, project=cast.project, is_practice=False, score=0,
        answered_at=given.created_at,
    )  # fmt: skip
    set_rules(project=cast.project, rules=[(Action.PAUSE, 0.5, 1)])
    (made,) = apply_rules(scores=[score], now=timezone.now())
    return made


def decide(client: Client, appeal: Appeal, ruling: str) -> Any:
    return client.post(f"/review/appeals/{appeal.id}", {"ruling": ruling, "answer": "Seen."})


# One's own answer beside the settled one


def test_the_answer_is_shown_beside_the_settled_one_with_the_reviewers_word(cast: Cast) -> None:
    lost = settled_against(cast)
    page = signed_in(cast.an).get(f"/desk/mine/{lost.id}/").content.decode()
    assert "The box is beside the board." in page
    assert page.count('class="settled"') == 1
    assert page.count('class="yours"') == 1
    assert f"/desk/mine/{lost.id}/" in signed_in(cast.an).get("/desk/mine/").content.decode()


def test_nobody_else_sees_it_and_nobody_sees_it_at_once(cast: Cast) -> None:
    lost = settled_against(cast, hours=0)
    assert signed_in(cast.an).get(f"/desk/mine/{lost.id}/").status_code == 404
    aged(lost, hours=2)
    assert signed_in(cast.bo).get(f"/desk/mine/{lost.id}/").status_code == 404
    assert signed_in(cast.rong).get(f"/desk/mine/{lost.id}/").status_code == 403


def test_an_answer_to_gold_looks_like_the_work_around_it(cast: Cast) -> None:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    batch = make_batch(cast.project)
    task, known = make_tasks(batch, 2)
    items = [Pointed(payload=HERE, image=known.image_id)]
    supply_gold(batch=batch, kind=GoldTask.Kind.MEASURE, items=items, by=None, rng=random.Random(1))
    answer_all([cast.an], cast.project, {task.id: HERE})
    Submission.objects.create(id=uuid.uuid4(), task=known, annotator=cast.an, payload=HERE, purpose="measure")
    states = [str(row.state) for row in last_submissions(person=cast.an, now=timezone.now())]
    assert states == ["Waiting for others"] * 2
    answer_all([cast.bo], cast.project, {task.id: HERE})
    settle_answered()
    rows = last_submissions(person=cast.an, now=timezone.now() + timedelta(hours=2))
    assert [str(row.state) for row in rows] == ["Done"] * 2
    for row in rows:
        aged(row.submission, hours=2)
        assert signed_in(cast.an).get(f"/desk/mine/{row.submission.id}/").status_code == 200


# Appeals


def test_a_consequence_is_read_with_its_reason_and_appealed_once(cast: Cast) -> None:
    made = paused(cast)
    client = signed_in(cast.an)
    page = client.get("/desk/mine/checks").content.decode()
    assert "Your work is paused" in page
    assert "50%" in page
    path = f"/desk/mine/consequences/{made.id}/appeal"
    assert client.post(path, {"words": "  "}).status_code == 422
    assert client.post(path, {"words": "The image was dark."}).status_code == 302
    assert client.post(path, {"words": "Again."}).status_code == 409
    assert "The image was dark." in client.get("/desk/mine/checks").content.decode()
    assert signed_in(cast.bo).post(path, {"words": "Mine."}).status_code == 404


def test_a_granted_appeal_lifts_the_pause_and_tells_why(cast: Cast) -> None:
    made = paused(cast)
    signed_in(cast.an).post(f"/desk/mine/consequences/{made.id}/appeal", {"words": "Dark."})
    appeal = Appeal.objects.get()
    reviewer = signed_in(cast.rong)
    assert "Dark." in reviewer.get("/review/appeals/").content.decode()
    assert [decide(reviewer, appeal, "grant").status_code for _again in range(2)] == [302, 302]
    assert not Person.objects.get(id=cast.an.id).is_paused
    assert Notice.objects.filter(person=cast.an, kind="appeal_granted").count() == 1
    assert "Seen." in signed_in(cast.an).get("/desk/mine/checks").content.decode()
    assert decide(signed_in(cast.hu), appeal, "refuse").status_code == 409


def test_a_refused_appeal_leaves_things_as_they_are(cast: Cast) -> None:
    made = paused(cast)
    signed_in(cast.an).post(f"/desk/mine/consequences/{made.id}/appeal", {"words": "Dark."})
    decide(signed_in(cast.rong), Appeal.objects.get(), "refuse")
    assert Person.objects.get(id=cast.an.id).is_paused


def test_the_reviewer_whose_verdict_it_is_does_not_decide(cast: Cast) -> None:
    lost = settled_against(cast)
    path = f"/desk/mine/{lost.id}/appeal"
    assert signed_in(cast.an).post(path, {"words": "Look again."}).status_code == 302
    appeal = Appeal.objects.get()
    assert "Look again." not in signed_in(cast.rong).get("/review/appeals/").content.decode()
    assert decide(signed_in(cast.rong), appeal, "grant").status_code == 403
    assert "Look again." in signed_in(cast.hu).get("/review/appeals/").content.decode()
    assert decide(signed_in(cast.hu), appeal, "grant").status_code == 302


def test_what_was_taken_off_is_paid_back(cast: Cast) -> None:
    lost = settled_against(cast)
    earnings.correct(
        person_id=cast.an.id, project_id=cast.project.id, amount=Decimal("-0.04"), currency="CNY",
        note="rejected", submission=lost.id,
    )  # fmt: skip
    signed_in(cast.an).post(f"/desk/mine/{lost.id}/appeal", {"words": "Look again."})
    for _again in range(2):
        decide(signed_in(cast.hu), Appeal.objects.get(), "grant")
    amounts = Earning.objects.filter(submission=lost.id, kind="correction").values_list("amount", flat=True)
    assert sorted(amounts) == [Decimal("-0.04"), Decimal("0.04")]


def test_reviewers_of_another_site_and_other_people_decide_nothing(cast: Cast) -> None:
    made = paused(cast)
    signed_in(cast.an).post(f"/desk/mine/consequences/{made.id}/appeal", {"words": "Dark."})
    appeal = Appeal.objects.get()
    assert decide(signed_in(cast.dai), appeal, "grant").status_code == 404
    assert decide(signed_in(cast.an), appeal, "grant").status_code == 403
    assert decide(signed_in(cast.rong), appeal, "perhaps").status_code == 422
    assert "Dark." not in signed_in(cast.dai).get("/review/appeals/").content.decode()


def test_notices_wait_until_they_are_seen(cast: Cast) -> None:
    paused(cast)
    client = signed_in(cast.an)
    assert "match less than needed" in client.get("/desk/mine/checks").content.decode()
    for _again in range(2):
        assert client.post("/desk/mine/notices-read").status_code == 302
    assert "match less than needed" not in client.get("/desk/mine/checks").content.decode()


# Gold by reviewers


def test_a_reviewer_makes_settled_images_gold_and_retires_them(cast: Cast) -> None:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    settle_answered()
    client, path = signed_in(cast.rong), f"/review/projects/{cast.project.id}/gold/"
    assert task.image.name in client.get(path).content.decode()
    assert client.post(f"{path}{task.id}", {"kind": "exam"}).status_code == 422
    for _again in range(2):
        assert client.post(f"{path}{task.id}", {"kind": "measure"}).status_code == 302
    assert GoldTask.objects.get().made_by == cast.rong
    for _again in range(2):
        assert client.post(f"{path}{task.id}/retire").status_code == 302
    assert GoldTask.objects.get().retired_at is not None
    assert client.post(f"{path}999999", {"kind": "measure"}).status_code == 404
    assert signed_in(cast.dai).get(path).status_code == 404
    assert signed_in(cast.an).post(f"{path}{task.id}", {"kind": "measure"}).status_code == 403
    assert Task.objects.get(id=task.id).state == "settled"
