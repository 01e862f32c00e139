"""Answered tasks become settled, get one more seat, or go to a reviewer."""

from __future__ import annotations

import pytest

from review import settle, skills
from review.models import Consensus, CrowdEstimate, Dispute, Skill
from tasks.models import Assignment, Project, Task
from tests.cast import Cast
from tests.factories import box, make_batch, make_person, make_tasks, payload
from tests.labelling import answer, answer_all
from workers.models import Throughput

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    from tests.cast import make_cast

    return make_cast()


def tasks_of(cast: Cast, count: int = 1, **project: object) -> list[Task]:
    Project.objects.filter(id=cast.project.id).update(**project)
    cast.project.refresh_from_db()
    return make_tasks(make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z"), count)


def state(task: Task) -> str:
    return Task.objects.get(id=task.id).state


def test_a_task_on_which_three_agree_is_settled_with_their_fused_answer(cast: Cast) -> None:
    (task,) = tasks_of(cast)
    for person, x in zip([cast.an, cast.bo, cast.chen], [98, 100, 102], strict=True):
        answer(person, cast.project, {task.id: payload(box(x, 100, 200, 150))})
    assert settle.settle_answered() == settle.Tally(taken=1, settled=1)
    consensus = Consensus.objects.get(task=task)
    assert state(task) == "settled"
    assert consensus.source == "machine"
    assert consensus.answers == 3
    assert consensus.payload["shapes"][0]["box"] == pytest.approx([100, 100, 200, 150], abs=1)
    assert len(consensus.payload["shapes"][0]["agreed"]) == 3


def test_agreement_goes_to_the_hour_of_the_submission(cast: Cast) -> None:
    (task,) = tasks_of(cast)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {task.id: HERE})
    settle.settle_answered()
    rollup = Throughput.objects.get(person=cast.an)
    assert rollup.submissions == 1
    assert (rollup.agreement_count, rollup.agreement_sum) == (1, pytest.approx(1.0))


def test_the_only_answer_agrees_with_nobody_but_itself(cast: Cast) -> None:
    tasks_of(cast, overlap=1, max_overlap=1, settle_threshold=0.0)
    task = Task.objects.get()
    answer(cast.an, cast.project, {task.id: HERE})
    settle.settle_answered()
    assert state(task) == "settled"
    assert Throughput.objects.get(person=cast.an).agreement_count == 0


def test_one_more_is_asked_where_it_may_help(cast: Cast) -> None:
    (task,) = tasks_of(cast, overlap=2, max_overlap=5)
    answer(cast.an, cast.project, {task.id: HERE})
    answer(cast.bo, cast.project, {task.id: ELSEWHERE})
    assert settle.settle_answered() == settle.Tally(taken=1, asked=1)
    task.refresh_from_db()
    assert (task.state, task.overlap) == ("open", 3)
    assert task.assignments.filter(state=Assignment.State.OPEN).count() == 1
    assert Throughput.objects.get(person=cast.an).agreement_count == 0


def test_a_task_at_its_maximum_becomes_a_dispute_with_the_machines_proposal(cast: Cast) -> None:
    (task,) = tasks_of(cast, overlap=2, max_overlap=2)
    answer(cast.an, cast.project, {task.id: HERE})
    answer(cast.bo, cast.project, {task.id: ELSEWHERE})
    assert settle.settle_answered() == settle.Tally(taken=1, disputed=1)
    dispute = Dispute.objects.get()
    assert state(task) == "disputed"
    assert dispute.reason in {"existence", "class"}
    assert dispute.where
    assert dispute.value > 0
    assert Consensus.objects.get(task=task).source == "machine"


def test_a_task_that_everybody_has_had_goes_to_a_reviewer_at_once(cast: Cast) -> None:
    (task,) = tasks_of(cast, overlap=2, max_overlap=5)
    cast.chen.is_active = False
    cast.chen.save()
    answer(cast.an, cast.project, {task.id: HERE})
    answer(cast.bo, cast.project, {task.id: ELSEWHERE})
    assert settle.settle_answered().disputed == 1


def test_a_hopeless_task_is_not_asked_again(cast: Cast) -> None:
    """No number of agreeing people reaches certainty, so nobody's time is spent on it."""
    tasks_of(cast, overlap=2, max_overlap=3, settle_threshold=1.0)
    task = Task.objects.get()
    answer(cast.an, cast.project, {task.id: HERE})
    answer(cast.bo, cast.project, {task.id: ELSEWHERE})
    assert settle.settle_answered().disputed == 1


def test_answers_that_break_the_machine_go_to_a_reviewer_and_stop_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = tasks_of(cast, 2)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {broken.id: ELSEWHERE, good.id: HERE})
    from review import weighing

    real = weighing.conclude_many

    def conclude_many(asked):  # type: ignore[no-untyped-def]
        if any(one.answers[0].shapes[0].label == "raspberry-pi-3" for one in asked):
            raise ZeroDivisionError
        return real(asked)

    monkeypatch.setattr(weighing, "conclude_many", conclude_many)
    assert settle.settle_answered() == settle.Tally(taken=2, settled=1, disputed=1)
    assert Dispute.objects.get(task=broken).reason == "error"
    assert not Consensus.objects.filter(task=broken).exists()


def test_a_surplus_answer_is_not_counted(cast: Cast) -> None:
    (task,) = tasks_of(cast, overlap=2, max_overlap=2)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE})
    task.submissions.create(id="0191d8e0-0000-7000-8000-000000000001", annotator=cast.chen, payload=ELSEWHERE)
    settle.settle_answered()
    assert Consensus.objects.get(task=task).answers == 2


def test_a_chunk_takes_a_fixed_number_of_queries(cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    tasks = tasks_of(cast, 12)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {task.id: HERE for task in tasks})
    with django_assert_max_num_queries(26):
        assert settle.settle_answered().settled == 12


def test_skill_rises_with_agreement_and_settling_uses_it(cast: Cast) -> None:
    tasks = tasks_of(cast, 6)
    dan = make_person(site=cast.guiyang)
    Project.objects.filter(id=cast.project.id).update(overlap=4)
    answer_all([cast.an, cast.bo], cast.project, {task.id: HERE for task in tasks})
    answer(dan, cast.project, {task.id: ELSEWHERE for task in tasks})
    Project.objects.filter(id=cast.project.id).update(settle_threshold=0.0)
    settle.settle_answered()
    assert skills.projects_to_estimate() == [cast.project.id]
    assert skills.estimate_project(project_id=cast.project.id, now=tasks[0].image.created_at)
    skill = dict(Skill.objects.values_list("person__username", "estimate"))
    assert skill["an"] > 0.85 > skill[dan.username]
    assert CrowdEstimate.objects.get().settled == 6
    assert skills.projects_to_estimate() == []


def test_the_full_pass_may_be_repeated(cast: Cast) -> None:
    tasks = tasks_of(cast, 2)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {task.id: HERE for task in tasks})
    settle.settle_answered()
    now = tasks[0].image.created_at
    skills.estimate_project(project_id=cast.project.id, now=now)
    first = list(Skill.objects.order_by("person").values_list("person", "estimate", "weight"))
    skills.estimate_project(project_id=cast.project.id, now=now)
    assert first == list(Skill.objects.order_by("person").values_list("person", "estimate", "weight"))


def test_a_client_may_give_any_priority_to_what_everybody_skips(cast: Cast) -> None:
    (task,) = tasks_of(cast, priority=32_000)
    Task.objects.filter(id=task.id).update(stuck_at="2026-11-01T00:00Z")
    assert settle.dispute_skipped() == 1
    assert Dispute.objects.get(task=task).value == 2.0**20
