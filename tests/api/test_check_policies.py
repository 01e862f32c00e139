"""What a project's policy makes of spot checks: work that goes back to who gave it, batches that wait."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from review.adjudicate import Verdict
from review.appeals import Ruling, appeal_answer, decide
from review.models import CheckPolicy, Consensus, Dispute, SpotCheck
from review.releases import NothingSettled, request_release, tasks_in
from review.settle import settle_answered
from review.spot_verdicts import Rejection, end_overdue, fix_check, judge_check
from tasks import queue, states
from tasks.batches import advance_batches
from tasks.corrections import AnswerUnknown, Correction, NothingToMend, correct
from tasks.models import Assignment, Batch, Job, Project, Return, Submission, Task, Withheld
from tasks.predictions import drafts_of
from tasks.veil import veil
from tests.api.clients import Caller, signed_in
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer, answer_all
from workers.models import Earning, Notice, Person

HERE = payload(box(100, 100, 200, 150))
MENDED = payload(box(104, 100, 200, 150))
WRONG = Rejection("geometry", "Nearer to the edge.")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def drawn(cast: Cast, *, others: int = 1, max_overlap: int = 2, **policy: Any) -> SpotCheck:
    """A check of a task that An and Bo agree upon; the batch has `others` that are not settled."""
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=max_overlap)
    cast.project.refresh_from_db()
    terms = {"rate": 1, "seed": 7, "pay": "deduct", "again": "same", **policy}
    CheckPolicy.objects.update_or_create(project=cast.project, defaults=terms)
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    task, *_ = make_tasks(batch, 1 + others)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    settle_answered()
    return SpotCheck.objects.get(task=task)


def answer_of(check: SpotCheck, person: Person) -> Submission:
    return Submission.objects.current().get(task=check.task_id, annotator=person)


def sent_back(cast: Cast, check: SpotCheck, *people: Person) -> None:
    rejections = {answer_of(check, one).id: WRONG for one in people or (cast.an,)}
    judge_check(person=cast.rong, check_id=check.id, rejections=rejections, send_on=True)


def mend(client: Any, submission: Submission, id_: uuid.UUID | None = None, **more: object) -> Any:
    body = {"id": str(id_ or uuid.uuid4()), "payload": MENDED, "picked": None, "excluded": False, **more}
    path = f"/desk/mine/{submission.id}/mend/verdict"
    return client.post(path, json.dumps(body), content_type="application/json")


def counts(check: SpotCheck) -> tuple[str, int, int]:
    task = Task.objects.get(id=check.task_id)
    return task.state, task.answers, task.overlap


def jobs_add_up(check: SpotCheck) -> bool:
    job = Job.objects.get(task=check.task_id)
    states = list(Task.objects.filter(job=job).values_list("state", flat=True))
    return (job.answered, job.settled) == (len(states) - states.count("open"), states.count("settled"))


def test_a_rejected_answer_goes_back_to_its_author_and_counts_when_it_is_corrected(cast: Cast) -> None:
    check = drawn(cast)
    mine = answer_of(check, cast.an)
    sent_back(cast, check)
    check.refresh_from_db()
    assert check.outcome == "returned"
    assert counts(check) == ("open", 1, 2)
    assert jobs_add_up(check)
    notice = Notice.objects.get(person=cast.an)
    assert (notice.kind, notice.link) == ("sent_back", f"/desk/mine/{mine.id}/mend/")
    an = signed_in(cast.an)
    assert f'href="{notice.link}"' in an.get("/desk/mine/checks").content.decode()
    assert b"Nearer to the edge." not in an.get(notice.link).content
    (case,) = an.post(f"{notice.link}next", "{}", content_type="application/json").json()["disputes"]
    assert [one["submission"] for one in case["answers"]] == [str(mine.id)]
    assert "Nearer to the edge." in case["reason_text"]
    assert case["proposal"] is None
    assert case["task"] == veil(check.task_id)
    id_ = uuid.uuid4()
    assert [mend(an, mine, id_).status_code for _ in "12"] == [201, 200]
    assert counts(check) == ("answered", 2, 2)
    assert jobs_add_up(check)
    assert settle_answered().settled == 1
    agreed = Consensus.objects.get(task=check.task_id).payload["agreement"]
    assert set(agreed) == {str(id_), str(answer_of(check, cast.bo).id)}
    assert not Earning.objects.filter(kind="correction").exists()
    assert an.get(notice.link).status_code == 409
    assert mend(an, mine).json()["code"] == "nothing_to_mend"


def test_nobody_else_is_given_the_task_meanwhile(cast: Cast) -> None:
    check = drawn(cast, max_overlap=4, others=0, holds=True)
    sent_back(cast, check)
    assert queue.claim(annotator_id=cast.chen.pk, project_id=cast.project.id, count=5) == []
    others = signed_in(cast.bo)
    assert mend(others, answer_of(check, cast.an)).status_code == 404
    assert mend(signed_in(cast.an), answer_of(check, cast.an), excluded=True).status_code == 422
    assert mend(signed_in(cast.an), answer_of(check, cast.bo)).status_code == 404


def test_of_two_that_go_back_the_last_one_ends_it(cast: Cast) -> None:
    check = drawn(cast)
    sent_back(cast, check, cast.an, cast.bo)
    assert counts(check) == ("open", 0, 2)
    assert mend(signed_in(cast.an), answer_of(check, cast.an)).status_code == 201
    assert counts(check) == ("open", 1, 2)
    assert mend(signed_in(cast.bo), answer_of(check, cast.bo)).status_code == 201
    assert counts(check) == ("answered", 2, 2)


def test_who_cannot_work_is_not_waited_for(cast: Cast) -> None:
    check = drawn(cast, max_overlap=3)
    Person.objects.filter(id=cast.an.id).update(is_active=False)
    sent_back(cast, check)
    check.refresh_from_db()
    assert check.outcome == "sent_on"
    assert counts(check) == ("open", 2, 3)


def overdue() -> None:
    Return.objects.update(returned_at=timezone.now() - timedelta(days=3))


def test_after_two_days_somebody_else_is_asked_and_pay_follows(cast: Cast) -> None:
    check = drawn(cast, max_overlap=3, others=0, holds=True)
    sent_back(cast, check)
    assert end_overdue(now=timezone.now()) == 0
    overdue()
    assert [end_overdue(now=timezone.now()) for _ in "12"] == [1, 0]
    assert Earning.objects.get(kind="correction").person_id == cast.an.id
    answer(cast.chen, cast.project, {check.task_id: HERE})
    assert counts(check) == ("answered", 2, 2)
    assert settle_answered().settled == 1


def test_where_pay_cannot_follow_the_wait_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both or neither: nobody is asked instead of somebody who keeps the pay."""
    check = drawn(cast, max_overlap=3, others=0, holds=True)
    sent_back(cast, check)
    overdue()

    def broken(**_pay: object) -> None:
        raise RuntimeError("no pay today")

    with monkeypatch.context() as patched:
        patched.setattr("review.spot_verdicts.earnings.correct", broken)
        with pytest.raises(RuntimeError):
            end_overdue(now=timezone.now())
    assert Return.objects.get().ended_at is None
    assert end_overdue(now=timezone.now()) == 1
    assert Earning.objects.get(kind="correction").person_id == cast.an.id


