"""A reviewer's verdict: once, on what they may see, never on their own answer, always to the schema."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotator.errors import Forbidden, NotVisible
from review import adjudicate as module
from review import disputes, skills
from review.adjudicate import (
    AlreadyResolved,
    NoSeatLeft,
    OwnAnswer,
    Verdict,
    VerdictReused,
    adjudicate,
    ask_one_more,
)
from review.models import Adjudication, Consensus, Dispute, Skill
from review.settle import dispute_skipped, settle_answered
from tasks import queue
from tasks.models import Assignment, Project, Task
from tasks.payloads import PayloadRefused
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_person, make_tasks, payload
from tests.labelling import answer, dispute
from workers.models import Person, Role, Throughput

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def disputed(cast: Cast, *, max_overlap: int = 2) -> Dispute:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=max_overlap)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z"), 1)
    if max_overlap > 2:
        Person.objects.filter(pk=cast.chen.pk).update(is_active=False)
    return dispute([cast.an, cast.bo], task, [HERE, ELSEWHERE])


def verdict(**fields: object) -> Verdict:
    return Verdict(**{"id": uuid.uuid4(), "payload": HERE, **fields})  # type: ignore[arg-type]


def test_a_verdict_settles_the_task_and_scores_the_answers(cast: Cast) -> None:
    case = disputed(cast)
    picked = case.task.submissions.get(annotator=cast.an)
    made, new = adjudicate(person=cast.rong, dispute_id=case.id, verdict=verdict(picked=picked.id))
    consensus = Consensus.objects.get(task=case.task)
    assert new
    assert made.picked_id == picked.id
    assert Task.objects.get(id=case.task_id).state == "settled"
    assert (consensus.source, consensus.confidence) == ("adjudication", 1.0)
    assert consensus.payload["shapes"][0]["agreed"] == [str(picked.id)]
    agreement = dict(Throughput.objects.values_list("person__username", "agreement_sum"))
    assert agreement == {"an": 1.0, "bo": 0.0}
    assert Dispute.objects.get(id=case.id).resolved_at is not None


def test_a_replay_is_one_verdict(cast: Cast) -> None:
    case, given = disputed(cast), verdict()
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=given)
    assert adjudicate(person=cast.rong, dispute_id=case.id, verdict=given)[1] is False
    assert Adjudication.objects.count() == 1
    assert Throughput.objects.get(person=cast.an).agreement_count == 1


def test_the_second_reviewer_hears_that_somebody_was_first(cast: Cast) -> None:
    case = disputed(cast)
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=verdict())
    with pytest.raises(AlreadyResolved):
        adjudicate(person=cast.hu, dispute_id=case.id, verdict=verdict(payload=ELSEWHERE))
    assert Consensus.objects.get(task=case.task).payload["shapes"][0]["class"] == "esp8266"


def test_the_same_id_cannot_judge_two_disputes(cast: Cast) -> None:
    first, second, given = disputed(cast), disputed(cast), verdict()
    adjudicate(person=cast.rong, dispute_id=first.id, verdict=given)
    with pytest.raises(VerdictReused):
        adjudicate(person=cast.rong, dispute_id=second.id, verdict=given)


def test_nobody_judges_their_own_answer(cast: Cast) -> None:
    case = disputed(cast)
    Person.objects.filter(pk=cast.an.pk).update(role=Role.REVIEWER)
    former = Person.objects.get(pk=cast.an.pk)
    assert not disputes.open_disputes_of(former).exists()
    with pytest.raises(OwnAnswer):
        adjudicate(person=former, dispute_id=case.id, verdict=verdict())
    with pytest.raises(OwnAnswer):
        ask_one_more(person=former, dispute_id=case.id)


def test_a_verdict_must_fit_the_schema(cast: Cast) -> None:
    case = disputed(cast)
    with pytest.raises(PayloadRefused):
        adjudicate(
            person=cast.rong,
            dispute_id=case.id,
            verdict=verdict(payload=payload(box(0, 0, 9, 9, label="cat"))),
        )
    assert Task.objects.get(id=case.task_id).state == "disputed"


def test_a_reviewer_of_another_site_sees_nothing(cast: Cast) -> None:
    case = disputed(cast)
    assert not disputes.open_disputes_of(cast.dai).exists()
    with pytest.raises(NotVisible):
        adjudicate(person=cast.dai, dispute_id=case.id, verdict=verdict())


def test_an_image_that_cannot_be_labelled_is_settled_and_excluded(cast: Cast) -> None:
    case = disputed(cast)
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=verdict(payload={}, excluded=True))
    consensus = Consensus.objects.get(task=case.task)
    assert consensus.excluded
    assert consensus.payload["shapes"] == []
    assert Throughput.objects.get(person=cast.an).agreement_count == 0


def test_one_more_answer_may_settle_it_without_a_reviewer(cast: Cast) -> None:
    case = disputed(cast, max_overlap=6)
    crew = [make_person(site=cast.guiyang) for _ in range(4)]
    ask_one_more(person=cast.rong, dispute_id=case.id)
    assert Dispute.objects.get(id=case.id).resolved_at is not None
    for person in crew:
        answer(person, cast.project, {case.task_id: HERE})
        settle_answered()
        if Task.objects.get(id=case.task_id).state == "settled":
            break
    assert Consensus.objects.get(task=case.task).source == "machine"
    assert Task.objects.get(id=case.task_id).state == "settled"


def test_no_more_is_asked_than_the_maximum(cast: Cast) -> None:
    case = disputed(cast)
    with pytest.raises(NoSeatLeft):
        ask_one_more(person=cast.rong, dispute_id=case.id)
    assert Dispute.objects.get(id=case.id).resolved_at is None


def test_the_most_valuable_disputes_come_first_and_are_held(cast: Cast) -> None:
    low, high = disputed(cast), disputed(cast)
    Dispute.objects.filter(id=low.id).update(value=0.5)
    Dispute.objects.filter(id=high.id).update(value=2.0)
    now = timezone.now()

    def take(person: Person, want: int, at: datetime = now, besides: tuple[int, ...] = ()) -> list[int]:
        taken = disputes.take_disputes(
            person=person, project=cast.project, want=want, besides=besides, now=at
        )
        return [one.id for one in taken]

    assert take(cast.rong, 1) == [high.id]
    assert take(cast.hu, 5) == [low.id]
    assert take(cast.rong, 5) == [high.id]
    assert take(cast.rong, 5, besides=(high.id,)) == []
    assert disputes.let_go(person=cast.hu, dispute_ids=[low.id, high.id]) == 1
    assert take(cast.rong, 5) == [high.id, low.id]
    assert take(cast.hu, 5, at=now + timedelta(minutes=6)) == [high.id, low.id]


def test_a_dispute_is_worth_its_doubts_doubled_by_each_step_of_priority(cast: Cast) -> None:
    plain = disputed(cast)
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z", priority=3)
    (task,) = make_tasks(batch, 1)
    urgent = dispute([cast.an, cast.bo], task, [HERE, ELSEWHERE])
    assert 0 < plain.value <= 2
    assert urgent.value == pytest.approx(8 * plain.value)
    taken = disputes.take_disputes(
        person=cast.rong, project=cast.project, want=1, besides=(), now=timezone.now()
    )
    assert taken == [urgent]


def test_the_next_dispute_is_read_from_the_index_however_many_wait(cast: Cast) -> None:
    case = disputed(cast)
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO review_dispute (task_id, project_id, reason, "where", value, resolved_at) '
            "SELECT %s, %s, 'class', '', random(), now() FROM generate_series(1, 5000)",
            [case.task_id, case.project_id],
        )
        cursor.execute("ANALYZE review_dispute")
    waiting = disputes.open_disputes_of(cast.rong).filter(project=cast.project).order_by("-value", "id")[:5]
    assert "disputes_to_settle" in waiting.explain()


def test_the_queues_count_only_what_this_reviewer_may_settle(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    disputed(cast)
    with django_assert_num_queries(2):
        assert [(q.project.id, q.waiting) for q in disputes.queues_of(cast.rong)] == [(cast.project.id, 1)]
    assert disputes.queues_of(cast.dai) == []


def test_a_task_that_too_many_skip_goes_to_a_reviewer(cast: Cast) -> None:
    (task,) = make_tasks(make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z"), 1)
    for person in [cast.an, cast.bo, cast.chen]:
        for seat in queue.claim(annotator_id=person.pk, project_id=cast.project.id, count=1):
            queue.skip(
                annotator_id=person.pk,
                assignment_id=seat.assignment,
                token=seat.token,
                reason=Assignment.SkipReason.BROKEN,
                note="",
            )
    assert dispute_skipped() == 1
    assert dispute_skipped() == 0
    case = Dispute.objects.get(task=task)
    assert case.reason == "skipped"
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=verdict(excluded=True))
    assert Task.objects.get(id=task.id).state == "settled"


def test_only_reviewers_at_work_review(cast: Cast) -> None:
    for person in [cast.an, cast.sun, cast.ada]:
        with pytest.raises(Forbidden):
            disputes.check_reviewer(person)
    cast.rong.paused_at = timezone.now()
    with pytest.raises(Forbidden):
        disputes.check_reviewer(cast.rong)


def test_a_verdict_is_evidence_about_skill(cast: Cast) -> None:
    case = disputed(cast)
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=verdict())
    skills.estimate_project(project_id=cast.project.id, now=timezone.now())
    skill = dict(Skill.objects.values_list("person__username", "estimate"))
    assert skill["an"] > skill["bo"]


def test_nothing_is_kept_when_the_task_was_settled_meanwhile(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = disputed(cast)
    monkeypatch.setattr(module.states, "settle_tasks", lambda **_: [])
    with pytest.raises(AlreadyResolved):
        adjudicate(person=cast.rong, dispute_id=case.id, verdict=verdict())
    assert not Adjudication.objects.exists()
