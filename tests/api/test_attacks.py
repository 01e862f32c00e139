"""Attacks that other platforms fell to, each tried here: what holds now is to go on holding."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from review.models import Adjudication, Dispute, Release
from review.releases import MOST_UNFINISHED, StillBuilding, request_release
from tasks import storage
from tasks.delivery import image_url
from tasks.models import Assignment, Batch, Image, Job, LabelSchema, Project, Submission, Task
from tasks.veil import unveil
from tests.api.clients import make_key
from tests.api.test_isolation import ask, rows
from tests.api.world import make_world
from tests.cast import Cast
from tests.factories import TAG_SPEC, box, make_batch, make_person, make_tasks, payload
from tests.labelling import answer_all
from workers.models import Earning, Person

EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
JSON = "application/json"
POSTS = sorted({route for method, route, _statuses in rows() if method == "POST"} - {"metrics"})


def signed_in(person: Person, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(person, backend="workers.sessions.PersonBackend")
    return client


def post(client: Client, path: str, body: object) -> Any:
    return client.post(path, json.dumps(body), content_type=JSON)


def sync(client: Client, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = post(client, "/desk/sync", body).json()
    return answer


def test_another_site_cannot_post_in_ones_name(cast: Cast) -> None:
    """Each POST of each role, from a form on a stranger's page: with the session, without the token."""
    world = make_world(cast)
    callers = [signed_in(one, enforce_csrf_checks=True) for one in (cast.ada, cast.an, cast.sun, cast.rong)]
    for route in POSTS:
        assert [ask(caller, "POST", route, world).status_code for caller in callers] == [403] * 4, route


PAGES = {
    "an": ["/desk/", "/desk/mine/", "/account"],
    "rong": ["/review/", "/review/projects/{project}/"],
    "sun": [
        "/floor/", "/floor/live", "/floor/people/", "/floor/people/{an}/", "/floor/batches/",
        "/floor/reports/",
    ],
    "ada": [
        "/portal/", "/portal/projects/{project}/", "/portal/projects/{project}/edit",
        "/portal/projects/{project}/schema", "/portal/batches/{batch}/", "/portal/batches/{batch}/live",
        "/portal/batches/{batch}/report", "/portal/batches/{batch}/results",
        "/portal/batches/{batch}/results/{task}", "/portal/releases/", "/portal/keys/", "/portal/webhooks/",
        "/portal/members/",
    ],
}  # fmt: skip


def test_no_name_becomes_markup(cast: Cast) -> None:
    """Names of everything that somebody may name, on every page that shows them."""
    arguments = make_world(cast).arguments
    batch = Batch.objects.get(id=arguments["batch_id"])
    spec = json.loads(json.dumps(TAG_SPEC))
    spec["tags"][0]["names"]["en"] = spec["tags"][0]["options"][0]["names"]["en"] = EVIL
    schema = LabelSchema.objects.create(project=cast.project, version=2, spec=spec)
    Batch.objects.filter(id=batch.id).update(schema=schema, name=EVIL)
    for image in Image.objects.filter(batch=batch):
        Image.objects.filter(id=image.id).update(name=f"{EVIL}{image.id}")
    Image.objects.create(
        project=cast.project, batch=batch, job=batch.jobs.get(), name=EVIL, sha256="", size=1,
        state="failed", reason="corrupt", detail=EVIL,
    )  # fmt: skip
    Project.objects.filter(id=cast.project.id).update(
        name=EVIL, guide={"en": f"{EVIL}\n\n[x](javascript:alert(1))"}
    )
    Person.objects.all().update(display_name=EVIL[:100])
    places = {
        "project": cast.project.id, "batch": batch.id, "task": arguments["task_id"], "an": cast.an.id,
    }  # fmt: skip
    shown = 0
    for name, pages in PAGES.items():
        client = signed_in(getattr(cast, name))
        for page in pages:
            answer = client.get(page.format(**places))
            assert answer.status_code == 200, page
            assert "<script>alert" not in answer.text, page
            assert "<img src=x" not in answer.text, page
            assert 'href="javascript:' not in answer.text, page
            shown += "alert(1)" in answer.text
    assert shown >= 15, "the names are on the pages"


@pytest.mark.parametrize(
    "source",
    [
        EVIL,
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:a)",
        "<javascript:alert(1)>",
        '![x](x "onerror=alert(1) \\" onerror=alert(1)")',
        "[x]: javascript:alert(1)\n[x]",
        "<a href=javascript:alert(1)>x</a>",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
    ],
)
def test_no_guide_runs_anything(cast: Cast, source: str) -> None:
    answer = signed_in(cast.ada).post("/portal/projects/guide-preview?of=guide_en", {"guide_en": source})
    assert not re.search(
        r"<(script|a href=.?javascript|a href=.?data|img src=x )", answer.text, re.IGNORECASE
    )
    tags = re.findall(r"<[^>]*>", answer.text)
    assert not any(re.search(r"""\son\w+=|["']javascript:""", tag) for tag in tags if "title=" not in tag)


