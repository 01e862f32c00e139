"""Comments on an answer, from its reviewers to its annotator and back: opening, replying, closing a thread.

A reviewer writes on answers of the projects they see, never on a task that they answered themselves; an
annotator on their own answers. Each side is told when the other one speaks. A remark reopens a closed thread.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from annotator.errors import Conflict, Forbidden, Invalid, NotVisible
from review.models import Adjudication, CheckedAnswer, Comment, Thread
from tasks.access import site_projects
from tasks.models import Assignment, Submission
from workers import notices
from workers.models import Person, Role

LONGEST = 1000
MOST_COMMENTS = 50
MOST_THREADS = 30
Side = Thread.Side


class CommentReused(Conflict):
    code = "comment_reused"
    detail = _("This comment's id belongs to another one. Load the page anew and write it again.")


class ThreadFull(Conflict):
    code = "thread_full"
    detail = _("This thread is as long as it may be. Open a new one.")


class TooManyThreads(Conflict):
    code = "too_many_threads"
    detail = _("There are as many threads on this answer as there may be. Go on in one of them.")


class SpokenMeanwhile(Conflict):
    code = "spoken_meanwhile"
    detail = _("Somebody has written in this thread meanwhile. Load the page anew and read it first.")


class OwnTask(Forbidden):
    code = "own_task"
    detail = _("You answered this task yourself, so another reviewer speaks about it.")


@dataclass(frozen=True, slots=True)
class Pin:
    """An object of the answer by its id, or a place in pixels of the upright image; neither: all of it."""

    shape: str = ""
    place: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    id: uuid.UUID
    words: str


def access_answer(person: Person, submission_id: uuid.UUID) -> Submission:
    """One's own answer, or as a reviewer one of a project one sees; the newest version of it."""
    asked = _visible_answers(person).filter(id=submission_id).values("task", "annotator").first()
    if asked is None:
        raise NotVisible
    found = Submission.objects.current().select_related("task__image", "task__schema", "task__project")
    answer = found.get(task=asked["task"], annotator=asked["annotator"])
    if _side(person) is Side.REVIEWER and answer.task.submissions.filter(annotator=person).exists():
        raise OwnTask
    return answer


def threads_of(answer: Submission) -> QuerySet[Thread]:
    """All threads on the answer, whichever version they were opened on, the oldest first; two queries."""
    threads = Thread.objects.filter(task=answer.task_id, annotator=answer.annotator_id)
    return threads.select_related("submission").prefetch_related("comments").order_by("id")


def waiting_for_reviewer(person: Person) -> QuerySet[Thread]:
    """Threads in which an annotator spoke last, the longest waiting first."""
    own = Submission.objects.filter(task=OuterRef("task"), annotator=person)
    waiting = Thread.objects.filter(
        ~Exists(own), project__in=site_projects(person), resolved_at=None, waits_for=Side.REVIEWER
    )
    return waiting.order_by("id")


def threads_about(person: Person) -> QuerySet[Thread]:
    """Open threads about the annotator's own answers, the newest first."""
    return Thread.objects.filter(annotator=person, resolved_at=None).order_by("-id")


def open_thread(
    *, person: Person, submission_id: uuid.UUID, pin: Pin, remark: Remark, now: datetime
) -> tuple[Thread, bool]:
    """A thread with its first remark; idempotent by its id. The flag says whether this call did it."""
    remark = _checked(remark)
    with transaction.atomic():
        answer = access_answer(person, submission_id)
        # One at a time on an answer: of the same remark sent twice at once the second is a replay.
        Submission.objects.select_for_update(no_key=True).get(id=answer.id)
        before = _replayed(remark, person=person)
        if before is not None:
            return before, False
        _check_pin(pin, answer)
        if threads_of(answer).count() >= MOST_THREADS:
            raise TooManyThreads
        x, y = pin.place or (None, None)
        thread = Thread.objects.create(
            submission=answer,
            task=answer.task,
            project=answer.task.project,
            annotator_id=answer.annotator_id,
            shape=pin.shape,
            x=x,
            y=y,
            waits_for=_other(_side(person)),
            opened_at=now,
        )
        _say(thread, person=person, remark=remark, now=now)
    return thread, True


def reply(*, person: Person, thread_id: int, remark: Remark, now: datetime) -> tuple[Thread, bool]:
    """One more remark; idempotent by its id. A closed thread is open again."""
    remark = _checked(remark)
    with transaction.atomic():
        thread = access_thread(person, thread_id, lock=True)
        before = _replayed(remark, person=person)
        if before is not None:
            if before.id != thread.id:
                raise CommentReused
            return before, False
        if thread.said >= MOST_COMMENTS:
            raise ThreadFull
        _say(thread, person=person, remark=remark, now=now)
    return thread, True


