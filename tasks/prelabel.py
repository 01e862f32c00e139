"""Showing images to a client's model before people see them. Rows wait, workers pull a few images at a time.

The answers become predictions: drafts, never votes. Nobody waits for them: an image that is claimed before
the model has answered is labelled without. What people have answered, and what the client uploaded a
prediction for, is not asked about. Gold is: by an image without a draft people would know it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict
from tasks.doors import AnswerRefused, ModelFailed, Said, ask_model, note_answer, note_failure
from tasks.models import Batch, GoldTask, Job, ModelDoor, Prediction, Prelabelling, Task
from tasks.storage import StorageUnavailable

State = Prelabelling.State
# Images asked about at once, and in one turn of a worker.
AT_ONCE, TURN = 4, 8
# Waits after the first, second ... failure; then it is given up until somebody asks anew.
BACKOFF = [timedelta(minutes=m) for m in (0.5, 2, 10, 30, 60)]
_SPARE = timedelta(seconds=60)
_IN_WORK = [Batch.State.OPEN, Batch.State.INGESTING, Batch.State.LABELLING]


class NoModel(Conflict):
    code = "no_model"
    detail = _("This project has no model that could be asked.")


@dataclass
class Turn:
    """What one turn came to. `upto`: every task up to here has been asked about."""

    upto: int
    drafts: list[tuple[Task, Said]] = field(default_factory=list)
    silent: int = 0
    refused: int = 0
    last_refusal: str = ""
    failure: ModelFailed | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a batch: jobs that wait for the model, and what has come of its images."""

    waiting: int
    stopped: int
    stored: int
    silent: int
    refused: int
    last_refusal: str = ""


def prelabel_batch(*, batch: Batch) -> int:
    """Ask the model about each ingested image of a batch that nobody has answered; jobs that were given up go
    on where they stopped. Returns how many jobs wait now."""
    if not ModelDoor.objects.filter(project=batch.project_id, is_active=True).exists():
        raise NoModel
    _enqueue(Job.objects.filter(batch=batch))
    mine = Prelabelling.objects.filter(job__batch=batch)
    again = mine.exclude(state=State.WAITING)
    again.filter(state=State.DONE).update(position=0, stored=0, silent=0, refused=0, last_refusal="")
    again.update(state=State.WAITING, attempts=0, next_attempt_at=Now())
    return mine.filter(state=State.WAITING).count()


def enqueue_new() -> None:
    """Jobs ingested since their project's door asks for every new batch."""
    asked_for = Q(
        batch__project__door__is_active=True,
        batch__project__door__prelabels_from__lte=F("batch__created_at"),
    )
    # A batch of nothing but gold is complete at once.
    golden = GoldTask.objects.filter(retired_at=None).values("task__job")
    _enqueue(Job.objects.filter(asked_for, Q(batch__state__in=_IN_WORK) | Q(id__in=golden)))


def progress_of(*, batches: list[int]) -> dict[int, Progress]:
    """By batch, of those that the model was asked about; one query."""
    rows = Prelabelling.objects.filter(job__batch__in=batches).values("job__batch")
    sums = rows.annotate(
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        stopped=Count("pk", filter=Q(state=State.STOPPED)),
        all_stored=Sum("stored"),
        all_silent=Sum("silent"),
        all_refused=Sum("refused"),
        newest_refusal=Max("last_refusal"),
    )
    return {
        row["job__batch"]: Progress(
            waiting=row["waiting"],
            stopped=row["stopped"],
            stored=row["all_stored"],
            silent=row["all_silent"],
            refused=row["all_refused"],
            last_refusal=row["newest_refusal"],
        )
        for row in sums
    }


def prelabel_due(*, now: datetime) -> bool:
    """One turn of one job that is due; False when there is none."""
    row = _take(now=now)
    if row is None:
        return False
    door = row.job.batch.project.door
    tasks = list(_to_ask(row)[:TURN])
    turn = _ask_all(door, tasks, now=now, start=row.position)
    if turn.failure:
        note_failure(door=door, failure=turn.failure, now=now)
    elif tasks:
        note_answer(door=door, now=now)
    _record(row, turn, is_last=len(tasks) < TURN, now=now)
    return True


