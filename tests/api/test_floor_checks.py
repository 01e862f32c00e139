"""What supervisors hear of checked answers, and letting somebody in. Allowed, forbidden, repeated."""

from __future__ import annotations

import uuid
from typing import Any

from review.models import Consequence
from tasks.models import Entrance, Project, Submission
from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import box, make_batch, make_tasks, payload
from workers import notices


def test_a_supervisor_reads_what_waits_for_them(cast: Cast) -> None:
    about = {"person": "An", "project": "Boards", "over": 10, "mean": "42%"}
    notices.notify(people=notices.supervisors_of(site_id=cast.guiyang.id), kind="gold_notify", about=about)
    sun, dou = signed_in(cast.sun), signed_in(cast.dou)
    assert (
        "An: the last 10 checked answers in Boards match only 42%"
        in sun.get("/floor/notices").content.decode()
    )
    assert "Boards" not in dou.get("/floor/notices").content.decode()
    for _again in range(2):
        assert sun.post("/floor/notices/read").status_code == 302
    assert "Boards" not in sun.get("/floor/notices").content.decode()
    assert signed_in(cast.an).get("/floor/notices").status_code == 403


def test_a_supervisor_lets_somebody_in_who_has_not_reached_the_mark(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    Project.objects.filter(id=cast.project.id).update(practice_pass_mark=0.8)
    Entrance.objects.create(person=cast.an, project=cast.project)
    Consequence.objects.create(
        person=cast.an, project=cast.project, action="practice", mean=0.4, below=0.6, over=10
    )
    client, path = signed_in(cast.sun), f"/floor/people/{cast.an.id}"
    with django_assert_max_num_queries(16):
        page = client.get(f"{path}/checks").content.decode()
    assert "Let in" in page
    assert "at least 60% is needed" in page
    for _again in range(2):
        assert client.post(f"{path}/let-in/{cast.project.id}").status_code == 302
    assert Entrance.objects.get().state == "passed"
    assert client.post(f"{path}/let-in/999999").status_code == 404
    assert signed_in(cast.dou).post(f"{path}/let-in/{cast.project.id}").status_code == 404
    assert signed_in(cast.rong).post(f"{path}/let-in/{cast.project.id}").status_code == 403


def test_answers_that_are_copied_are_shown_to_the_supervisor_of_that_site_alone(cast: Cast) -> None:
    tasks = make_tasks(make_batch(cast.project), 4)
    for number, task in enumerate(tasks):
        for person in [cast.an, cast.bo, cast.deng]:
            Submission.objects.create(
                id=uuid.uuid4(), task=task, annotator=person, payload=payload(box(10 + number, 10, 50, 50.25))
            )
    page = signed_in(cast.sun).get(f"/floor/people/{cast.an.id}/checks").content.decode()
    assert "4 answers are drawn exactly as Bo drew them." in page
    assert "Deng" not in page
    assert signed_in(cast.dou).get(f"/floor/people/{cast.an.id}/checks").status_code == 404
