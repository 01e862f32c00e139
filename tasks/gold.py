"""Tasks with a known answer, and who has to practise. The claim mixes them in (gold.sql, queue.sql).

Only this file makes and retires gold, and only it writes `Entrance.state`. What an answer to gold is worth,
and what follows from it, is review's. Why it is built so: docs/decisions/gold-seats.md.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict
from tasks.models import Entrance, GoldTask, Project, Task
from workers.models import Person

# An answer to gold may be corrected so long, as one to a task that is not settled yet; score it later.
OPEN_FOR = timedelta(minutes=15)
_RING = 2**62


class NotSettled(Conflict):
    code = "not_settled"
    detail = _("Only a settled task can become gold.")


def make_gold(
    *,
    answers: Mapping[int, dict[str, Any]],
    kind: GoldTask.Kind,
    origin: GoldTask.Origin,
    by: Person | None,
    rng: random.Random,
) -> list[GoldTask]:
    """Let settled tasks be given as gold; `answers` are the known ones (checked payloads) by task.

    Practice is given in this order, after what there is; gold that measures lies anywhere in the ring. A task
    that is gold already keeps what it has. Raises NotSettled.
    """
    tasks = {task.id: task for task in Task.objects.filter(id__in=answers, state=Task.State.SETTLED)}
    if len(tasks) < len(answers):
        raise NotSettled
    places = _places([tasks[id_].project_id for id_ in answers], kind=kind, rng=rng)
    rows = [
        GoldTask(
            task=tasks[id_],
            project_id=tasks[id_].project_id,
            kind=kind,
            payload=payload,
            origin=origin,
            place=place,
            made_by=by,
        )
        for (id_, payload), place in zip(answers.items(), places, strict=True)
    ]
    GoldTask.objects.bulk_create(rows, ignore_conflicts=True)
    return list(GoldTask.objects.filter(task__in=answers).order_by("place"))


def retire_gold(*, task_ids: Sequence[int], why: str, now: datetime) -> int:
    """Give these to nobody any more; who holds one may still answer it. Returns how many were in use."""
    in_use = GoldTask.objects.filter(task__in=task_ids, retired_at=None)
    return in_use.update(retired_at=now, retired_why=why[:200])


def entrance(*, person_id: int, project_id: int) -> Entrance:
    """How far the person is in the project; a newcomer's is made."""
    row, _made = Entrance.objects.get_or_create(person_id=person_id, project_id=project_id)
    return row


def set_entrance(
    *, person_id: int, project_id: int, state: Entrance.State, reason: str, now: datetime
) -> bool:
    """Let somebody in, or send them to practise; their next claim follows. False: it was so before."""
    row = entrance(person_id=person_id, project_id=project_id)
    others = Entrance.objects.filter(id=row.id).exclude(state=state)
    return bool(others.update(state=state, reason=reason[:300], changed_at=now))


def must_practise(*, person_id: int, project: Project) -> bool:
    """Whether the project gives this person practice in place of work."""
    if project.practice_pass_mark is None:
        return False
    passed = Entrance.objects.filter(person=person_id, project=project, state=Entrance.State.PASSED)
    return not passed.exists()


def _places(projects: Sequence[int], *, kind: GoldTask.Kind, rng: random.Random) -> list[int]:
    if kind == GoldTask.Kind.MEASURE:
        return [rng.randrange(_RING) for _project in projects]
    ends = GoldTask.objects.filter(kind=kind, project__in=projects).aggregate(last=Max("place"))
    last = -1 if ends["last"] is None else int(ends["last"])
    return [last + 1 + number for number in range(len(projects))]
