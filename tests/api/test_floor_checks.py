"""What supervisors hear of checked answers, and letting somebody in: allowed, forbidden, missing, repeated."""

from __future__ import annotations

from typing import Any

from review.models import Consequence
from tasks.models import Entrance, Project
from tests.api.clients import signed_in
from tests.cast import Cast
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
    with django_assert_max_num_queries(12):
        page = client.get(f"{path}/checks").content.decode()
    assert "Let in" in page
    assert "at least 60% is needed" in page
    for _again in range(2):
        assert client.post(f"{path}/let-in/{cast.project.id}").status_code == 302
    assert Entrance.objects.get().state == "passed"
    assert client.post(f"{path}/let-in/999999").status_code == 404
    assert signed_in(cast.dou).post(f"{path}/let-in/{cast.project.id}").status_code == 404
    assert signed_in(cast.rong).post(f"{path}/let-in/{cast.project.id}").status_code == 403