def corrected(person: Person, submission: Submission) -> str:
    """As the workbench does, not by the page of what was sent back."""
    given = Correction(uuid.uuid4(), supersedes=submission.id, payload=MENDED, active_ms=1)
    return correct(annotator_id=person.id, correction=given)


def test_who_let_the_time_pass_does_not_count_again_by_correcting(cast: Cast) -> None:
    check = drawn(cast, max_overlap=3, others=0, holds=True)
    mine = answer_of(check, cast.an)
    sent_back(cast, check)
    overdue()
    end_overdue(now=timezone.now())
    with pytest.raises(NothingToMend):
        corrected(cast.an, mine)
    assert answer_of(check, cast.an) == mine
    assert corrected(cast.bo, answer_of(check, cast.bo)) == "accepted"


def test_an_answer_that_others_replace_does_not_count_again_by_correcting(cast: Cast) -> None:
    check = drawn(cast, max_overlap=3, again="others")
    sent_back(cast, check)
    assert counts(check) == ("open", 2, 3)
    with pytest.raises(NothingToMend):
        corrected(cast.an, answer_of(check, cast.an))
    assert b"/mend/" not in signed_in(cast.an).get("/desk/mine/checks").content


def test_an_answer_that_was_rejected_is_not_shown_to_be_judged(cast: Cast) -> None:
    check = drawn(cast, max_overlap=4, again="others")
    Project.objects.filter(id=cast.project.id).update(verifies=True, overlap=1)
    tasks = [check.task_id]
    assert drafts_of(task_ids=tasks, judged=tasks)[check.task_id].to_verify
    sent_back(cast, check, cast.an, cast.bo)
    assert drafts_of(task_ids=tasks, judged=tasks) == {}


