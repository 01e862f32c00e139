"""Gold: where it comes from, how answers to it are marked, what follows for people and what does not."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotator.errors import NotVisible
from review.consequences import Action, apply_rules, reason_of, set_rules
from review.gold import promote, retire, supply_gold
from review.marking import mark_measured
from review.models import Consensus, Consequence, Dispute, GoldScore, Quality, Skill
from review.settle import settle_answered
from review.skills import estimate_project
from tasks import gold, queue
from tasks.models import Batch, Entrance, GoldTask, Project, Submission, Task
from tasks.pointed import Pointed
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all, dispute
from workers.models import Earning, Notice, Person, Throughput

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
KIND = GoldTask.Kind
LATER = gold.OPEN_FOR + timedelta(seconds=5)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def project_with(cast: Cast, **terms: Any) -> Project:
    """The project under these terms, with work for everybody: gold is only mixed into work."""
    Project.objects.filter(id=cast.project.id).update(**{"overlap": 2, "max_overlap": 2, **terms})
    cast.project.refresh_from_db()
    make_tasks(make_batch(cast.project, priority=-5), 3, overlap=2)
    return cast.project


def batch_of(cast: Cast) -> Batch:
    return make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")


def supply(
    batch: Batch, tasks: list[Task], said: dict[str, Any] = HERE, kind: KIND = KIND.MEASURE
) -> list[str]:
    items = [Pointed(payload=said, image=task.image_id) for task in tasks]
    found = supply_gold(batch=batch, kind=kind, items=items, by=None, rng=random.Random(1))
    return [outcome.code or outcome.status for outcome in found]


def give(person: Person, project: Project, said: dict[str, Any], count: int = 1) -> list[Submission]:
    """Claim seats and answer each one alike."""
    sent = []
    for seat in queue.claim(annotator_id=person.id, project_id=project.id, count=count):
        id_ = uuid.uuid4()
        given = queue.Answer(id_, seat.assignment, seat.token, seat.task, said, 1000)
        assert queue.submit(annotator_id=person.id, answer=given) == "accepted"
        sent.append(id_)
    return list(Submission.objects.filter(id__in=sent))


def purposes(given: list[Submission]) -> list[str]:
    return sorted(submission.purpose for submission in given)


def measured(cast: Cast, person: Person, said: dict[str, Any], count: int = 1) -> list[GoldScore]:
    """Give gold to a person alone: a project that mixes in nothing but gold."""
    batch = batch_of(cast)
    assert set(supply(batch, make_tasks(batch, count))) == {"stored"}
    Project.objects.filter(id=cast.project.id).update(gold_rate=1.0)
    assert len(give(person, cast.project, said, count)) == count
    return mark_measured(now=timezone.now() + LATER)


# Where it comes from


def test_a_known_answer_settles_its_task_and_asks_nobody_any_more(cast: Cast) -> None:
    project_with(cast)
    batch = batch_of(cast)
    known, other = make_tasks(batch, 2)
    assert supply(batch, [known]) == ["stored"]
    known.refresh_from_db()
    assert (known.state, known.assignments.count()) == ("settled", 0)
    consensus = Consensus.objects.get(task=known)
    assert (consensus.source, consensus.confidence) == ("client", 1.0)
    assert consensus.payload["shapes"][0]["box"] == [100, 100, 200, 150]
    assert other.assignments.count() == 2


def test_the_batch_is_complete_when_the_last_answer_is_known(cast: Cast) -> None:
    batch = batch_of(cast)
    supply(batch, make_tasks(batch, 2))
    assert Batch.objects.get(id=batch.id).state == "complete"


def test_known_answers_resolve_a_dispute_and_judge_the_answers_given(cast: Cast) -> None:
    project_with(cast)
    batch = batch_of(cast)
    (task,) = make_tasks(batch, 1)
    dispute([cast.an, cast.bo], task, [HERE, ELSEWHERE])
    supply(batch, [task])
    assert not Dispute.objects.filter(resolved_at=None).exists()
    right, wrong = Submission.objects.order_by("created_at")
    agreement = Consensus.objects.get(task=task).payload["agreement"]
    assert (agreement[str(right.id)], agreement[str(wrong.id)]) == (1.0, 0.0)


def test_what_does_not_fit_the_schema_is_refused_alone(cast: Cast) -> None:
    batch = batch_of(cast)
    tasks = make_tasks(batch, 2)
    bad = Pointed(payload=payload(box(5000, 5000, 10, 10)), image=tasks[0].image_id)
    good = Pointed(payload=HERE, image=tasks[1].image_id)
    found = supply_gold(batch=batch, kind=KIND.MEASURE, items=[bad, good], by=None, rng=random.Random(1))
    assert [outcome.code for outcome in found] == ["outside", ""]
    assert set(GoldTask.objects.values_list("task", flat=True)) == {tasks[1].id}


def test_a_reviewer_promotes_what_is_settled_and_nothing_else(cast: Cast) -> None:
    project_with(cast)
    settled, open_ = make_tasks(batch_of(cast), 2)
    answer_all([cast.an, cast.bo], cast.project, {settled.id: HERE})
    settle_answered()
    made = promote(
        project=cast.project, task_id=settled.id, kind=KIND.MEASURE, by=cast.rong, rng=random.Random(1)
    )
    (shape,) = made.payload["shapes"]
    assert set(shape) == {"id", "class", "type", "box", "attributes"}
    assert made.origin == "review"
    with pytest.raises(NotVisible):
        promote(project=cast.project, task_id=open_.id, kind=KIND.MEASURE, by=cast.rong, rng=random.Random(1))


def test_who_answered_a_task_is_never_measured_by_it(cast: Cast) -> None:
    project_with(cast, gold_rate=1.0)
    (task,) = make_tasks(batch_of(cast), 1)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    settle_answered()
    promote(project=cast.project, task_id=task.id, kind=KIND.MEASURE, by=cast.rong, rng=random.Random(1))
    assert purposes(give(cast.an, cast.project, HERE, 2)) == ["work", "work"]
    assert purposes(give(cast.chen, cast.project, HERE, 2)) == ["measure", "work"]
    assert purposes(give(cast.chen, cast.project, HERE)) == ["work"]


def test_a_retired_one_is_given_to_nobody(cast: Cast) -> None:
    project_with(cast, gold_rate=1.0)
    batch = batch_of(cast)
    (task,) = make_tasks(batch, 1)
    supply(batch, [task])
    for _again in range(2):
        retire(project=cast.project, task_id=task.id, now=timezone.now())
    assert purposes(give(cast.an, cast.project, HERE)) == ["work"]


# Marking


def test_an_answer_is_marked_by_the_consensus_own_measure(cast: Cast) -> None:
    project_with(cast)
    (right,) = measured(cast, cast.an, HERE)
    (wrong,) = measured(cast, cast.bo, ELSEWHERE)
    assert (right.score, wrong.score) == (1.0, 0.0)


def test_an_answer_is_marked_once_and_not_before_it_can_no_longer_be_corrected(cast: Cast) -> None:
    project_with(cast, gold_rate=1.0)
    batch = batch_of(cast)
    supply(batch, make_tasks(batch, 1))
    give(cast.an, cast.project, HERE)
    assert mark_measured(now=timezone.now()) == []
    assert [len(mark_measured(now=timezone.now() + LATER)) for _again in range(2)] == [1, 0]
    rollup = Throughput.objects.get(person=cast.an)
    assert (rollup.agreement_count, rollup.agreement_sum) == (1, 1.0)


def test_an_answer_to_gold_is_paid_as_any_other_and_is_no_vote(cast: Cast) -> None:
    project_with(cast)
    measured(cast, cast.an, ELSEWHERE)
    assert Earning.objects.get(person=cast.an).amount == cast.project.price
    assert settle_answered().taken == 0
    assert GoldTask.objects.get().task.answers == 0


def test_marks_are_evidence_on_skill(cast: Cast) -> None:
    project_with(cast)
    measured(cast, cast.an, HERE, count=3)
    measured(cast, cast.bo, ELSEWHERE, count=3)
    estimate_project(project_id=cast.project.id, now=timezone.now())
    skills = dict(Skill.objects.values_list("person", "estimate"))
    assert skills[cast.an.id] > 0.85 > skills[cast.bo.id]


def test_gold_that_many_people_have_seen_is_retired(cast: Cast) -> None:
    project_with(cast, gold_rate=1.0)
    Quality.objects.create(project=cast.project, gold_seen_by=2)
    batch = batch_of(cast)
    supply(batch, make_tasks(batch, 1))
    for person in [cast.an, cast.bo]:
        assert GoldTask.objects.get().retired_at is None
        give(person, cast.project, HERE)
        mark_measured(now=timezone.now() + LATER)
    assert GoldTask.objects.get().retired_why == "leaked"
    assert purposes(give(cast.chen, cast.project, HERE)) == ["work"]


def test_gold_that_breaks_the_machine_stops_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    project_with(cast, gold_rate=1.0)
    batch = batch_of(cast)
    broken, good = make_tasks(batch, 2)
    supply(batch, [broken, good])
    give(cast.an, cast.project, HERE, count=2)
    from review import marking

    real = marking.mark

    def mark(submission: Submission) -> GoldScore:
        if submission.task_id == broken.id:
            raise ZeroDivisionError
        return real(submission)

    monkeypatch.setattr(marking, "mark", mark)
    assert [score.task_id for score in mark_measured(now=timezone.now() + LATER)] == [good.id]
    assert mark_measured(now=timezone.now() + LATER) == []
    assert GoldTask.objects.get(task=broken).retired_why == "unmarkable"


# What follows


def test_too_low_a_mean_tells_the_supervisor_and_the_annotator_once(cast: Cast) -> None:
    set_rules(project=project_with(cast), rules=[(Action.NOTIFY, 0.7, 3)])
    assert apply_rules(scores=measured(cast, cast.an, ELSEWHERE, count=2), now=timezone.now()) == []
    (made,) = apply_rules(scores=measured(cast, cast.an, ELSEWHERE), now=timezone.now())
    assert (made.person, made.mean, made.over) == (cast.an, 0.0, 3)
    assert "0%" in reason_of(made)
    assert "70%" in reason_of(made)
    told = set(Notice.objects.values_list("person", "kind"))
    assert told == {(cast.sun.id, "gold_notify"), (cast.an.id, "told")}


def test_a_rule_that_is_kept_has_no_consequence(cast: Cast) -> None:
    set_rules(project=project_with(cast), rules=[(Action.PAUSE, 0.7, 3)])
    assert apply_rules(scores=measured(cast, cast.an, HERE, count=3), now=timezone.now()) == []
    assert not Consequence.objects.exists()


def test_a_pause_stops_the_person(cast: Cast) -> None:
    set_rules(project=project_with(cast), rules=[(Action.PAUSE, 0.7, 2)])
    apply_rules(scores=measured(cast, cast.an, ELSEWHERE, count=2), now=timezone.now())
    cast.an.refresh_from_db()
    assert cast.an.is_paused
    assert queue.claim(annotator_id=cast.an.id, project_id=None, count=1) == []


def test_back_to_practice_is_what_it_says(cast: Cast) -> None:
    project = project_with(cast, practice_pass_mark=0.8)
    batch = batch_of(cast)
    supply(batch, make_tasks(batch, 2), kind=KIND.PRACTICE)
    gold.set_entrance(
        person_id=cast.an.id,
        project_id=project.id,
        state=Entrance.State.PASSED,
        reason="",
        now=timezone.now(),
    )
    set_rules(project=project, rules=[(Action.PRACTICE, 0.7, 2)])
    apply_rules(scores=measured(cast, cast.an, ELSEWHERE, count=2), now=timezone.now())
    entrance = Entrance.objects.get(person=cast.an)
    assert entrance.state == "sent_back"
    assert "0%" in entrance.reason
    (seat,) = queue.claim(annotator_id=cast.an.id, project_id=project.id, count=1)
    assert seat.purpose == "practice"


def test_nobody_is_sent_to_practice_that_is_not_there(cast: Cast) -> None:
    project = project_with(cast, practice_pass_mark=0.8)
    gold.set_entrance(
        person_id=cast.an.id,
        project_id=project.id,
        state=Entrance.State.PASSED,
        reason="",
        now=timezone.now(),
    )
    set_rules(project=project, rules=[(Action.PRACTICE, 0.7, 2)])
    (made,) = apply_rules(scores=measured(cast, cast.an, ELSEWHERE, count=2), now=timezone.now())
    assert made.action == Action.NOTIFY
    assert Entrance.objects.get(person=cast.an).state == "passed"