def test_every_page_forbids_foreign_scripts_frames_and_keeping(cast: Cast) -> None:
    pages = [(Client(), "/sign-in"), (Client(), "/nowhere"), (signed_in(cast.an), "/desk/")]
    pages += [(signed_in(cast.ada), "/portal/"), (signed_in(cast.oscar), "/admin/")]
    for client, path in pages:
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "form-action 'self'" in policy
        assert "no-store" in headers["Cache-Control"]
        assert (headers["X-Content-Type-Options"], headers["X-Frame-Options"]) == ("nosniff", "DENY")
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_session_is_out_of_reach_of_scripts_and_of_other_sites(cast: Cast) -> None:
    client = Client()
    client.post("/sign-in", {"username": "an", "password": "271828"})
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
def test_a_forged_host_reaches_no_page(db: None, headers: dict[str, str]) -> None:
    assert "evil.example" not in Client(headers=headers).get("/sign-in").text


MORE = {
    "role": "operator",
    "is_staff": "on",
    "is_superuser": "on",
    "site": "1",
    "paused_at": "",
    "username": "root",
}


def test_forms_take_no_more_than_they_show(cast: Cast) -> None:
    """Mass assignment: whoever sends more fields than the page has changes nothing by them."""
    before = (
        Person.objects.filter(id=cast.an.id)
        .values("role", "is_staff", "is_superuser", "site", "username")
        .get()
    )
    signed_in(cast.an).post("/account", {"language": "en", "theme": "dark", **MORE})
    assert Person.objects.filter(id=cast.an.id).values(*before).get() == before
    new = {
        **MORE,
        "username": "new.one",
        "display_name": "New",
        "language": "en",
        "site": str(cast.datong.id),
    }
    signed_in(cast.sun).post("/floor/people/add", new)
    person = Person.objects.get(username="new.one")
    assert (person.role, person.site, person.is_staff) == ("annotator", cast.guiyang, False)
    fields = {
        "name": "Boards", "overlap": 3, "max_overlap": 5, "settle_threshold": 0.7, "price": "0.04",
        "currency": "CNY", "lease_minutes": 15, "organization": cast.rival.id, "priority": 9,
    }  # fmt: skip
    signed_in(cast.ada).post(f"/portal/projects/{cast.project.id}/edit", fields)
    cast.project.refresh_from_db()
    assert (cast.project.organization, cast.project.priority) == (cast.mill, 0)


def test_a_supervisor_touches_annotators_alone(cast: Cast) -> None:
    other = make_person("supervisor", site=cast.guiyang)
    for person in (other, cast.rong, cast.sun, cast.ada, cast.oscar):
        answer = signed_in(cast.sun).post(f"/floor/people/{person.id}/pin")
        assert answer.status_code == 404
        assert Person.objects.get(id=person.id).password == person.password


def test_ids_inside_a_body_are_looked_at_too(cast: Cast) -> None:
    secret = make_key(cast.rival)[1]
    rita = Client(headers={"Authorization": f"Bearer {secret}"})
    mine = post(rita, "/api/v1/projects", {"name": "Mine", "schema": TAG_SPEC}).json()["id"]
    foreign = make_batch(cast.project).id
    asked = post(rita, f"/api/v1/projects/{mine}/releases", {"formats": ["coco"], "batch": foreign})
    assert asked.status_code == 404
    form = {"project": mine, "batch": foreign, "formats": ["coco"]}
    page = signed_in(cast.rita).post("/portal/releases/", form)
    assert page.status_code == 200
    assert not Release.objects.exists()
    assert post(rita, "/api/v1/projects", {"name": "x", "organization": "mill"}).status_code == 404


def test_a_picked_answer_of_another_dispute_is_not_noted(cast: Cast) -> None:
    here, there = make_tasks(make_batch(cast.project), 2)
    sample = payload(box(1, 1, 9, 9))
    for task in (here, there):
        Submission.objects.create(id=uuid.uuid4(), task=task, annotator=cast.an, payload=sample)
    Job.objects.update(answered=2, disputed=2)
    Task.objects.update(state="disputed", answered_at=timezone.now())
    dispute = Dispute.objects.create(task=here, project=cast.project, reason="class")
    picked = str(Submission.objects.get(task=there).id)
    body = {"id": str(uuid.uuid4()), "payload": sample, "picked": picked}
    assert post(signed_in(cast.rong), f"/review/disputes/{dispute.id}/verdict", body).status_code == 201
    assert Adjudication.objects.get().picked_id is None