def test_an_appeal_that_is_granted_meanwhile_ends_the_wait(cast: Cast) -> None:
    check = drawn(cast)
    mine = answer_of(check, cast.an)
    appeal = appeal_answer(person=cast.an, submission_id=mine.id, words="Look.", now=timezone.now())
    sent_back(cast, check)
    decide(person=cast.hu, appeal_id=appeal.id, ruling=Ruling(True, "It is right."), now=timezone.now())
    assert counts(check) == ("answered", 2, 2)
    assert jobs_add_up(check)
    overdue()
    assert end_overdue(now=timezone.now()) == 0
    assert not Earning.objects.filter(kind="correction").exists()
    settle_answered()
    # Whoever draws it again may send the same answer back again.
    again = SpotCheck.objects.get(task=check.task_id, judged_at=None)
    sent_back(cast, again)
    assert Return.objects.get().ended_at is None


def test_a_task_that_is_known_meanwhile_asks_nobody_when_the_time_is_up(cast: Cast) -> None:
    check = drawn(cast, max_overlap=3)
    sent_back(cast, check)
    with transaction.atomic():
        states.settle_known(task_ids=[check.task_id], now=timezone.now())
    overdue()
    assert end_overdue(now=timezone.now()) == 1
    assert not Assignment.objects.filter(task=check.task_id, state="open").exists()
    assert jobs_add_up(check)


@pytest.mark.parametrize("both", [False, True])
def test_where_no_seat_is_left_the_task_goes_on_without(cast: Cast, both: bool) -> None:
    check = drawn(cast)
    sent_back(cast, check, *([cast.an, cast.bo] if both else [cast.an]))
    overdue()
    end_overdue(now=timezone.now())
    assert counts(check) == ("answered", 0 if both else 1, 0 if both else 1)
    assert jobs_add_up(check)
    settle_answered()
    assert Task.objects.get(id=check.task_id).state in ("settled", "disputed")
    assert Dispute.objects.filter(task=check.task_id).exists() or not both


def test_a_batch_waits_for_its_checks_where_the_policy_says_so(cast: Cast) -> None:
    check = drawn(cast, others=0, holds=True)
    batch = Batch.objects.get(id=check.task.batch_id)
    advance_batches(batch_ids=[batch.id], now=timezone.now())
    batch.refresh_from_db()
    assert batch.state == "reviewing"
    with pytest.raises(NothingSettled):
        request_release(project=cast.project, batch=None, formats=["coco"], person=None)
    judge_check(person=cast.rong, check_id=check.id, rejections={})
    batch.refresh_from_db()
    assert batch.state == "complete"
    assert not Withheld.objects.exists()
    assert request_release(project=cast.project, batch=None, formats=["coco"], person=None).total == 1


def test_without_that_policy_neither_waits(cast: Cast) -> None:
    check = drawn(cast, others=0)
    assert Batch.objects.get(id=check.task.batch_id).state == "complete"
    assert request_release(project=cast.project, batch=None, formats=["coco"], person=None).total == 1


def test_a_task_judged_after_the_cut_off_is_in_the_next_release_only(cast: Cast) -> None:
    check = drawn(cast, holds=True)
    before = timezone.now()
    fix_check(person=cast.rong, check_id=check.id, verdict=Verdict(uuid.uuid4(), MENDED))
    judge_check(person=cast.rong, check_id=check.id, rejections={})

    def held(cutoff: datetime) -> int:
        return tasks_in(project_id=cast.project.id, batch_id=None, cutoff=cutoff).count()

    assert (held(before), held(timezone.now())) == (0, 1)


def test_the_client_sets_the_policy_by_api_and_by_page(cast: Cast) -> None:
    mill, path = Caller(cast.mill), f"/projects/{cast.project.id}/quality"
    assert mill.get(path).json()["check_rate"] == 0
    given = {"check_rate": 0.25, "checks_hold": True, "check_again": "same"}
    said = mill.post(path, given).json()
    assert {name: said[name] for name in given} == given
    seed = CheckPolicy.objects.get().seed
    assert mill.post(path, {"check_rate": 2}).status_code == 422
    assert mill.post(path, {"check_again": "nobody"}).status_code == 422
    ada, page = signed_in(cast.ada), f"/portal/projects/{cast.project.id}/quality/"
    assert b'value="0.25"' in ada.get(page).content
    sent = ada.post(page, {"check_rate": "0.5", "check_again": "others", "gold_rate": ""})
    assert sent.status_code == 302
    policy = CheckPolicy.objects.get()
    assert (policy.rate, policy.again, policy.holds, policy.seed) == (0.5, "others", False, seed)
    assert Caller(cast.rival).post(path, given).status_code == 404


def test_an_answer_that_is_not_back_is_no_mending_matter(cast: Cast) -> None:
    check = drawn(cast)
    an, mine = signed_in(cast.an), answer_of(check, cast.an)
    assert an.get(f"/desk/mine/{mine.id}/mend/").status_code == 404
    assert mend(an, mine).status_code == 404
    sent_back(cast, check)
    with pytest.raises(AnswerUnknown):
        corrected(cast.bo, mine)
