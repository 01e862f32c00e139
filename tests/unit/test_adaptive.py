"""Adaptive overlap: as few answers as the wanted quality needs, and the forecast of what that takes."""

from __future__ import annotations

from typing import Any

import pytest

from review import settle
from review.adaptive import Wanted, confirms, forecast
from review.models import Consensus, Skill
from review.quality import batch_forecast, set_wanted
from tasks.models import Prediction, Project, Task
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer
from tests.unit.consensus_cases import BOXES_ONLY, shape
from tests.unit.consensus_cases import answer as given

HERE = payload(box(100, 100, 200, 150))
ELSEWHERE = payload(box(600, 400, 200, 150, label="raspberry-pi-3"))
SURE = payload({**box(100, 100, 200, 150), "confidence": 0.95})


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def tasks_of(cast: Cast, wanted: Wanted, count: int = 1, **project: Any) -> list[Task]:
    terms = {"overlap": 1, "max_overlap": 3, "settle_threshold": 0.6, **project}
    Project.objects.filter(id=cast.project.id).update(**terms)
    cast.project.refresh_from_db()
    set_wanted(project=cast.project, wanted=wanted)
    return make_tasks(make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z"), count)


def trust(cast: Cast, estimate: float = 0.97, weight: float = 60.0) -> None:
    Skill.objects.create(
        person=cast.an, project=cast.project, estimate=estimate, weight=weight, updated_at="2026-11-01T00:00Z"
    )


def predicted(task: Task, said: dict[str, Any]) -> None:
    Prediction.objects.create(task=task, model="m", payload=said)


# Settling


def test_answers_are_asked_for_until_the_wanted_accuracy_is_reached(cast: Cast) -> None:
    (task,) = tasks_of(cast, Wanted(accuracy=0.95))
    asked = []
    for person in [cast.an, cast.bo, cast.chen]:
        answer(person, cast.project, {task.id: HERE})
        asked.append(settle.settle_answered().asked)
        if not asked[-1]:
            break
    task.refresh_from_db()
    assert (task.state, asked[0]) == ("settled", 1)
    assert task.answers == len(asked) > 1
    assert Consensus.objects.get(task=task).confidence >= 0.95


def test_without_a_wanted_quality_one_answer_settles(cast: Cast) -> None:
    """The control: the same task in a project that wants nothing more."""
    (task,) = tasks_of(cast, Wanted())
    answer(cast.an, cast.project, {task.id: HERE})
    assert settle.settle_answered().settled == 1


def test_a_wanted_iou_asks_on_where_existence_alone_would_stop(cast: Cast) -> None:
    (task,) = tasks_of(cast, Wanted(accuracy=0.6, iou=0.855), overlap=2)
    answer(cast.an, cast.project, {task.id: HERE})
    answer(cast.bo, cast.project, {task.id: payload(box(120, 110, 200, 150))})
    assert settle.settle_answered().asked == 1


def test_the_best_that_can_be_had_settles_when_it_reaches_the_confidence_to_settle(cast: Cast) -> None:
    (task,) = tasks_of(cast, Wanted(accuracy=0.9999), max_overlap=2)
    answer(cast.an, cast.project, {task.id: HERE})
    settle.settle_answered()
    if Task.objects.get(id=task.id).state == "open":
        answer(cast.bo, cast.project, {task.id: HERE})
        settle.settle_answered()
    assert Task.objects.get(id=task.id).state == "settled"
    assert Consensus.objects.get(task=task).confidence < 0.9999


def test_what_is_below_the_confidence_to_settle_is_still_disputed(cast: Cast) -> None:
    (task,) = tasks_of(cast, Wanted(accuracy=0.95), overlap=2, max_overlap=2)
    answer(cast.an, cast.project, {task.id: HERE})
    answer(cast.bo, cast.project, {task.id: ELSEWHERE})
    assert settle.settle_answered().disputed == 1


def test_a_trusted_answer_that_confirms_a_confident_prediction_is_enough(cast: Cast) -> None:
    (task,) = tasks_of(cast, Wanted(accuracy=0.95, trusts_predictions=True))
    trust(cast)
    predicted(task, SURE)
    answer(cast.an, cast.project, {task.id: payload(box(101, 100, 200, 150))})
    assert settle.settle_answered().settled == 1


@pytest.mark.parametrize(
    ("allowed", "estimate", "weight", "said"),
    [
        (False, 0.97, 60.0, SURE),
        (True, 0.8, 60.0, SURE),
        (True, 0.97, 5.0, SURE),
        (True, 0.97, 60.0, HERE),
        (True, 0.97, 60.0, payload({**box(400, 100, 200, 150), "confidence": 0.99})),
    ],
    ids=["not allowed", "not trusted", "too new", "not confident", "something else"],
)
def test_otherwise_somebody_else_is_asked(
    cast: Cast, allowed: bool, estimate: float, weight: float, said: dict[str, Any]
) -> None:
    (task,) = tasks_of(cast, Wanted(accuracy=0.96, trusts_predictions=allowed))
    trust(cast, estimate, weight)
    predicted(task, said)
    answer(cast.an, cast.project, {task.id: HERE})
    assert settle.settle_answered().asked == 1


def test_an_empty_prediction_confirms_nothing() -> None:
    nothing = given(1, skill=0.98)
    assert not confirms(
        answer=nothing, prediction={"tags": {}, "shapes": []}, weight=99, least=0.9, spec=BOXES_ONLY
    )


def test_a_prediction_is_confirmed_only_by_the_same_class() -> None:
    said = {"tags": {}, "shapes": [{"id": "p", "confidence": 0.99, **shape((1, 1, 50, 50), "fox")}]}
    answers = {label: given(1, shape((1, 1, 50, 50), label), skill=0.98) for label in ("fox", "dog")}
    found = {
        label: confirms(answer=one, prediction=said, weight=99, least=0.9, spec=BOXES_ONLY)
        for label, one in answers.items()
    }
    assert found == {"fox": True, "dog": False}


# The forecast


def test_without_history_the_forecast_lies_between_the_bounds() -> None:
    found = forecast(tasks=1000, done=0, given=[], fewest=2, most=6)
    assert (found.low, found.answers, found.high, found.rests_on) == (2000, 4000, 6000, 0)


def test_history_narrows_it() -> None:
    few = forecast(tasks=1000, done=0, given=[2, 2, 3], fewest=2, most=6)
    many = forecast(tasks=1000, done=0, given=[2, 2, 3] * 300, fewest=2, most=6)
    assert few.high - few.low > 5 * (many.high - many.low)
    assert many.low <= many.answers <= many.high
    assert many.answers == pytest.approx(2333, abs=2)


def test_what_is_done_is_no_longer_uncertain() -> None:
    found = forecast(tasks=1000, done=1000, given=[2, 3, 4] * 30, fewest=2, most=6, done_mean=2.5)
    assert (found.low, found.answers, found.high) == (2500, 2500, 2500)


def test_a_simulated_batch_ends_within_its_forecast() -> None:
    """Tasks take 1 to 5 answers at random; the forecast half way holds the end in most of 200 batches."""
    import random

    chance = random.Random(7)
    held = 0
    for _batch in range(200):
        took = [chance.choice([1, 1, 1, 2, 3, 5]) for _ in range(400)]
        half = took[:200]
        found = forecast(tasks=400, done=200, given=half, fewest=1, most=5, done_mean=sum(half) / 200)
        held += found.low <= sum(took) <= found.high
    assert held >= 180


def test_a_batch_is_forecast_from_what_its_tasks_took(cast: Cast, django_assert_max_num_queries: Any) -> None:
    tasks = tasks_of(cast, Wanted(accuracy=0.95), 4, overlap=2, max_overlap=5)
    done = [task.id for task in tasks[:2]]
    Task.objects.filter(id__in=done).update(
        answers=3, overlap=3, state="settled", settled_at="2026-11-01T00:00Z"
    )
    for task in done:
        Consensus.objects.create(task_id=task, source="machine", payload={}, confidence=1.0, answers=3)
    tasks[0].job.__class__.objects.update(settled=2, answered=2)
    with django_assert_max_num_queries(5):
        found = batch_forecast(batch=tasks[0].batch)
    assert (found.tasks, found.answers, found.rests_on) == (4, 12, 2)
    assert 6 + 4 <= found.low <= 12 <= found.high <= 6 + 10


def test_wanted_quality_is_kept_within_its_bounds(cast: Cast) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="wanted_quality_is_a_share"), transaction.atomic():
        set_wanted(project=cast.project, wanted=Wanted(accuracy=1.5))