def test_an_annotator_answers_and_gives_back_only_their_own(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 4)
    an, bo = signed_in(cast.an), signed_in(cast.bo)
    theirs = sync(bo, project=cast.project.id, want=1)["tasks"][0]
    mine = sync(an, project=cast.project.id, want=1)["tasks"][0]
    seat = {"assignment": theirs["assignment"], "token": theirs["token"]}
    answer = {"id": str(uuid.uuid4()), **seat, "task": theirs["task"], "payload": payload(), "active_ms": 1}
    forged = [answer, {**answer, "id": str(uuid.uuid4()), "task": mine["task"]},
              {**answer, "id": str(uuid.uuid4()), "token": mine["token"]}]  # fmt: skip
    heard = sync(an, submissions=forged, skips=[{**seat, "reason": "other"}], releases=[seat], held=[seat])
    assert {result["status"] for result in heard["submissions"]} == {"refused"}
    assert (heard["skips"][0]["status"], heard["lost"]) == ("gone", [theirs["assignment"]])
    assert Assignment.objects.get(id=unveil(theirs["assignment"])).annotator == cast.bo
    assert not Submission.objects.exists()


def test_a_submission_id_of_somebody_else_tells_and_changes_nothing(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 4)
    first = str(uuid.uuid4())
    for person, status in [(cast.an, "accepted"), (cast.bo, "refused")]:
        client = signed_in(person)
        task = sync(client, project=cast.project.id, want=1)["tasks"][0]
        sent = {"id": first, "assignment": task["assignment"], "token": task["token"], "task": task["task"],
                "payload": payload(), "active_ms": 10}  # fmt: skip
        assert sync(client, submissions=[sent])["submissions"][0]["status"] == status
    assert Submission.objects.get().annotator == cast.an


def test_time_at_work_and_pay_are_not_the_browsers_to_say(cast: Cast) -> None:
    make_tasks(make_batch(cast.project), 1)
    client = signed_in(cast.an)
    task = sync(client, project=cast.project.id, want=1)["tasks"][0]
    sent = {
        "id": str(uuid.uuid4()), "assignment": task["assignment"], "token": task["token"],
        "task": task["task"], "payload": payload(), "active_ms": 2**31 - 1, "price": "9", "amount": "9",
    }  # fmt: skip
    assert sync(client, submissions=[sent])["submissions"][0]["status"] == "accepted"
    assert Submission.objects.get().active_ms < 600_000
    assert str(Earning.objects.get().amount) == str(cast.project.price)


@pytest.fixture
def images(cast: Cast) -> list[Image]:
    tasks = make_tasks(make_batch(cast.project), 2)
    for task in tasks:
        for rendition in ("screen", "original"):
            storage.keep_bytes(b"<svg/>", storage.image_key(task.project_id, task.image.sha256, rendition))
    return [task.image for task in tasks]


def test_a_file_link_opens_one_file_in_one_form(images: list[Image]) -> None:
    one, two = (image_url(image, "screen") for image in images)
    client = Client()
    assert client.get(one).status_code == 200
    token, name = one.split("/")[2:]
    facts, mark = token.rsplit("~", 1)
    for forged in [
        facts.replace("-screen-", "-original-"), facts.replace(images[0].sha256, images[1].sha256),
        f"{images[0].project_id + 1}-" + facts.partition("-")[2], facts[:-1] + str((int(facts[-1]) + 1) % 10),
        facts.replace("-webp-", "-svg-"),
    ]:  # fmt: skip
        assert client.get(f"/media/{forged}~{mark}/{name}").status_code == 404, forged
    assert client.get(f"/media/{facts}~{two.split('/')[2].rsplit('~', 1)[1]}/{name}").status_code == 404
    assert client.get(image_url(images[0], "screen", now=0)).status_code == 403


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a%0d%0aSet-Cookie:%20a=b", 'a"b;c.html', "%ff", "a%00"])
def test_a_file_is_an_image_whatever_it_is_called(images: list[Image], name: str) -> None:
    for rendition, type_ in [("screen", "image/webp"), ("original", "image/jpeg")]:
        link = image_url(images[0], rendition)  # type: ignore[arg-type]
        answer = Client().get(f"{link.rpartition('/')[0]}/{name}")
        assert answer["Content-Type"] == type_
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers
        shown = answer.headers.get("Content-Disposition", "inline")
        assert shown.startswith("attachment" if rendition == "original" else "inline")


def test_a_client_cannot_keep_every_worker_building(cast: Cast) -> None:
    tasks = make_tasks(make_batch(cast.project), 1)
    answer_all([cast.an, cast.bo, cast.chen], cast.project, {task.id: payload() for task in tasks})
    now = timezone.now()
    Task.objects.update(state="settled", settled_at=now, answered_at=now)
    for _ in range(MOST_UNFINISHED):
        Release.objects.create(
            project=cast.project,
            version=Release.objects.count() + 1,
            formats=["coco"],
            cutoff_at=now,
            total=1,
        )
    with pytest.raises(StillBuilding):
        request_release(project=cast.project, batch=None, formats=["coco"], person=None)
