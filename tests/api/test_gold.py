"""Gold, practice and wanted quality over HTTP: allowed, forbidden, missing, repeated; gold stays secret."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from review.models import GoldRule, GoldScore
from review.practice import feedback
from tasks.delivery import check_token
from tasks.models import Batch, Entrance, GoldTask, Project, Submission, Task
from tasks.veil import unveil
from tests.api.clients import Caller, signed_in
from tests.api.test_desk import post, submission, sync
from tests.cast import Cast
from tests.factories import box, make_batch, make_tasks, payload
from workers.models import Earning, Notice

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))


def supply(caller: Caller, batch: Batch, tasks: list[Task], kind: str = "measure") -> Any:
    items = [{"image": task.image_id, "payload": HERE} for task in tasks]
    return caller.post(f"/batches/{batch.id}/gold", {"kind": kind, "items": items})


def terms(cast: Cast, **fields: Any) -> None:
    Project.objects.filter(id=cast.project.id).update(**fields)


# Supplying it


def test_a_client_supplies_known_answers_and_sees_how_people_do(
    cast: Cast, batch: Batch, mill: Caller
) -> None:
    tasks = make_tasks(batch, 2)
    answer = supply(mill, batch, tasks)
    assert answer.status_code == 200, answer.content
    assert (answer.json()["stored"], answer.json()["refused"]) == (2, 0)
    rows = mill.get(f"/projects/{cast.project.id}/gold").json()["results"]
    assert [(row["task"], row["kind"], row["marked"], row["mean"]) for row in rows] == [
        (task.id, "measure", 0, None) for task in tasks
    ]
    assert supply(mill, batch, tasks).json()["stored"] == 2
    assert GoldTask.objects.count() == 2


def test_another_client_supplies_nothing_here(cast: Cast, batch: Batch) -> None:
    rival = Caller(cast.rival)
    assert supply(rival, batch, make_tasks(batch, 1)).status_code == 404
    assert rival.get(f"/projects/{cast.project.id}/gold").status_code == 404
    assert not GoldTask.objects.exists()


def test_a_kind_that_is_none_is_refused(batch: Batch, mill: Caller) -> None:
    assert supply(mill, batch, make_tasks(batch, 1), kind="exam").status_code == 422


def test_annotators_have_no_business_with_the_api_of_gold(cast: Cast, batch: Batch) -> None:
    client = signed_in(cast.an)
    assert client.get(f"/api/v1/projects/{cast.project.id}/gold").status_code == 403


# Wanted quality and the forecast


def test_wanted_quality_is_read_and_changed_in_parts(cast: Cast, mill: Caller) -> None:
    path = f"/projects/{cast.project.id}/quality"
    assert mill.get(path).json() == {
        "accuracy": None, "iou": None, "trusts_predictions": False, "gold_rate": 0.0,
        "practice_pass_mark": None, "rules": [],
        "check_rate": 0.0, "checks_hold": False, "check_again": "others",
    }  # fmt: skip
    rule = {"action": "practice", "below": 0.7, "over": 10}
    changed = mill.post(path, {"accuracy": 0.95, "gold_rate": 0.1, "rules": [rule]}).json()
    assert (changed["accuracy"], changed["gold_rate"], changed["rules"]) == (0.95, 0.1, [rule])
    changed = mill.post(path, {"practice_pass_mark": 0.8}).json()
    assert (changed["accuracy"], changed["practice_pass_mark"], changed["rules"]) == (0.95, 0.8, [rule])
    assert mill.post(path, {"accuracy": None, "rules": []}).json()["accuracy"] is None
    assert not GoldRule.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"accuracy": 1.5},
        {"gold_rate": 0.9},
        {"rules": [{"action": "dismiss", "below": 0.5, "over": 5}]},
        {"rules": [{"action": "pause", "below": 0.5, "over": 5}] * 2},
        {"rules": [{"action": "pause", "below": 0.5, "over": 0}]},
    ],
)
def test_quality_that_makes_no_sense_is_refused(cast: Cast, mill: Caller, body: dict[str, Any]) -> None:
    assert mill.post(f"/projects/{cast.project.id}/quality", body).status_code == 422


def test_the_forecast_says_what_a_batch_would_cost(cast: Cast, mill: Caller) -> None:
    terms(cast, overlap=2, max_overlap=4, price="0.0500")
    found = mill.get(f"/projects/{cast.project.id}/forecast", images=1000).json()
    assert (found["low"], found["high"], found["rests_on"]) == (2000, 4000, 0)
    assert (found["cost_low"], found["cost_high"], found["currency"]) == ("100.0000", "200.0000", "CNY")
    for nonsense in ["", "many", "0", "-1"]:
        assert mill.get(f"/projects/{cast.project.id}/forecast", images=nonsense).status_code == 422


def test_a_batch_has_its_forecast(batch: Batch, mill: Caller) -> None:
    make_tasks(batch, 10)
    found = mill.get(f"/batches/{batch.id}/forecast").json()
    assert (found["tasks"], found["low"]) == (10, 30)


# Practice


def practising(cast: Cast, batch: Batch, mill: Caller, count: int = 2) -> Client:
    make_tasks(make_batch(cast.project), 4)
    assert supply(mill, batch, make_tasks(batch, count), kind="practice").json()["stored"] == count
    terms(cast, practice_pass_mark=0.8)
    return signed_in(cast.an)


def practise(client: Client, said: dict[str, Any]) -> Any:
    (task,) = sync(client, want=1)["tasks"]
    assert task["practice"] is True
    sent = submission(task, payload=said)
    assert sync(client, submissions=[sent])["submissions"][0]["status"] == "accepted"
    return client.get(f"/desk/practice/{sent['id']}")


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_practises_sees_the_right_answer_and_enters(
    cast: Cast, batch: Batch, mill: Caller
) -> None:
    client = practising(cast, batch, mill)
    first = practise(client, HERE).json()
    assert (first["score"], first["right"]) == (1.0, HERE)
    assert first["standing"] == {
        "state": "practising", "mean": 1.0, "counted": 1, "needed": 2, "left": 1, "mark": 0.8,
    }  # fmt: skip
    assert practise(client, HERE).json()["standing"]["state"] == "passed"
    tasks = sync(client, want=2)["tasks"]
    assert [task["practice"] for task in tasks] == [False, False]
    assert not Earning.objects.exists()


def test_feedback_may_be_asked_for_again(cast: Cast, batch: Batch, mill: Caller) -> None:
    client = practising(cast, batch, mill)
    practise(client, ELSEWHERE)
    path = f"/desk/practice/{GoldScore.objects.get().submission_id}"
    assert client.get(path).json() == client.get(path).json()
    assert GoldScore.objects.get().score == 0.0


def test_feedback_brings_an_address_of_the_image_that_is_good_when_it_is_asked_for(
    cast: Cast, batch: Batch, mill: Caller
) -> None:
    """The line may have been down for longer than the address lasts that the answer was drawn on."""
    practise(practising(cast, batch, mill), HERE)
    answered = GoldScore.objects.get().submission_id
    later = timezone.now() + timedelta(days=3)
    told = feedback(person=cast.an, submission_id=answered, now=later)
    _media, token, _name = told["image"].strip("/").split("/")
    _project, sha256, rendition, _kind, until = check_token(token)
    assert (sha256, rendition) == (Submission.objects.get().task.image.sha256, "screen")
    assert until > later.timestamp()


def test_the_right_answer_is_told_of_ones_own_practice_and_of_nothing_else(
    cast: Cast, batch: Batch, mill: Caller
) -> None:
    client = practising(cast, batch, mill)
    practise(client, HERE)
    mine = GoldScore.objects.get().submission_id
    assert signed_in(cast.bo).get(f"/desk/practice/{mine}").status_code == 404
    assert signed_in(cast.rong).get(f"/desk/practice/{mine}").status_code == 403
    assert Client().get(f"/desk/practice/{mine}").status_code == 401
    assert client.get(f"/desk/practice/{uuid.uuid4()}").status_code == 404


def test_of_gold_that_measures_no_answer_is_told(cast: Cast, batch: Batch, mill: Caller) -> None:
    make_tasks(make_batch(cast.project), 2)
    supply(mill, batch, make_tasks(batch, 1))
    terms(cast, gold_rate=1.0)
    client = signed_in(cast.an)
    (task,) = sync(client, want=1)["tasks"]
    sent = submission(task)
    sync(client, submissions=[sent])
    assert GoldTask.objects.filter(task=unveil(task["task"])).exists()
    assert client.get(f"/desk/practice/{sent['id']}").status_code == 404


def test_who_fails_all_practice_is_their_supervisors_business(cast: Cast, batch: Batch, mill: Caller) -> None:
    client = practising(cast, batch, mill)
    for _task in range(2):
        standing = practise(client, ELSEWHERE).json()["standing"]
    assert (standing["state"], standing["left"]) == ("practising", 0)
    client.get(f"/desk/practice/{GoldScore.objects.first().submission_id}")  # type: ignore[union-attr]
    assert Notice.objects.get().person == cast.sun
    assert sync(client, want=1)["tasks"] == []


def test_the_start_page_says_where_practice_comes_first(cast: Cast, batch: Batch, mill: Caller) -> None:
    client = practising(cast, batch, mill)
    assert '"practice": true' in client.get("/desk/").content.decode()
    Entrance.objects.update_or_create(
        person=cast.an, project=cast.project, defaults={"state": Entrance.State.PASSED}
    )
    assert '"practice": false' in client.get("/desk/").content.decode()


# Nothing gives gold away


def test_gold_and_work_look_the_same_to_the_browser(cast: Cast, batch: Batch, mill: Caller) -> None:
    """Each exchange is compared key by key; only numbers, names and addresses may differ."""
    make_tasks(make_batch(cast.project), 6)
    supply(mill, batch, make_tasks(batch, 2))
    client = signed_in(cast.an)
    seen = {}
    for rate, name in [(0.0, "work"), (1.0, "gold")]:
        terms(cast, gold_rate=rate)
        answer = sync(client, want=1, known_schemas=[batch.schema_id])
        (task,) = answer["tasks"]
        assert GoldTask.objects.filter(task=unveil(task["task"])).exists() == (name == "gold")
        sent = submission(task)
        held = {key: task[key] for key in ("assignment", "token")}
        extended = sync(client, held=[held], known_schemas=[batch.schema_id])
        given = sync(client, submissions=[sent], known_schemas=[batch.schema_id])
        again = sync(client, submissions=[sent], known_schemas=[batch.schema_id])
        correction = {"id": str(uuid.uuid4()), "supersedes": sent["id"], "payload": HERE, "active_ms": 5}
        corrected = sync(client, corrections=[correction], known_schemas=[batch.schema_id])
        answers = client.get("/desk/answers").json()
        seen[name] = [bare(one) for one in (answer, extended, given, again, corrected)]
        seen[name].append(task["task"] in [one["task"] for one in answers["answers"]])
        (skipped,) = sync(client, want=1, known_schemas=[batch.schema_id])["tasks"]
        skip = {key: skipped[key] for key in ("assignment", "token")} | {"reason": "unclear", "note": ""}
        seen[name].append(bare(sync(client, skips=[skip], known_schemas=[batch.schema_id])))
    assert seen["gold"] == seen["work"]


def bare(answer: Any) -> Any:
    """An answer without what differs between any two tasks."""
    free = {
        "id", "assignment", "token", "task", "image", "now", "leased_until", "today", "url", "thumb", "name",
    }  # fmt: skip
    if isinstance(answer, dict):
        return {key: type(value).__name__ if key in free else bare(value) for key, value in answer.items()}
    return [bare(one) for one in answer] if isinstance(answer, list) else answer


def test_the_lease_and_the_pay_of_gold_are_those_of_work(cast: Cast, batch: Batch, mill: Caller) -> None:
    make_tasks(make_batch(cast.project), 6)
    supply(mill, batch, make_tasks(batch, 2))
    client = signed_in(cast.an)
    leases, paid = [], []
    for rate in (0.0, 1.0):
        terms(cast, gold_rate=rate)
        answer = sync(client, want=1)
        leases.append(answer["tasks"][0]["leased_until"][:16])
        before = Earning.objects.count()
        post(client, "sync", {"submissions": [submission(answer["tasks"][0])]})
        paid.append(Earning.objects.count() - before)
    assert paid == [1, 1]
    assert leases[0][:15] == leases[1][:15]