def _enqueue(jobs: QuerySet[Job]) -> None:
    known = Exists(Prelabelling.objects.filter(job=OuterRef("id")))
    fresh = jobs.filter(~known, state=Job.State.DONE, ready__gt=0).values_list("id", flat=True)
    waiting = [Prelabelling(job_id=job) for job in fresh.order_by("id")]
    Prelabelling.objects.bulk_create(waiting, ignore_conflicts=True, batch_size=1000)


def _take(*, now: datetime) -> Prelabelling | None:
    """The row that is due longest, put off beyond its own time limit: a killed worker loses nothing."""
    with transaction.atomic():
        due = Prelabelling.objects.filter(
            state=State.WAITING, next_attempt_at__lte=now, job__batch__project__door__is_active=True
        )
        row = (
            due.select_related("job__batch__project__door")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_attempt_at")
            .first()
        )
        if row is None:
            return None
        seconds = row.job.batch.project.door.seconds
        row.next_attempt_at = now + timedelta(seconds=seconds * (TURN // AT_ONCE)) + _SPARE
        row.save(update_fields=["next_attempt_at"])
    return row


def _to_ask(row: Prelabelling) -> QuerySet[Task]:
    foretold = Exists(Prediction.objects.filter(task=OuterRef("id")))
    is_new = Q(state=Task.State.OPEN, answers=0)
    is_gold = Q(gold__isnull=False, gold__retired_at=None)
    waiting = Task.objects.filter(~foretold, is_new | is_gold, job=row.job_id, id__gt=row.position)
    return waiting.select_related("image", "schema").order_by("id")


def _ask_all(door: ModelDoor, tasks: list[Task], *, now: datetime, start: int) -> Turn:
    def ask_one(task: Task) -> Said | ModelFailed | AnswerRefused | None:
        try:
            return ask_model(door=door, task=task, kind="prelabel", now=now)
        except (ModelFailed, AnswerRefused) as fault:
            return fault
        except StorageUnavailable as fault:
            return ModelFailed(fault.detail)

    turn = Turn(upto=start)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        # The threads speak to the model and the storage alone; rows are read before and written after.
        for first in range(0, len(tasks), AT_ONCE):
            few = tasks[first : first + AT_ONCE]
            for task, said in zip(few, list(pool.map(ask_one, few)), strict=True):
                if isinstance(said, ModelFailed):
                    turn.failure = turn.failure or said
                elif turn.failure is None:
                    _count(turn, task, said)
            if turn.failure:
                break
    return turn


def _count(turn: Turn, task: Task, said: Said | AnswerRefused | None) -> None:
    turn.upto = task.id
    if isinstance(said, Said):
        turn.drafts.append((task, said))
    elif said is None:
        turn.silent += 1
    else:
        turn.refused += 1
        turn.last_refusal = f"{task.image.name}: {said.detail}"[:300]


def _record(row: Prelabelling, turn: Turn, *, is_last: bool, now: datetime) -> None:
    """Keep the drafts and go on, unless another worker has taken the row over meanwhile."""
    after: dict[str, object] = {"attempts": 0, "next_attempt_at": now}
    if turn.failure:
        given_up = row.attempts >= len(BACKOFF)
        wait = timedelta() if given_up else BACKOFF[row.attempts]
        after = {"attempts": F("attempts") + 1, "next_attempt_at": now + wait}
        if given_up:
            after["state"] = State.STOPPED
    elif is_last:
        after["state"] = State.DONE
    if turn.last_refusal:
        after["last_refusal"] = turn.last_refusal
    with transaction.atomic():
        mine = Prelabelling.objects.filter(
            job=row.job_id, state=State.WAITING, next_attempt_at=row.next_attempt_at
        )
        changed = mine.update(
            position=turn.upto,
            stored=F("stored") + len(turn.drafts),
            silent=F("silent") + turn.silent,
            refused=F("refused") + turn.refused,
            **after,
        )
        if changed:
            # A prediction that the client uploaded meanwhile stands.
            drafts = [
                Prediction(task=task, model=said.model, payload=said.payload) for task, said in turn.drafts
            ]
            Prediction.objects.bulk_create(drafts, ignore_conflicts=True)
