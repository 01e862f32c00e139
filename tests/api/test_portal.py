"""The client's pages: who may see and do what, and how many queries a page costs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clients.auth import digest
from clients.keys import issue_key
from clients.models import ApiKey, Membership, WebhookDelivery, WebhookEndpoint
from clients.webhooks import enqueue
from review.models import Consensus, Release, ReleaseFile
from tasks.models import Batch, Image, Job, Project, Task
from tasks.projects import change_project, set_state
from tests.api.clients import signed_in
from tests.cast import Cast
from tests.factories import TAG_SPEC, make_batch, make_organization, make_project, make_tasks
from workers.hours import this_hour
from workers.models import Person, Throughput


def as_person(person: Person) -> Client:
    return signed_in(person, headers={"Accept": "text/html"})


@pytest.fixture
def ada(cast: Cast) -> Client:
    return as_person(cast.ada)


@pytest.fixture
def ben(cast: Cast) -> Client:
    return as_person(cast.ben)


@pytest.fixture
def rita(cast: Cast) -> Client:
    return as_person(cast.rita)


def shape(label: str = "esp8266") -> dict[str, Any]:
    return {
        "id": "a",
        "class": label,
        "type": "box",
        "box": [10, 20, 300, 200],
        "attributes": {"occluded": True},
        "confidence": 0.93,
        "expected_iou": 0.9,
        "agreed": [str(uuid.uuid4())] * 3,
        "differed": [],
    }


def settle(batch: Batch, count: int, confidence: float = 0.93) -> list[Consensus]:
    """Tasks of the batch that are settled, each with one box, and the counters that say so."""
    made = []
    now = timezone.now()
    for task in make_tasks(batch, count, overlap=3):
        Task.objects.filter(id=task.id).update(state="settled", answers=3, answered_at=now, settled_at=now)
        made.append(
            Consensus.objects.create(
                task=task,
                source="machine",
                payload={"tags": {}, "shapes": [shape()]},
                confidence=confidence,
                answers=3,
            )
        )
    Job.objects.filter(batch=batch).update(answered=count, settled=count)
    return made


@pytest.fixture
def everything(cast: Cast) -> dict[str, Any]:
    """One of each thing that Mill & Co. has."""
    batch = make_batch(cast.project)
    results = settle(batch, 2)
    key, _ = issue_key(
        organization=cast.mill, name="script", expires_at=None, by=cast.ada, now=timezone.now()
    )
    endpoint = WebhookEndpoint.objects.create(organization=cast.mill, url="https://a.example/", secret="s")
    enqueue(organization=cast.mill, event="batch.complete", payload={})
    delivery = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="failed", last_error="No answer in time.")
    release = Release.objects.create(
        project=cast.project,
        version=1,
        formats=["coco"],
        cutoff_at=timezone.now(),
        total=2,
        done=2,
        state="ready",
        ready_at=timezone.now(),
        digest="d" * 64,
    )
    ReleaseFile.objects.create(
        release=release, format="coco", name="coco.zip", key="k", size=9, sha256="e" * 64
    )
    return {
        "project": cast.project.id,
        "batch": batch.id,
        "task": results[0].task_id,
        "key": key.id,
        "endpoint": endpoint.id,
        "delivery": delivery.id,
        "release": release.id,
        "ben": Membership.objects.get(person=cast.ben).id,
    }


PAGES = [
    "/portal/",
    "/portal/projects/new",
    "/portal/projects/{project}/",
    "/portal/projects/{project}/edit",
    "/portal/projects/{project}/schema",
    "/portal/batches/{batch}/",
    "/portal/batches/{batch}/live",
    "/portal/batches/{batch}/confidence",
    "/portal/batches/{batch}/report",
    "/portal/batches/{batch}/report.csv",
    "/portal/batches/{batch}/results",
    "/portal/batches/{batch}/results/{task}",
    "/portal/releases/",
    "/portal/releases/{release}/",
    "/portal/releases/{release}/live",
    "/portal/keys/",
    "/portal/webhooks/",
    "/portal/members/",
]
# Pages whose address names nothing: others see them too, with their own things on them.
OWN = {
    "/portal/",
    "/portal/projects/new",
    "/portal/releases/",
    "/portal/keys/",
    "/portal/webhooks/",
    "/portal/members/",
}
OWNER_ACTS = [
    ("/portal/keys/{key}/revoke", {}),
    ("/portal/webhooks/{endpoint}", {"to": "off"}),
    ("/portal/webhooks/deliveries/{delivery}/again", {}),
    ("/portal/members/{ben}", {"to": "owner"}),
    ("/portal/projects/{project}/model/change", {"to": "removed"}),
]
MEMBER_ACTS = [
    ("/portal/projects/{project}/edit", {}),
    ("/portal/projects/{project}/state", {"to": "paused"}),
    ("/portal/projects/{project}/batches", {"name": "b"}),
    ("/portal/batches/{batch}/close", {}),
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["ada", "ben"])
def test_a_page_is_shown_to_members(cast: Cast, everything: dict[str, Any], page: str, who: str) -> None:
    answer = as_person(getattr(cast, who)).get(page.format(**everything))
    assert answer.status_code == 200
    list(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_not_there_for_another_organization(
    rita: Client, everything: dict[str, Any], page: str
) -> None:
    answer = rita.get(page.format(**everything))
    assert answer.status_code == (200 if page in OWN else 404)
    if page in OWN:
        assert "Boards" not in answer.content.decode()
        assert "Ada" not in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["an", "sun", "rong", "oscar"])
def test_a_page_is_closed_to_other_roles(cast: Cast, everything: dict[str, Any], page: str, who: str) -> None:
    assert as_person(getattr(cast, who)).get(page.format(**everything)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_sign_in(everything: dict[str, Any], page: str) -> None:
    path = page.format(**everything)
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(("path", "form"), OWNER_ACTS)
def test_an_owners_act_is_refused_to_members_and_not_there_for_others(
    ada: Client, ben: Client, rita: Client, everything: dict[str, Any], path: str, form: dict[str, str]
) -> None:
    where = path.format(**everything)
    assert ben.post(where, form).status_code == 403
    assert rita.post(where, form).status_code == 404
    assert ada.get(where).status_code == 405
    assert ada.post(where, form).status_code == 302


@pytest.mark.parametrize(("path", "form"), MEMBER_ACTS)
def test_a_members_act_is_not_there_for_others(
    ben: Client, rita: Client, everything: dict[str, Any], path: str, form: dict[str, str]
) -> None:
    where = path.format(**everything)
    assert rita.post(where, form).status_code == 404
    assert ben.post(where, form).status_code in {200, 302}


def test_pages_cost_a_bounded_number_of_queries(
    cast: Cast, ada: Client, everything: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    settle(make_batch(cast.project), 30)
    for number in range(8):
        project = make_project(organization=cast.mill, sites=[cast.guiyang, cast.datong])
        make_batch(project)
        issue_key(organization=cast.mill, name=str(number), expires_at=None, by=cast.ada, now=timezone.now())
        WebhookEndpoint.objects.create(organization=cast.mill, url=f"https://{number}.example/", secret="s")
    enqueue(organization=cast.mill, event="batch.complete", payload={})
    for page in PAGES:
        with django_assert_max_num_queries(12):
            ada.get(page.format(**everything))


def test_a_project_is_made_and_then_asks_for_labels(cast: Cast, ada: Client) -> None:
    form = {
        "name": "Fruit",
        "guide_zh": "# 水果",
        "guide_en": "",
        "overlap": 2,
        "max_overlap": 4,
        "settle_threshold": "0.8",
        "lease_minutes": 20,
        "price": "0.0500",
        "currency": "CNY",
    }
    answer = ada.post("/portal/projects/new", form)
    project = Project.objects.get(name="Fruit")
    assert answer["Location"] == f"/portal/projects/{project.id}/schema"
    assert (project.organization, project.guide) == (cast.mill, {"zh-hans": "# 水果"})
    assert (project.lease_seconds, project.overlap, project.max_overlap) == (1200, 2, 4)
    again = ada.post("/portal/projects/new", form)
    assert again.status_code == 200
    assert "already" in again.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("overlap", 0),
        ("overlap", 26),
        ("max_overlap", 1),
        ("settle_threshold", "1.2"),
        ("price", "-1"),
        ("currency", "yuan"),
        ("lease_minutes", 0),
        ("name", ""),
    ],
)
def test_a_project_with_a_wrong_field_is_not_made(ada: Client, field: str, value: object) -> None:
    form = {
        "name": "Fruit",
        "overlap": 3,
        "max_overlap": 5,
        "settle_threshold": 0.7,
        "lease_minutes": 15,
        "price": 0,
        "currency": "CNY",
    }
    answer = ada.post("/portal/projects/new", {**form, field: value})
    assert answer.status_code == 200
    assert not Project.objects.filter(name="Fruit").exists()


def test_an_organization_of_others_cannot_be_slipped_into_a_new_project(cast: Cast, ada: Client) -> None:
    Membership.objects.create(organization=make_organization(), person=cast.ada, role="member")
    form = {
        "organization": cast.rival.id,
        "name": "Theirs",
        "overlap": 3,
        "max_overlap": 5,
        "settle_threshold": 0.7,
        "lease_minutes": 15,
        "price": 0,
        "currency": "CNY",
    }
    assert ada.post("/portal/projects/new", form).status_code == 200
    assert not Project.objects.filter(name="Theirs").exists()


def test_a_project_is_paused_reopened_and_does_not_come_back_from_closed(cast: Cast, ada: Client) -> None:
    path = f"/portal/projects/{cast.project.id}/state"
    for to in ["paused", "paused", "open", "closed"]:
        assert ada.post(path, {"to": to}).status_code == 302
        cast.project.refresh_from_db()
        assert cast.project.state == to
    assert ada.post(path, {"to": "open"}).status_code == 409


def test_the_guide_is_shown_without_its_teeth(ada: Client) -> None:
    source = "<script>alert(1)</script> [x](javascript:alert(1)) **bold**"
    html = ada.post("/portal/projects/guide-preview?of=guide_zh", {"guide_zh": source}).content.decode()
    assert "<strong>bold</strong>" in html
    assert "<script" not in html
    assert "href" not in html


def test_a_batch_of_the_same_name_is_the_same_batch(cast: Cast, ada: Client) -> None:
    path = f"/portal/projects/{cast.project.id}/batches"
    first, second = (ada.post(path, {"name": "Monday"})["Location"] for _ in range(2))
    assert first == second
    assert Batch.objects.count() == 1


def test_changing_a_project_leaves_its_state_to_whoever_closes_it(cast: Cast) -> None:
    seen_open = Project.objects.get(id=cast.project.id)
    set_state(project=cast.project, to="closed")
    change_project(project=seen_open, fields={"name": "Boards, again"})
    cast.project.refresh_from_db()
    assert (cast.project.name, cast.project.state) == ("Boards, again", "closed")


def test_a_schema_is_tried_on_an_image_of_the_project_alone(cast: Cast, ada: Client) -> None:
    make_tasks(make_batch(make_project(organization=cast.mill)), 1)
    page = f"/portal/projects/{cast.project.id}/schema"
    assert ada.get(page).context["boot"]["picture"] is None
    (task,) = make_tasks(make_batch(cast.project), 1)
    picture = ada.get(page).context["boot"]["picture"]
    assert picture["name"] == task.image.name
    assert (picture["width"], picture["height"]) == (task.image.width, task.image.height)
    assert f"{cast.project.id}-{task.image.sha256}-screen-" in picture["url"]


def test_a_batch_needs_a_label_schema_first(cast: Cast, ada: Client) -> None:
    project = Project.objects.create(organization=cast.mill, name="Bare")
    assert ada.post(f"/portal/projects/{project.id}/batches", {"name": "x"}).status_code == 409


def test_the_report_names_each_refused_file_and_why(cast: Cast, ada: Client) -> None:
    batch = make_batch(cast.project)
    job = Job.objects.create(batch=batch, number=1)
    for name, reason in [("broken.jpg", "truncated"), ("=cmd|' /C calc'!A0", "not_an_image")]:
        Image.objects.create(
            project=cast.project,
            batch=batch,
            job=job,
            name=name,
            sha256="0" * 64,
            size=1,
            state="failed",
            reason=reason,
        )
    page = ada.get(f"/portal/batches/{batch.id}/report").content.decode()
    assert "The file ends too early" in page
    answer = ada.get(f"/portal/batches/{batch.id}/report.csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("broken.jpg,failed,truncated,")
    # A spreadsheet must take it for text.
    assert lines[2].startswith("'=cmd")


def test_results_are_filtered_by_confidence_and_state(cast: Cast, ada: Client) -> None:
    batch = make_batch(cast.project)
    sure = settle(batch, 1, confidence=0.97)[0]
    unsure = settle(batch, 1, confidence=0.5)[0]
    path = f"/portal/batches/{batch.id}/results"
    everything = ada.get(path).content.decode()
    least = ada.get(path, {"below": "0.6"}).content.decode()
    assert sure.task.image.name in everything
    assert unsure.task.image.name in everything
    assert sure.task.image.name not in least
    assert unsure.task.image.name in least
    assert "No image fits" in ada.get(path, {"state": "disputed"}).content.decode()
    assert ada.get(path, {"below": "x", "state": "y", "before": "-1"}).status_code == 200


def test_a_result_shows_tags_with_their_votes(cast: Cast, ada: Client) -> None:
    project = make_project(TAG_SPEC, organization=cast.mill)
    batch = make_batch(project)
    consensus = settle(batch, 1)[0]
    tag = {"value": "dress", "confidence": 0.9, "votes": {"dress": 2, "hat": 1}, "agreed": [], "differed": []}
    Consensus.objects.filter(task=consensus.task_id).update(payload={"tags": {"garment": tag}, "shapes": []})
    page = ada.get(f"/portal/batches/{batch.id}/results/{consensus.task_id}").content.decode()
    assert "Garment" in page
    assert "Dress" in page


def test_a_batch_says_when_it_will_be_answered(cast: Cast, ada: Client) -> None:
    batch = make_batch(cast.project)
    make_tasks(batch, 4)
    path = f"/portal/batches/{batch.id}/live"
    assert "nobody works on it now" in ada.get(path).content.decode()
    hour = this_hour(timezone.now())
    Throughput.objects.create(person=cast.an, project=cast.project, hour=hour, submissions=10)
    page = ada.get(path).content.decode()
    assert "All answered by" in page
    assert "at the pace of the last hours" in page
    Job.objects.filter(batch=batch).update(answered=4)
    assert "All answered by" not in ada.get(path).content.decode()


def test_a_result_of_another_batch_is_not_there(cast: Cast, ada: Client) -> None:
    one, other = make_batch(cast.project), make_batch(cast.project)
    consensus = settle(one, 1)[0]
    assert ada.get(f"/portal/batches/{other.id}/results/{consensus.task_id}").status_code == 404


def test_a_release_is_asked_for_and_a_foreign_batch_is_not_taken(
    cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.jobs.build_releases.apply_async", lambda **_how: None)
    batch = make_batch(cast.project)
    settle(batch, 2)
    theirs = make_batch(make_project(organization=cast.rival))
    form = {"project": cast.project.id, "formats": ["coco", "yolo"]}
    assert ada.post("/portal/releases/", {**form, "batch": theirs.id}).status_code == 200
    assert not Release.objects.exists()
    answer = ada.post("/portal/releases/", {**form, "batch": batch.id})
    release = Release.objects.get()
    assert answer["Location"] == f"/portal/releases/{release.id}/"
    assert (release.batch, release.total, release.formats) == (batch, 2, ["coco", "yolo"])


def test_a_release_of_nothing_says_so(cast: Cast, ada: Client) -> None:
    answer = ada.post("/portal/releases/", {"project": cast.project.id, "formats": ["coco"]})
    assert answer.status_code == 409
    assert "No task is settled and checked yet" in answer.content.decode()


def test_a_key_is_shown_once_and_works_until_revoked(cast: Cast, ada: Client) -> None:
    page = ada.post("/portal/keys/", {"name": "nightly", "expires_on": ""}).content.decode()
    key = ApiKey.objects.get()
    secret = page.split('value="lm_')[1].split('"')[0]
    assert key.digest == digest(f"lm_{secret}")
    assert f"lm_{secret}" not in ada.get("/portal/keys/").content.decode()
    script = Client(headers={"Authorization": f"Bearer lm_{secret}"})
    assert script.get("/api/v1/projects").status_code == 200
    for _ in range(2):
        assert ada.post(f"/portal/keys/{key.id}/revoke").status_code == 302
    assert script.get("/api/v1/projects").status_code == 401


def test_a_key_cannot_end_before_it_begins(ada: Client) -> None:
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    answer = ada.post("/portal/keys/", {"name": "late", "expires_on": yesterday})
    assert "lies in the past" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_an_expired_key_does_not_work(cast: Cast) -> None:
    now = timezone.now()
    _, secret = issue_key(
        organization=cast.mill, name="k", expires_at=now + timedelta(seconds=1), by=None, now=now
    )
    ApiKey.objects.update(expires_at=now - timedelta(seconds=1))
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/projects").status_code == 401


def test_a_key_does_not_open_the_portal(cast: Cast) -> None:
    _, secret = issue_key(organization=cast.mill, name="k", expires_at=None, by=None, now=timezone.now())
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/portal/").status_code == 302


@pytest.mark.parametrize("path", ["/portal/keys/", "/portal/webhooks/", "/portal/members/"])
def test_only_owners_add_keys_webhooks_and_members(ben: Client, path: str) -> None:
    form = {
        "name": "x",
        "url": "https://a.example/",
        "email": "x@a.example",
        "role": "owner",
        "language": "en",
    }
    assert ben.post(path, form).status_code == 403


def test_a_webhook_shows_its_secret_once(cast: Cast, ada: Client) -> None:
    page = ada.post("/portal/webhooks/", {"url": "https://a.example/hook"}).content.decode()
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secret in page
    assert endpoint.secret not in ada.get("/portal/webhooks/").content.decode()


def test_a_webhook_into_our_network_is_refused_at_its_field(ada: Client) -> None:
    page = ada.post("/portal/webhooks/", {"url": "http://169.254.169.254/"}).content.decode()
    assert "private network" in page
    assert not WebhookEndpoint.objects.exists()