def resolve(*, person: Person, thread_id: int, seen: int, now: datetime) -> Thread:
    """Close the thread after having read `seen` remarks; closing it again is closing it once."""
    thread = access_thread(person, thread_id)
    still = Thread.objects.filter(id=thread.id, said=seen)
    if not still.filter(resolved_at=None).update(resolved_at=now) and not still.exists():
        raise SpokenMeanwhile
    thread.refresh_from_db()
    return thread


def access_thread(person: Person, thread_id: int, *, lock: bool = False) -> Thread:
    """A thread on an answer that the person may speak about; with `lock`, held until the transaction ends."""
    visible = Thread.objects.filter(id=thread_id)
    if lock:
        visible = visible.select_for_update(of=("self",), no_key=True)
    thread = visible.select_related("project", "task__image").first()
    if thread is None:
        raise NotVisible
    access_answer(person, thread.submission_id)
    return thread


def _visible_answers(person: Person) -> QuerySet[Submission]:
    answers = Submission.objects.exclude(purpose=Assignment.Purpose.PRACTICE)
    if _side(person) is Side.REVIEWER:
        return answers.filter(task__project__in=site_projects(person))
    return answers.filter(annotator=person)


def _side(person: Person) -> Side:
    return Side.REVIEWER if person.role == Role.REVIEWER else Side.ANNOTATOR


def _other(side: Side) -> Side:
    return Side.ANNOTATOR if side is Side.REVIEWER else Side.REVIEWER


def _checked(remark: Remark) -> Remark:
    cleaned = remark.words.replace("\0", "").strip()
    if not cleaned or len(cleaned) > LONGEST:
        detail = str(_("Write something, in at most %(most)s characters.") % {"most": LONGEST})
        raise Invalid(errors=[{"where": "words", "code": "length", "detail": detail}])
    return Remark(remark.id, cleaned)


def _check_pin(pin: Pin, answer: Submission) -> None:
    image = answer.task.image
    if pin.shape:
        known = {shape["id"] for shape in answer.payload["shapes"]}
        if pin.shape not in known or pin.place is not None:
            detail = str(_("This object is not in the answer any more. Choose another one."))
            raise Invalid(errors=[{"where": "shape", "code": "unknown", "detail": detail}])
    elif pin.place is not None:
        sides = (image.width or 0, image.height or 0)
        if not all(math.isfinite(at) and 0 <= at <= side for at, side in zip(pin.place, sides, strict=True)):
            detail = str(_("The place is outside the image. Choose one inside it."))
            raise Invalid(errors=[{"where": "place", "code": "outside", "detail": detail}])


def _replayed(remark: Remark, *, person: Person) -> Thread | None:
    """The thread in which this very remark stands already."""
    before = Comment.objects.filter(id=remark.id).select_related("thread").first()
    if before is not None and (before.author_id, before.words) != (person.id, remark.words):
        raise CommentReused
    return before.thread if before else None


def _say(thread: Thread, *, person: Person, remark: Remark, now: datetime) -> None:
    side = _side(person)
    try:
        with transaction.atomic():
            Comment.objects.create(
                id=remark.id, thread=thread, author=person, side=side, words=remark.words, written_at=now
            )
    except IntegrityError:
        # The same remark came twice at once: the other request said it.
        raise CommentReused from None
    # Nobody else speaks here meanwhile: the thread is locked, or new.
    thread.said, thread.waits_for, thread.resolved_at = thread.said + 1, _other(side), None
    thread.save(update_fields=["said", "waits_for", "resolved_at"])
    _tell(thread, side=side)


def _tell(thread: Thread, *, side: Side) -> None:
    """A word to the other side, unless the same is waiting to be read."""
    about = {"project": thread.project.name, "image": thread.task.image.name}
    if side is Side.REVIEWER:
        link = reverse("desk-comments", args=[thread.submission_id])
        notices.notify_once(people=[thread.annotator_id], kind="commented", about=about, link=link)
    else:
        link = reverse("review-comments", args=[thread.submission_id])
        people = _reviewers_of(thread)
        notices.notify_once(people=people, kind="annotator_commented", about=about, link=link)


def _reviewers_of(thread: Thread) -> list[int]:
    """Who spoke in the thread, checked the answer or settled the task; all find new threads in the list."""
    spoke = Comment.objects.filter(thread=thread, side=Side.REVIEWER).values_list("author", flat=True)
    checked = CheckedAnswer.objects.filter(
        submission__task=thread.task_id, submission__annotator=thread.annotator_id
    ).values_list("check_made__reviewer", flat=True)
    settled = Adjudication.objects.filter(dispute__task=thread.task_id).values_list("reviewer", flat=True)
    found: Iterable[int | None] = [*spoke, *checked, *settled]
    able = Q(role=Role.REVIEWER, is_active=True, id__in=[one for one in found if one is not None])
    return list(Person.objects.filter(able).values_list("id", flat=True))
