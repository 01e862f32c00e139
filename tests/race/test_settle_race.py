"""Several settlers, reviewers and releases at once. Each control shows that the race is real."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from annotator.errors import DomainError
from review import answered as answered_tasks
from review import moment, settle
from review.adjudicate import Verdict, adjudicate
from review.models import Adjudication, Consensus, Dispute
from review.releases import request_release
from tasks import states
from tasks.models import Job, Project, Task
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all, dispute
from tests.race.crowd import all_at_once
from workers.models import Person, Throughput

pytestmark = pytest.mark.django_db(transaction=True)
SETTLERS, TASKS = 6, 48
HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def answered(cast: Cast, count: int = TASKS) -> list[Task]:
    tasks = make_tasks(make_batch(cast.project), count)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {task.id: HERE for task in tasks})
    return tasks


def settle_until_dry(_: int) -> int:
    total = 0
    while done := settle.settle_answered(chunk=5).settled:
        total += done
    return total


def agreements() -> int:
    counted: int = Throughput.objects.aggregate(n=Sum("agreement_count"))["n"] or 0
    return counted


def test_each_task_is_settled_once_however_many_settle(cast: Cast) -> None:
    answered(cast)
    settled = all_at_once(settle_until_dry, range(SETTLERS))
    assert sum(settled) == TASKS
    assert Consensus.objects.count() == Task.objects.filter(state="settled").count() == TASKS
    assert agreements() == 3 * TASKS
    assert Job.objects.get().settled == TASKS


def test_control_without_the_lock_agreement_counts_twice(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a settler does that reads the answered tasks without locking them."""
    answered(cast, 5)
    together = threading.Barrier(2)
    real = settle.weigh_cases

    def weigh_together(cases: list[answered_tasks.Case]) -> list[settle.Finding]:
        together.wait(timeout=60)
        return real(cases)

    monkeypatch.setattr(answered_tasks, "LOCK", "")
    monkeypatch.setattr(settle, "weigh_cases", weigh_together)
    all_at_once(lambda _: settle.settle_answered(), range(2))
    assert agreements() == 2 * 3 * 5


def disputed(cast: Cast) -> Dispute:
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    return dispute([cast.an, cast.bo], task, [HERE, ELSEWHERE])


def test_of_two_reviewers_at_once_one_is_first_and_the_other_is_told(cast: Cast) -> None:
    for _ in range(5):
        case = disputed(cast)

        def judge(person: Person, case: Dispute = case) -> str:
            try:
                adjudicate(person=person, dispute_id=case.id, verdict=Verdict(uuid.uuid4(), HERE))
            except DomainError as error:
                return error.code
            return "settled"

        assert sorted(all_at_once(judge, [cast.rong, cast.hu])) == ["already_resolved", "settled"]
    assert Adjudication.objects.count() == 5
    assert agreements() == 5 * 2


def test_one_verdict_sent_twice_at_once_is_one_verdict(cast: Cast) -> None:
    case, given = disputed(cast), Verdict(uuid.uuid4(), HERE)
    made = all_at_once(
        lambda person: adjudicate(person=person, dispute_id=case.id, verdict=given)[1], [cast.rong] * 4
    )
    assert sorted(made) == [False, False, False, True]
    assert agreements() == 2


def release_while_settling(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Ask for a release while a chunk has stamped its tasks but not yet committed them; returns how many
    tasks the release was told to hold, and how many bear a stamp from before its cut-off in the end."""
    answered(cast, 1)
    settle.settle_answered()
    answered(cast, 4)
    stamped, asked = threading.Event(), threading.Event()
    real = states.settle_tasks

    def settle_slowly(**values: object) -> list[int]:
        changed = real(**values)  # type: ignore[arg-type]
        stamped.set()
        asked.wait(timeout=2)
        return changed

    monkeypatch.setattr(settle.states, "settle_tasks", settle_slowly)

    def settler() -> None:
        settle.settle_answered()
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(settler)
        assert stamped.wait(timeout=60)
        release = request_release(project=cast.project, batch=None, formats=["coco"], person=None)
        asked.set()
        done.result()
    return release.total, Task.objects.filter(settled_at__lte=release.cutoff_at).count()


def test_a_release_waits_for_what_is_being_settled(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told, stamped = release_while_settling(cast, monkeypatch)
    assert told == stamped == 5


def test_control_without_the_lock_a_release_misses_what_it_should_hold(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(*, lock: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]

    monkeypatch.setattr(moment, "_moment", unlocked)
    told, stamped = release_while_settling(cast, monkeypatch)
    assert (told, stamped) == (1, 5)


def test_a_moment_belongs_to_a_transaction(cast: Cast) -> None:
    with pytest.raises(RuntimeError):
        moment.cutoff_moment()
    with transaction.atomic():
        assert moment.settling_moment() <= moment.settling_moment()
