"""Spot checks: who is drawn, what a fix and a rejection change, and what they never change."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.utils import timezone

from annotator.errors import Invalid, NotVisible
from review import skills, spot_checks
from review.adjudicate import AlreadyResolved, NoSeatLeft, OwnAnswer, Verdict, VerdictReused
from review.builder import build_next
from review.models import (
    CheckedAnswer,
    CheckPolicy,
    Consensus,
    Release,
    ReleaseFile,
    Skill,
    SpotCheck,
)
from review.releases import request_release
from review.settle import settle_answered
from review.spot_checks import is_drawn, open_checks_of
from review.spot_verdicts import (
    BatchEnded,
    NothingRejected,
    Rejection,
    ReleaseUnderWay,
    TaskIsGold,
    fix_check,
    judge_check,
)
from tasks import batches
from tasks.batches import advance_batches
from tasks.models import Batch, GoldTask, Project, Submission, Task
from tasks.payloads import PayloadRefused
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer, answer_all
from workers.models import Earning, Notice, Person, Role, Throughput

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
WRONG = Rejection("geometry", "Nearer to the edge.")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def drawn(cast: Cast, *, max_overlap: int = 4, pay: str = "keep", others: int = 1) -> SpotCheck:
    """A check of a task that An and Bo agree upon; the batch has `others` that are not settled."""
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=max_overlap)
    cast.project.refresh_from_db()
    CheckPolicy.objects.update_or_create(project=cast.project, defaults={"rate": 1, "seed": 7, "pay": pay})
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    task, *_ = make_tasks(batch, 1 + others)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    settle_answered()
    return SpotCheck.objects.get(task=task)


def answer_of(check: SpotCheck, person: Person) -> Submission:
    return Submission.objects.get(task=check.task_id, annotator=person)


def verdict(**fields: object) -> Verdict:
    return Verdict(**{"id": uuid.uuid4(), "payload": ELSEWHERE, **fields})  # type: ignore[arg-type]


def agreements() -> dict[str, tuple[float, int]]:
    rows = Throughput.objects.values_list("person__username", "agreement_sum", "agreement_count")
    return {name: (round(total, 6), count) for name, total, count in rows}


# Drawing


def test_the_share_drawn_is_the_rate_and_the_seed_decides_who() -> None:
    chosen = [n for n in range(20_000) if is_drawn(task=n, seed=7, rate=0.05)]
    assert 900 < len(chosen) < 1100
    assert chosen == [n for n in range(20_000) if is_drawn(task=n, seed=7, rate=0.05)]
    assert chosen != [n for n in range(20_000) if is_drawn(task=n, seed=8, rate=0.05)]
    assert all(is_drawn(task=n, seed=7, rate=0.2) for n in chosen)


def test_nothing_is_drawn_at_nought_and_everything_at_one() -> None:
    assert not any(is_drawn(task=n, seed=1, rate=0.0) for n in range(1000))
    assert all(is_drawn(task=n, seed=1, rate=1.0) for n in range(1000))


def test_a_project_without_a_policy_is_not_checked(cast: Cast) -> None:
    Project.objects.filter(id=cast.project.id).update(overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    assert settle_answered().settled == 1
    assert not SpotCheck.objects.exists()


def test_a_settled_task_is_drawn_once(cast: Cast) -> None:
    check = drawn(cast)
    settle_answered()
    assert list(open_checks_of(cast.rong)) == [check]


def test_reviewers_of_other_sites_and_the_author_see_no_check(cast: Cast) -> None:
    check = drawn(cast)
    assert not open_checks_of(cast.dai).exists()
    with pytest.raises(NotVisible):
        spot_checks.access_spot_check(cast.dai, check.id)
    Person.objects.filter(pk=cast.an.pk).update(role=Role.REVIEWER)
    former = Person.objects.get(pk=cast.an.pk)
    assert not open_checks_of(former).exists()
    with pytest.raises(OwnAnswer):
        judge_check(person=former, check_id=check.id, rejections={})
    with pytest.raises(OwnAnswer):
        fix_check(person=former, check_id=check.id, verdict=verdict())


# Judging


def test_accepting_everything_changes_nothing_but_the_check(cast: Cast) -> None:
    check = drawn(cast)
    before = (Consensus.objects.values().get(task=check.task), agreements())
    judged = judge_check(person=cast.rong, check_id=check.id, rejections={})
    assert (judged.outcome, judged.reviewer) == ("stands", cast.rong)
    assert CheckedAnswer.objects.filter(rejected=False).count() == 2
    assert (Consensus.objects.values().get(task=check.task), agreements()) == before
    assert not Notice.objects.exists()


def test_a_rejected_answer_is_told_and_its_pay_kept(cast: Cast) -> None:
    check = drawn(cast)
    judge_check(person=cast.rong, check_id=check.id, rejections={answer_of(check, cast.an).id: WRONG})
    found = CheckedAnswer.objects.get(rejected=True)
    assert (found.submission.annotator, found.reason, found.note) == (cast.an, "geometry", WRONG.note)
    assert [(n.person, n.kind) for n in Notice.objects.all()] == [(cast.an, "answer_rejected")]
    assert not Earning.objects.filter(kind="correction").exists()


def test_by_policy_the_pay_is_taken_off_once(cast: Cast) -> None:
    check = drawn(cast, pay="deduct")
    rejections = {answer_of(check, cast.an).id: WRONG}
    for _ in range(2):
        judge_check(person=cast.rong, check_id=check.id, rejections=rejections)
    (row,) = Earning.objects.filter(kind="correction")
    assert (row.person, row.amount, row.submission) == (cast.an, Decimal("-0.0400"), next(iter(rejections)))
    assert Throughput.objects.get(person=cast.an).earned == 0
    assert Throughput.objects.get(person=cast.bo).earned == Decimal("0.0400")


def test_the_second_reviewer_comes_too_late(cast: Cast) -> None:
    check = drawn(cast)
    judge_check(person=cast.rong, check_id=check.id, rejections={})
    with pytest.raises(AlreadyResolved):
        judge_check(person=cast.hu, check_id=check.id, rejections={answer_of(check, cast.an).id: WRONG})
    assert not CheckedAnswer.objects.filter(rejected=True).exists()


@pytest.mark.parametrize("reason", ["", "nonsense"])
def test_a_rejection_needs_a_reason_of_the_list(cast: Cast, reason: str) -> None:
    check = drawn(cast)
    with pytest.raises(Invalid):
        judge_check(
            person=cast.rong, check_id=check.id, rejections={answer_of(check, cast.an).id: Rejection(reason)}
        )
    with pytest.raises(Invalid):
        judge_check(person=cast.rong, check_id=check.id, rejections={uuid.uuid4(): WRONG})


# Putting right


def test_a_fix_is_the_new_conclusion_and_the_answers_are_scored_anew(cast: Cast) -> None:
    check = drawn(cast)
    assert agreements() == {"an": (1.0, 1), "bo": (1.0, 1)}
    assert fix_check(person=cast.rong, check_id=check.id, verdict=verdict())
    consensus = Consensus.objects.get(task=check.task)
    assert (consensus.source, consensus.confidence) == ("check", 1.0)
    assert consensus.payload["shapes"][0]["class"] == "raspberry-pi-3"
    assert agreements() == {"an": (0.0, 1), "bo": (0.0, 1)}
    assert Task.objects.get(id=check.task_id).state == "settled"
    assert judge_check(person=cast.rong, check_id=check.id, rejections={}).outcome == "fixed"


def test_a_fix_sent_twice_is_one(cast: Cast) -> None:
    check, given = drawn(cast), verdict()
    assert fix_check(person=cast.rong, check_id=check.id, verdict=given)
    assert not fix_check(person=cast.rong, check_id=check.id, verdict=given)
    assert agreements() == {"an": (0.0, 1), "bo": (0.0, 1)}
    with pytest.raises(VerdictReused):
        fix_check(person=cast.rong, check_id=drawn(cast).id, verdict=given)
    with pytest.raises(AlreadyResolved):
        fix_check(person=cast.hu, check_id=check.id, verdict=verdict())


def test_a_fix_must_fit_the_schema(cast: Cast) -> None:
    check = drawn(cast)
    with pytest.raises(PayloadRefused):
        fix_check(
            person=cast.rong,
            check_id=check.id,
            verdict=verdict(payload=payload(box(0, 0, 9, 9, label="cat"))),
        )
    assert Consensus.objects.get(task=check.task).source == "machine"


def test_an_image_that_cannot_be_labelled_is_left_out(cast: Cast) -> None:
    check = drawn(cast)
    fix_check(person=cast.rong, check_id=check.id, verdict=verdict(payload={}, excluded=True))
    assert Consensus.objects.get(task=check.task).excluded
    assert agreements() == {"an": (0.0, 0), "bo": (0.0, 0)}


def test_a_fix_is_evidence_about_skill(cast: Cast) -> None:
    check = drawn(cast)
    skills.estimate_project(project_id=cast.project.id, now=timezone.now())
    before = Skill.objects.get(person=cast.an).estimate
    fix_check(person=cast.rong, check_id=check.id, verdict=verdict())
    skills.estimate_project(project_id=cast.project.id, now=timezone.now())
    assert Skill.objects.get(person=cast.an).estimate < before


def test_nothing_changes_under_a_release_that_is_being_made(cast: Cast) -> None:
    check, now = drawn(cast), timezone.now()
    release = Release.objects.create(project=cast.project, version=1, formats=["coco"], cutoff_at=now)
    with pytest.raises(ReleaseUnderWay):
        fix_check(person=cast.rong, check_id=check.id, verdict=verdict())
    Release.objects.filter(id=release.id).update(state="ready", ready_at=now, digest="0" * 64)
    assert fix_check(person=cast.rong, check_id=check.id, verdict=verdict())


def test_a_release_made_before_keeps_its_bytes(cast: Cast) -> None:
    check = drawn(cast)
    release = request_release(project=cast.project, batch=None, formats=["coco"], person=cast.ada)
    while build_next():
        pass
    before = ReleaseFile.objects.get(release=release, format="coco").sha256
    fix_check(person=cast.rong, check_id=check.id, verdict=verdict())
    while build_next():
        pass
    assert ReleaseFile.objects.get(release=release, format="coco").sha256 == before
    later = request_release(project=cast.project, batch=None, formats=["coco"], person=cast.ada)
    while build_next():
        pass
    assert ReleaseFile.objects.get(release=later, format="coco").sha256 != before


# To somebody else


def test_a_task_sent_on_is_settled_by_others_and_the_rejected_answer_counts_no_more(cast: Cast) -> None:
    check = drawn(cast)
    given = answer_of(check, cast.an)
    judged = judge_check(person=cast.rong, check_id=check.id, rejections={given.id: WRONG}, send_on=True)
    task = Task.objects.get(id=check.task_id)
    assert (judged.outcome, task.state, task.overlap, task.settled_at) == ("sent_on", "open", 3, None)
    assert (task.job.settled, task.job.answered) == (0, 0)
    assert agreements() == {"an": (0.0, 0), "bo": (0.0, 0)}
    answer(cast.chen, cast.project, {task.id: HERE})
    settle_answered()
    consensus = Consensus.objects.get(task=task)
    assert Task.objects.get(id=task.id).state == "settled"
    assert str(given.id) not in consensus.payload["agreement"]
    assert consensus.answers == 2
    assert agreements() == {"an": (0.0, 0), "bo": (1.0, 1), "chen": (1.0, 1)}
    assert open_checks_of(cast.rong).get().task_id == task.id


def test_a_rejection_that_sent_the_task_on_lowers_the_skill(cast: Cast) -> None:
    check = drawn(cast)
    judge_check(
        person=cast.rong, check_id=check.id, rejections={answer_of(check, cast.an).id: WRONG}, send_on=True
    )
    answer(cast.chen, cast.project, {check.task_id: HERE})
    settle_answered()
    skills.estimate_project(project_id=cast.project.id, now=timezone.now())
    skill = dict(Skill.objects.values_list("person__username", "estimate"))
    assert skill["an"] < skill["bo"] == skill["chen"]


def test_a_task_is_sent_on_only_where_somebody_may_still_be_asked(cast: Cast) -> None:
    check = drawn(cast, max_overlap=2)
    rejections = {answer_of(check, cast.an).id: WRONG}
    with pytest.raises(NoSeatLeft):
        judge_check(person=cast.rong, check_id=check.id, rejections=rejections, send_on=True)
    with pytest.raises(NothingRejected):
        judge_check(person=cast.rong, check_id=check.id, rejections={}, send_on=True)
    Batch.objects.filter(id=check.task.batch_id).update(state="complete", completed_at=timezone.now())
    with pytest.raises(BatchEnded):
        judge_check(person=cast.rong, check_id=check.id, rejections=rejections, send_on=True)
    GoldTask.objects.create(
        task=check.task, project=cast.project, kind="measure", payload=HERE, origin="review", place=1
    )
    with pytest.raises(TaskIsGold):
        judge_check(person=cast.rong, check_id=check.id, rejections=rejections, send_on=True)
    assert Task.objects.get(id=check.task_id).state == "settled"
    assert not CheckedAnswer.objects.exists()
    assert agreements() == {"an": (1.0, 1), "bo": (1.0, 1)}


def test_a_batch_with_a_task_sent_on_does_not_become_complete(cast: Cast) -> None:
    check = drawn(cast, others=1)
    judge_check(
        person=cast.rong, check_id=check.id, rejections={answer_of(check, cast.an).id: WRONG}, send_on=True
    )
    advance_batches(batch_ids=[check.task.batch_id], now=timezone.now())
    assert Batch.objects.get(id=check.task.batch_id).state == "labelling"


@pytest.mark.parametrize(("sent_on", "state"), [(True, "labelling"), (False, "complete")])
def test_who_counted_before_the_task_was_sent_on_completes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, sent_on: bool, state: str
) -> None:
    """The sending on comes between another worker's count and its update; without it the batch completes."""
    counted = batches._lock
    check = drawn(cast, others=0)
    Batch.objects.filter(id=check.task.batch_id).update(state="labelling", completed_at=None)
    rejections = {answer_of(check, cast.an).id: WRONG}

    def between(batch_id: int) -> Batch:
        monkeypatch.setattr(batches, "_lock", counted)
        if sent_on:
            judge_check(person=cast.rong, check_id=check.id, rejections=rejections, send_on=True)
        return counted(batch_id)

    monkeypatch.setattr(batches, "_lock", between)
    advance_batches(batch_ids=[check.task.batch_id], now=timezone.now())
    assert Batch.objects.get(id=check.task.batch_id).state == state
