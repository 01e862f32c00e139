"""A short shift with everything that happens in one: nothing is lost or doubled, the pay is right."""

from __future__ import annotations

import pytest

from bench.conservation import differences
from bench.shift import Shift, prepare
from tasks.models import Submission

pytestmark = pytest.mark.django_db(transaction=True)


def worked(*, seed: int) -> Shift:
    people, projects = prepare(annotators=6, hours=0.75)
    shift = Shift(people=people, projects=projects, seed=seed)
    shift.run(hours=0.75)
    return shift


@pytest.mark.parametrize("seed", [1, 2])
def test_a_shift_conserves_seats_answers_and_pay(seed: int) -> None:
    shift = worked(seed=seed)
    assert shift.counts["settled"] > 0
    assert shift.counts["crashes"] + shift.counts["drop-outs"] > 0
    assert differences(shift) == []


def test_control_a_lost_answer_is_noticed() -> None:
    shift = worked(seed=3)
    lost = Submission.objects.order_by("id").values_list("id", flat=True)[0]
    shift.made.discard(lost)
    assert differences(shift) == ["0 answers lost, 1 from nowhere"]
