"""Comments on an answer: who may speak, what each side sees, what is said twice or to nobody."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from review import comments
from review.comments import (
    CommentReused,
    OwnTask,
    Pin,
    Remark,
    SpokenMeanwhile,
    ThreadFull,
    TooManyThreads,
    open_thread,
    reply,
    resolve,
)
from review.models import Comment, Thread
from tasks.models import Submission
from tests.api.clients import signed_in
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer, dispute
from workers.models import Notice, Person

HERE = payload(box(100, 100, 200, 150))
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def answered(cast: Cast, person: Person | None = None) -> Submission:
    (task,) = make_tasks(make_batch(cast.project), 1)
    (given,) = answer(person or cast.an, cast.project, {task.id: HERE})
    return given


def remark(words: str = "Is this the edge?") -> Remark:
    return Remark(uuid.uuid4(), words)


def opened(cast: Cast, given: Submission, person: Person, pin: Pin = Pin(), words: str = "Look.") -> Thread:  # noqa: B008 - immutable
    thread, _new = open_thread(
        person=person, submission_id=given.id, pin=pin, remark=remark(words), now=timezone.now()
    )
    return thread


def form(about: str, **fields: object) -> dict[str, object]:
    return {"id": str(uuid.uuid4()), "about": about, "words": "Nearer to the edge.", **fields}


def test_a_reviewer_writes_on_an_object_and_the_annotator_replies(cast: Cast) -> None:
    given = answered(cast)
    shape = given.payload["shapes"][0]["id"]
    rong, an = signed_in(cast.rong), signed_in(cast.an)
    assert rong.post(f"/review/answers/{given.id}/comments/", form(f"shape:{shape}")).status_code == 302
    thread = Thread.objects.get()
    assert (thread.shape, thread.waits_for, thread.said) == (shape, "annotator", 1)
    notice = Notice.objects.get(person=cast.an)
    assert (notice.kind, notice.link) == ("commented", f"/desk/mine/{given.id}/comments/")
    assert b"Comments on your answers" in an.get("/desk/mine/checks").content
    page = an.get(notice.link).content.decode()
    assert "Nearer to the edge." in page
    sent = an.post(f"/desk/mine/threads/{thread.id}", {"id": str(uuid.uuid4()), "words": "It is hidden."})
    assert sent.status_code == 302
    assert Notice.objects.get(person=cast.rong).kind == "annotator_commented"
    assert b"It is hidden." in rong.get("/review/comments/").content


def test_neither_side_learns_the_others_name(cast: Cast) -> None:
    Person.objects.filter(id=cast.an.id).update(display_name="Named Annotator")
    Person.objects.filter(id=cast.rong.id).update(display_name="Named Reviewer")
    given = answered(cast)
    opened(cast, given, cast.rong)
    opened(cast, given, cast.an)
    at_desk = signed_in(cast.an).get(f"/desk/mine/{given.id}/comments/").content
    for_review = signed_in(cast.rong).get(f"/review/answers/{given.id}/comments/").content
    listed = signed_in(cast.hu).get("/review/comments/").content
    assert b"Named Reviewer" not in at_desk
    assert b"Named Annotator" not in for_review + listed


def test_an_annotator_writes_on_a_place_and_every_reviewer_of_the_project_sees_it_wait(cast: Cast) -> None:
    given = answered(cast)
    sent = signed_in(cast.an).post(f"/desk/mine/{given.id}/comments/", form("place", x="40", y="20.5"))
    assert sent.status_code == 302
    assert (Thread.objects.get().x, Thread.objects.get().y) == (40, 20.5)
    for who in (cast.rong, cast.hu):
        assert comments.waiting_for_reviewer(who).count() == 1
        assert b'<span class="badge warn">1</span>' in signed_in(who).get("/review/").content
    assert comments.waiting_for_reviewer(cast.dai).count() == 0


def test_others_find_nothing(cast: Cast) -> None:
    given = answered(cast)
    thread = opened(cast, given, cast.an)
    said = {"id": str(uuid.uuid4()), "words": "Mine too?"}
    for who in (cast.bo, cast.deng):
        assert signed_in(who).get(f"/desk/mine/{given.id}/comments/").status_code == 404
        assert signed_in(who).post(f"/desk/mine/threads/{thread.id}", said).status_code == 404
        assert signed_in(who).get(f"/review/answers/{given.id}/comments/").status_code == 403
    assert signed_in(cast.dai).get(f"/review/answers/{given.id}/comments/").status_code == 404
    assert signed_in(cast.dai).post(f"/review/comments/{thread.id}", said).status_code == 404
    assert signed_in(cast.rong).get(f"/review/answers/{uuid.uuid4()}/comments/").status_code == 404
    assert Client().get(f"/review/answers/{given.id}/comments/").status_code == 302
    assert Comment.objects.count() == 1


def test_who_answered_the_task_does_not_review_it(cast: Cast) -> None:
    given = answered(cast)
    Submission.objects.create(id=uuid.uuid4(), task=given.task, annotator=cast.rong, payload=HERE)
    with pytest.raises(OwnTask):
        opened(cast, given, cast.rong)
    opened(cast, given, cast.an)
    assert not comments.waiting_for_reviewer(cast.rong).exists()


def test_practice_is_not_talked_about(cast: Cast) -> None:
    (task,) = make_tasks(make_batch(cast.project), 1)
    practised = Submission.objects.create(
        id=uuid.uuid4(), task=task, annotator=cast.an, payload=HERE, purpose="practice"
    )
    assert signed_in(cast.an).get(f"/desk/mine/{practised.id}/comments/").status_code == 404


def test_saying_it_twice_is_saying_it_once(cast: Cast) -> None:
    given, said = answered(cast), remark()
    now = timezone.now()
    first = open_thread(person=cast.an, submission_id=given.id, pin=Pin(), remark=said, now=now)
    again = open_thread(person=cast.an, submission_id=given.id, pin=Pin(), remark=said, now=now)
    assert (first[0], first[1], again[1]) == (again[0], True, False)
    with pytest.raises(CommentReused):
        reply(person=cast.rong, thread_id=first[0].id, remark=said, now=now)
    with pytest.raises(CommentReused):  # the first words were kept: nobody is to think that these were
        reply(person=cast.an, thread_id=first[0].id, remark=Remark(said.id, "Other words."), now=now)
    assert Comment.objects.count() == Thread.objects.get().said == 1


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        (form("place"), b"place"),
        (form("place", x="nan", y="1"), b"place"),
        (form("place", x="-1", y="1"), b"outside"),
        (form("shape:none"), b"not in the answer"),
        ({**form("whole"), "words": " \0 "}, b"Write something"),
        ({**form("whole"), "id": "x"}, b"Load the page anew"),
        ({**form("whole"), "words": "x" * 1001}, b"Write something"),
    ],
)
def test_a_refusal_says_what_to_do(cast: Cast, fields: dict[str, object], where: bytes) -> None:
    given = answered(cast)
    refused = signed_in(cast.an).post(
        f"/desk/mine/{given.id}/comments/", fields, headers={"Accept": "application/json"}
    )
    assert refused.status_code == 422
    assert where in refused.content
    assert not Thread.objects.exists()


def test_there_are_only_so_many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "MOST_COMMENTS", 1)
    monkeypatch.setattr(comments, "MOST_THREADS", 1)
    given = answered(cast)
    thread = opened(cast, given, cast.an)
    with pytest.raises(ThreadFull):
        reply(person=cast.an, thread_id=thread.id, remark=remark(), now=timezone.now())
    with pytest.raises(TooManyThreads):
        opened(cast, given, cast.an)


def test_a_closed_thread_opens_again_when_somebody_speaks(cast: Cast) -> None:
    given, now = answered(cast), timezone.now()
    thread = opened(cast, given, cast.an)
    path = f"/review/comments/{thread.id}"
    assert signed_in(cast.rong).post(path, {"seen": "1"}).status_code == 302
    assert signed_in(cast.rong).post(path, {"seen": "1"}).status_code == 302
    assert not comments.waiting_for_reviewer(cast.rong).exists()
    reply(person=cast.an, thread_id=thread.id, remark=remark(), now=now + timedelta(minutes=1))
    assert comments.waiting_for_reviewer(cast.rong).get().resolved_at is None


def test_a_thread_is_not_closed_over_words_that_were_not_read(cast: Cast) -> None:
    thread = opened(cast, answered(cast), cast.an)
    reply(person=cast.rong, thread_id=thread.id, remark=remark(), now=timezone.now())
    with pytest.raises(SpokenMeanwhile):
        resolve(person=cast.an, thread_id=thread.id, seen=1, now=timezone.now())
    for seen in ("x", "99999999", "-1"):
        assert signed_in(cast.an).post(f"/desk/mine/threads/{thread.id}", {"seen": seen}).status_code == 409
    assert resolve(person=cast.an, thread_id=thread.id, seen=2, now=timezone.now()).resolved_at is not None


def test_a_remark_is_never_changed(cast: Cast) -> None:
    opened(cast, answered(cast), cast.an)
    with pytest.raises(DatabaseError):
        Comment.objects.update(words="Something else.")


def test_threads_stay_with_the_answer_through_corrections(cast: Cast) -> None:
    given = answered(cast)
    thread = opened(cast, given, cast.rong, Pin(shape=given.payload["shapes"][0]["id"]))
    corrected = Submission.objects.create(
        id=uuid.uuid4(),
        task=given.task,
        annotator=cast.an,
        version=2,
        supersedes=given,
        payload=payload(),
        assignment=given.assignment,
    )
    for shown in (given, corrected):
        page = signed_in(cast.an).get(f"/desk/mine/{shown.id}/comments/").content
        assert b"An object of an earlier version" in page
    assert comments.threads_of(corrected).get() == thread


def test_the_page_of_disputes_carries_and_takes_comments(cast: Cast) -> None:
    (task,) = make_tasks(make_batch(cast.project), 1)
    moved = [payload(box(100 + 300 * n, 100, 50, 50)) for n in range(3)]
    one = dispute([cast.an, cast.bo, cast.chen], task, moved)
    given = Submission.objects.get(task=task, annotator=cast.bo)
    rong = signed_in(cast.rong)
    body = {"id": str(uuid.uuid4()), "words": "Which board?", "place": [10, 10]}
    path = f"/review/answers/{given.id}/threads"
    assert [rong.post(path, json.dumps(body), "application/json").status_code for _ in "12"] == [201, 200]
    (case,) = rong.post(f"/review/projects/{cast.project.id}/next", "{}", "application/json").json()[
        "disputes"
    ]
    assert case["id"] == one.id
    threads = {found["submission"]: found["threads"] for found in case["answers"]}
    assert [thread["place"] for thread in threads.pop(str(given.id))] == [[10, 10]]
    assert list(threads.values()) == [[], []]


def test_the_lists_take_as_many_queries_for_many_as_for_one(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    given = answered(cast)
    for _ in range(5):
        opened(cast, given, cast.an)
    rong, an = signed_in(cast.rong), signed_in(cast.an)
    rong.get("/review/comments/")
    with django_assert_num_queries(6):
        rong.get("/review/comments/")
    path = f"/desk/mine/{given.id}/comments/"
    an.get(path)
    with django_assert_num_queries(6):
        an.get(path)
