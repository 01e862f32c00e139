"""The reviewer's pages of spot checks and what the annotator reads. Allowed, forbidden, missing, repeated."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import Client

from review.appeals import waiting_for
from review.models import CheckedAnswer, CheckPolicy, Consensus, SpotCheck
from review.settle import settle_answered
from tasks.models import Project, Submission
from tests.api.clients import signed_in
from tests.api.test_appeals import aged
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all
from workers.models import Earning, Person

HERE = payload(box(100, 100, 200, 150))
MOVED = payload(box(110, 100, 200, 150))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def drawn(cast: Cast, count: int = 1) -> list[SpotCheck]:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=4)
    cast.project.refresh_from_db()
    CheckPolicy.objects.update_or_create(
        project=cast.project, defaults={"rate": 1, "seed": 7, "pay": "deduct"}
    )
    tasks = make_tasks(make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z"), count + 1)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE for task in tasks[:count]})
    settle_answered()
    return list(SpotCheck.objects.order_by("id"))


def reject(cast: Cast, check: SpotCheck, **more: str) -> Submission:
    mine = Submission.objects.get(task=check.task_id, annotator=cast.an)
    fields = {f"reason-{mine.id}": "missed", f"note-{mine.id}": "Below the cable.", **more}
    assert signed_in(cast.rong).post(f"/review/checks/{check.id}/judge", fields).status_code == 302
    return mine


def fix(client: Client, check: SpotCheck, id_: uuid.UUID) -> int:
    body = {"id": str(id_), "payload": MOVED, "picked": None, "excluded": False}
    path = f"/review/checks/{check.id}/verdict"
    status: int = client.post(path, json.dumps(body), content_type="application/json").status_code
    return status


def test_the_list_takes_as_many_queries_for_many_as_for_one(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    drawn(cast, 6)
    rong = signed_in(cast.rong)
    rong.get("/review/checks/")
    with django_assert_num_queries(4):
        page = rong.get("/review/checks/")
    assert page.content.count(b'class="thumb"') == 6
    assert b"/review/checks/" in rong.get("/review/").content


def test_the_page_shows_the_answers_and_names_nobody(cast: Cast) -> None:
    (check,) = drawn(cast)
    Person.objects.filter(id=cast.an.id).update(display_name="Named Nobody")
    page = signed_in(cast.rong).get(f"/review/checks/{check.id}/").content.decode()
    assert "Answer A" in page
    assert "Answer B" in page
    assert page.count('class="yours"') == 2
    assert "Named Nobody" not in page


def test_an_answer_is_rejected_with_a_reason_and_the_next_check_follows(cast: Cast) -> None:
    first, second = drawn(cast, 2)
    mine = Submission.objects.get(task=first.task_id, annotator=cast.an)
    response = signed_in(cast.rong).post(f"/review/checks/{first.id}/judge", {f"reason-{mine.id}": "missed"})
    assert response["Location"] == f"/review/checks/{second.id}/"
    assert CheckedAnswer.objects.get(rejected=True).submission == mine
    again = signed_in(cast.hu).post(f"/review/checks/{first.id}/judge", {})
    assert again.status_code == 409


def test_a_reason_that_is_not_on_the_list_is_refused(cast: Cast) -> None:
    (check,) = drawn(cast)
    mine = Submission.objects.get(task=check.task_id, annotator=cast.an)
    refused = signed_in(cast.rong).post(f"/review/checks/{check.id}/judge", {f"reason-{mine.id}": "ugly"})
    assert refused.status_code == 422


def test_the_button_sends_the_task_to_somebody_else(cast: Cast) -> None:
    (check,) = drawn(cast)
    assert b"send_on" in signed_in(cast.rong).get(f"/review/checks/{check.id}/").content
    reject(cast, check, send_on="1")
    check.task.refresh_from_db()
    assert check.task.state == "open"


def test_the_workbench_gets_the_one_task_and_puts_it_right_once(cast: Cast) -> None:
    (check,) = drawn(cast)
    rong, id_ = signed_in(cast.rong), uuid.uuid4()
    assert b'"let_go": null' in rong.get(f"/review/checks/{check.id}/fix/").content
    next_path = f"/review/checks/{check.id}/next"
    body = rong.post(next_path, "{}", content_type="application/json").json()
    (case,) = body["disputes"]
    assert (case["id"], len(case["answers"]), case["can_ask"]) == (check.id, 2, False)
    assert list(body["schemas"]) == [str(check.task.schema_id)]
    assert [fix(rong, check, id_), fix(rong, check, id_)] == [201, 200]
    assert rong.post(next_path, "{}", content_type="application/json").json()["disputes"] == []
    assert Consensus.objects.get(task=check.task).payload["shapes"][0]["box"] == [110, 100, 200, 150]
    assert fix(signed_in(cast.hu), check, uuid.uuid4()) == 409


def test_the_annotator_reads_why_beside_the_corrected_answer_and_appeals(cast: Cast) -> None:
    (check,) = drawn(cast)
    assert fix(signed_in(cast.rong), check, uuid.uuid4()) == 201
    mine = aged(reject(cast, check), hours=2)
    an = signed_in(cast.an)
    assert b"was rejected" in an.get("/desk/mine/checks").content
    assert b"Below the cable." in an.get("/desk/mine/checks").content
    page = an.get(f"/desk/mine/{mine.id}/").content
    assert b"Something was missed" in page
    assert b"Below the cable." in page
    assert b"Below the cable." not in signed_in(cast.bo).get("/desk/mine/checks").content
    assert an.post(f"/desk/mine/{mine.id}/appeal", {"words": "Look again."}).status_code == 302
    # Rong rejected it, so somebody else decides.
    assert not waiting_for(cast.rong).exists()
    (appeal,) = waiting_for(cast.hu)
    assert signed_in(cast.rong).post(f"/review/appeals/{appeal.id}", {"ruling": "grant"}).status_code == 403
    signed_in(cast.hu).post(f"/review/appeals/{appeal.id}", {"ruling": "grant", "answer": "You are right."})
    assert CheckedAnswer.objects.get(submission=mine).lifted_at is not None
    assert sum(row.amount for row in Earning.objects.filter(person=cast.an)) == cast.project.price
    assert b"Lifted by your appeal" in an.get("/desk/mine/checks").content


def test_the_operator_sets_the_rate_and_gets_a_seed_that_nobody_guesses(cast: Cast) -> None:
    Person.objects.filter(id=cast.oscar.id).update(is_staff=True, is_superuser=True)
    oscar = signed_in(cast.oscar)
    page = oscar.get("/admin/review/checkpolicy/add/")
    assert page.status_code == 200
    seed = page.context["adminform"].form.initial["seed"]
    sent = {"project": cast.project.id, "rate": "0.05", "seed": seed, "pay": "keep", "again": "others"}
    assert oscar.post("/admin/review/checkpolicy/add/", sent).status_code == 302
    policy = CheckPolicy.objects.get()
    assert (policy.rate, policy.seed) == (0.05, seed)
    assert oscar.post("/admin/review/checkpolicy/add/", {**sent, "rate": "1.5"}).status_code == 200


@pytest.mark.parametrize("who", ["an", "sun", "ada"])
def test_only_reviewers_check(cast: Cast, who: str) -> None:
    (check,) = drawn(cast)
    person: Person = getattr(cast, who)
    assert signed_in(person).get("/review/checks/").status_code == 403
    assert signed_in(person).post(f"/review/checks/{check.id}/judge", {}).status_code == 403
    assert signed_in(cast.rong).get("/review/checks/999999/").status_code == 404
