"""A client's way from an empty project to tasks: every file is answered for, none is lost or doubled."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture
from pytest_django import DjangoAssertNumQueries, Settings

from clients.models import WebhookDelivery, WebhookEndpoint
from tasks import ingest
from tasks.decode.decoder import Decoder
from tasks.models import Assignment, Image, Job, Project, Task
from tasks.storage import image_key, incoming_folder
from tests.api.clients import Caller, work
from tests.cast import Cast
from tests.factories import BOX_SPEC, make_batch
from tests.unit import pictures
from tests.unit.pictures import encode


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    """Nobody listens to the broker here; tests do the worker's part by work()."""
    with patch("tasks.jobs.ingest_pending.apply_async"):
        yield


@pytest.fixture
def rival(cast: Cast) -> Caller:
    return Caller(cast.rival)


@pytest.fixture
def batch(mill: Caller, cast: Cast) -> int:
    answer = mill.post(f"/projects/{cast.project.id}/batches", {"name": "Monday"})
    assert answer.status_code == 201
    return int(answer.json()["id"])


def picture(shade: int = 0, kind: str = "JPEG") -> bytes:
    return encode(Picture.new("RGB", (64, 48), (shade * 20, 40, 80)), kind)


def statuses(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.content
    return {file["name"]: file["status"] for file in answer.json()["files"]}


def progress(mill: Caller, batch: int) -> dict[str, int]:
    return dict(mill.get(f"/batches/{batch}").json()["progress"])


# Projects and schemas


def test_project_is_created_with_its_schema(mill: Caller) -> None:
    answer = mill.post("/projects", {"name": "Pets", "schema": BOX_SPEC, "overlap": 2})
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["organization"], shown["overlap"], shown["max_overlap"]) == ("mill", 2, 4)
    assert shown["schema_version"] == 1
    assert mill.get(f"/projects/{shown['id']}").json() == shown


def test_project_with_a_bad_schema_is_not_created(mill: Caller) -> None:
    spec = {"classes": [{"key": "Bad Key", "names": {"en": "x"}}]}
    answer = mill.post("/projects", {"name": "Pets", "schema": spec})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["where"] == "classes[0].key"
    assert not Project.objects.filter(name="Pets").exists()


def test_second_project_of_a_name_is_a_conflict_that_names_the_first(mill: Caller, cast: Cast) -> None:
    answer = mill.post("/projects", {"name": cast.project.name})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["project"]) == ("project_exists", cast.project.id)


def test_schema_versions_grow_and_the_same_again_is_no_new_one(mill: Caller, cast: Cast) -> None:
    path = f"/projects/{cast.project.id}/schemas"
    spec = {"classes": [], "tags": [{"key": "ok", "names": {"en": "OK"}, "kind": "text"}]}
    first, again = mill.post(path, {"spec": spec}), mill.post(path, {"spec": spec})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert [row["version"] for row in mill.get(path).json()["results"]] == [2, 1]


def test_batch_needs_a_schema(mill: Caller) -> None:
    project = mill.post("/projects", {"name": "Empty"}).json()["id"]
    assert mill.post(f"/projects/{project}/batches", {"name": "b"}).status_code == 409


def test_opening_a_batch_twice_is_opening_it_once(mill: Caller, cast: Cast, batch: int) -> None:
    again = mill.post(f"/projects/{cast.project.id}/batches", {"name": "Monday"})
    assert (again.status_code, again.json()["id"]) == (200, batch)


# Images


def test_images_become_tasks_with_their_seats(mill: Caller, cast: Cast, batch: int, decoder: Decoder) -> None:
    answer = mill.send(batch, {"a.jpg": picture(1), "b.png": picture(2, "PNG")})
    assert statuses(answer) == {"a.jpg": "received", "b.png": "received"}
    assert mill.post(f"/batches/{batch}/close").json()["state"] == "ingesting"
    work(decoder)
    shown = mill.get(f"/batches/{batch}").json()
    assert shown["state"] == "labelling"
    assert {k: shown["progress"][k] for k in ("received", "waiting", "ready", "jobs_done")} == {
        "received": 2, "waiting": 0, "ready": 2, "jobs_done": 1,
    }  # fmt: skip
    tasks = Task.objects.filter(batch=batch)
    assert [(t.overlap, t.max_overlap, t.state) for t in tasks] == [(3, 5, "open")] * 2
    seats = Assignment.objects.filter(task__in=tasks, state="open")
    assert sorted(seats.values_list("task_id", "number")) == [(t.id, n) for t in tasks for n in (1, 2, 3)]


def test_original_is_stored_under_its_digest_unchanged(mill: Caller, cast: Cast, batch: int) -> None:
    data = picture(3)
    mill.send(batch, {"a.jpg": data})
    digest = hashlib.sha256(data).hexdigest()
    with default_storage.open(image_key(cast.project.id, digest, "original")) as file:
        assert file.read() == data
    assert list(incoming_folder().iterdir()) == []


def test_sending_again_is_sending_once(mill: Caller, batch: int, decoder: Decoder) -> None:
    files = {"a.jpg": picture(1), "b.jpg": picture(2)}
    mill.send(batch, files)
    assert set(statuses(mill.send(batch, files)).values()) == {"already"}
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    assert progress(mill, batch)["ready"] == 2


def test_same_name_with_other_bytes_is_a_conflict_that_fails_no_neighbour(mill: Caller, batch: int) -> None:
    mill.send(batch, {"a.jpg": picture(1)})
    answer = mill.send(batch, {"a.jpg": picture(2), "b.jpg": picture(3)})
    assert statuses(answer) == {"a.jpg": "conflict", "b.jpg": "received"}
    assert answer.json()["conflict"] == 1
    assert progress(mill, batch)["received"] == 2


def test_names_keep_paths_that_file_names_lose(mill: Caller, batch: int) -> None:
    answer = mill.send(batch, {"1.jpg": picture(1), "2.jpg": picture(2)}, names=["train/1.jpg", "test/1.jpg"])
    assert statuses(answer) == {"train/1.jpg": "received", "test/1.jpg": "received"}
    assert mill.send(batch, {"1.jpg": picture(1)}, names=["a", "b"]).status_code == 422


def test_same_bytes_in_a_project_are_one_image(
    mill: Caller, cast: Cast, batch: int, decoder: Decoder
) -> None:
    mill.send(batch, {"a.jpg": picture(1), "copy.jpg": picture(1)})
    other = mill.post(f"/projects/{cast.project.id}/batches", {"name": "Tuesday"}).json()["id"]
    mill.send(other, {"again.jpg": picture(1)})
    mill.post(f"/batches/{batch}/close")
    mill.post(f"/batches/{other}/close")
    work(decoder)
    assert (progress(mill, batch)["ready"], progress(mill, batch)["duplicate"]) == (1, 1)
    assert progress(mill, other)["duplicate"] == 1
    row = mill.get(f"/batches/{other}/report").json()["results"][0]
    assert (row["name"], row["code"], row["duplicate_of"]["name"]) == ("again.jpg", "duplicate", "a.jpg")
    assert Task.objects.filter(project=cast.project).count() == 1
    assert mill.get(f"/batches/{other}").json()["state"] == "complete"  # there is nothing to label in it


def test_one_bad_file_never_fails_its_batch(mill: Caller, batch: int, decoder: Decoder) -> None:
    mill.send(
        batch,
        {
            "good.jpg": picture(1),
            "text.jpg": b"no picture at all",
            "copy of text.jpg": b"no picture at all",
            "cut.jpg": encode(pictures.noise(), "JPEG")[:3000],
            "empty.png": b"",
            "film.gif": pictures.animation("GIF"),
            "bomb.png": pictures.png_claiming(50_000, 50_000),
            "page.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        },
    )
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    shown = mill.get(f"/batches/{batch}").json()
    assert (shown["state"], shown["progress"]["ready"], shown["progress"]["failed"]) == ("labelling", 1, 7)
    report = {row["name"]: row for row in mill.get(f"/batches/{batch}/report").json()["results"]}
    assert {name: row["code"] for name, row in report.items()} == {
        "text.jpg": "not_an_image",
        "copy of text.jpg": "not_an_image",
        "cut.jpg": "truncated",
        "empty.png": "empty",
        "film.gif": "animated",
        "bomb.png": "too_many_pixels",
        "page.svg": "unsupported_format",
    }
    assert all(row["reason"] for row in report.values())
    assert "pixels" in report["bomb.png"]["detail"]


def test_refused_file_may_be_sent_again_mended(mill: Caller, batch: int, decoder: Decoder) -> None:
    mill.send(batch, {"a.jpg": b"broken", "b.jpg": picture(2)})
    age(batch)
    work(decoder)
    assert progress(mill, batch)["failed"] == 1
    assert statuses(mill.send(batch, {"a.jpg": picture(1)})) == {"a.jpg": "received"}
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    now = progress(mill, batch)
    assert (now["received"], now["ready"], now["failed"]) == (2, 2, 0)


def test_file_beyond_the_limit_is_refused_at_the_door(
    mill: Caller, batch: int, settings: Settings, decoder: Decoder
) -> None:
    settings.MAX_IMAGE_BYTES = 2000
    answer = mill.send(batch, {"big.bmp": picture(1, "BMP"), "a.jpg": picture(1)})
    assert statuses(answer) == {"big.bmp": "refused", "a.jpg": "received"}
    assert answer.json()["files"][0]["code"] == "too_large"
    assert statuses(mill.send(batch, {"big.bmp": picture(1, "BMP")})) == {"big.bmp": "already"}
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    assert [row["code"] for row in mill.get(f"/batches/{batch}/report").json()["results"]] == ["too_large"]
    assert list(incoming_folder().iterdir()) == []


def age(batch: int) -> None:
    """As if no file had come for a while."""
    Job.objects.filter(batch=batch).update(touched_at="2020-01-01T00:00:00Z")


def test_files_go_to_work_while_the_batch_is_still_open(mill: Caller, batch: int, decoder: Decoder) -> None:
    mill.send(batch, {"a.jpg": picture(1)})
    work(decoder)
    assert progress(mill, batch)["waiting"] == 1  # more may come for the same job
    age(batch)
    work(decoder)
    assert progress(mill, batch)["ready"] == 1
    assert statuses(mill.send(batch, {"b.jpg": picture(2)})) == {"b.jpg": "received"}
    assert mill.get(f"/batches/{batch}").json()["state"] == "open"


def test_jobs_hold_so_many_images_and_a_full_one_goes_to_work(
    mill: Caller, batch: int, settings: Settings
) -> None:
    settings.JOB_IMAGES = 4
    mill.send(batch, {f"{n}.jpg": picture(n) for n in range(10)})
    jobs = Job.objects.filter(batch=batch).order_by("number").values_list("number", "received", "state")
    assert list(jobs) == [(1, 4, "pending"), (2, 4, "pending"), (3, 2, "filling")]


def test_closed_batch_takes_nothing_more(mill: Caller, batch: int) -> None:
    mill.post(f"/batches/{batch}/close")
    assert mill.post(f"/batches/{batch}/close").status_code == 200
    answer = mill.send(batch, {"a.jpg": picture(1)})
    assert (answer.status_code, answer.json()["code"]) == (409, "batch_closed")


def test_batch_closed_empty_is_complete(mill: Caller, batch: int) -> None:
    assert mill.post(f"/batches/{batch}/close").json()["state"] == "complete"


def test_end_of_ingest_is_told_to_the_clients_webhook(
    mill: Caller, cast: Cast, batch: int, decoder: Decoder
) -> None:
    WebhookEndpoint.objects.create(organization=cast.mill, url="https://example.com/", secret="s")
    mill.send(batch, {"a.jpg": picture(1)})
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    told = WebhookDelivery.objects.get()
    assert (told.event, told.payload["batch"]) == ("batch.ingested", batch)


def test_upload_without_files_says_what_is_missing(mill: Caller, batch: int) -> None:
    answer = mill.send(batch, {})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "files")
    assert mill.post(f"/batches/{batch}/images", {}).status_code == 415


def test_full_disk_is_an_answer_and_loses_nothing(mill: Caller, batch: int) -> None:
    with patch("tasks.storage._rename", side_effect=OSError(28, "No space left on device")):
        answer = mill.send(batch, {"a.jpg": picture(1)})
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert not Image.objects.filter(batch=batch).exists()
    assert statuses(mill.send(batch, {"a.jpg": picture(1)})) == {"a.jpg": "received"}


def test_storage_that_fails_while_ingesting_is_no_verdict(mill: Caller, batch: int, decoder: Decoder) -> None:
    mill.send(batch, {"a.jpg": picture(1)})
    mill.post(f"/batches/{batch}/close")
    with patch("tasks.storage._rename", side_effect=OSError(5, "Input/output error")):
        work(decoder)
    job = Job.objects.get(batch=batch)
    assert (job.state, job.attempts, job.failed) == ("running", 1, 0)
    Job.objects.filter(id=job.id).update(running_until="2020-01-01T00:00:00Z")
    work(decoder)
    assert progress(mill, batch)["ready"] == 1


def test_job_that_was_abandoned_midway_ends_the_same(mill: Caller, batch: int, decoder: Decoder) -> None:
    """Its worker wrote a part, then died; another does the rest."""
    mill.send(batch, {f"{n}.jpg": picture(n) for n in range(6)})
    mill.post(f"/batches/{batch}/close")
    with patch("tasks.ingest._PART_IMAGES", 2), patch("tasks.ingest.put_back"):
        real, calls = ingest._write, []

        def dies_at_the_third(job: Job, part: Any, **kwargs: Any) -> None:
            calls.append(1)
            if len(calls) == 3:
                raise RuntimeError("killed")
            real(job, part, **kwargs)

        with patch("tasks.ingest._write", dies_at_the_third):
            work(decoder)
    assert progress(mill, batch)["ready"] == 4
    Job.objects.filter(batch=batch).update(running_until="2020-01-01T00:00:00Z")
    work(decoder)
    now = progress(mill, batch)
    assert (now["received"], now["ready"], now["jobs_done"]) == (6, 6, 1)
    assert Task.objects.filter(batch=batch).count() == 6
    assert Assignment.objects.filter(task__batch=batch).count() == 18


def test_worker_that_lost_its_job_writes_nothing(mill: Caller, batch: int, decoder: Decoder) -> None:
    mill.send(batch, {"a.jpg": picture(1)})
    mill.post(f"/batches/{batch}/close")
    slow = ingest.take_job(now=timezone.now())
    assert slow is not None
    Job.objects.filter(id=slow.id).update(running_until="2020-01-01T00:00:00Z")
    work(decoder)
    before = progress(mill, batch)
    ingest.run_job(job=slow, decoder=decoder)
    assert progress(mill, batch) == before
    assert Task.objects.filter(batch=batch).count() == 1


# Who may see what


def test_another_organizations_objects_are_not_there(
    mill: Caller, rival: Caller, cast: Cast, batch: int
) -> None:
    project = cast.project.id
    assert [
        rival.get(path).status_code
        for path in (
            f"/projects/{project}",
            f"/projects/{project}/schemas",
            f"/projects/{project}/batches",
            f"/batches/{batch}",
            f"/batches/{batch}/images",
            f"/batches/{batch}/archives",
            f"/batches/{batch}/report",
        )
    ] == [404] * 7
    assert rival.post(f"/projects/{project}/batches", {"name": "x"}).status_code == 404
    assert rival.post(f"/projects/{project}/schemas", {"spec": BOX_SPEC}).status_code == 404
    assert rival.post(f"/batches/{batch}/close").status_code == 404
    assert rival.send(batch, {"a.jpg": picture(1)}).status_code == 404
    assert rival.send_archive(batch, "a.zip", b"PK").status_code == 404
    assert rival.get("/projects").json()["results"] == []
    assert rival.post("/projects", {"name": "Mine", "organization": "mill"}).status_code == 404


def test_strangers_and_annotators_are_turned_away(cast: Cast, batch: int) -> None:
    assert Client().get("/api/v1/projects").status_code == 401
    assert Client(headers={"Authorization": "Bearer lm_no"}).get("/api/v1/projects").status_code == 401
    annotator = Client()
    annotator.force_login(cast.an, backend="workers.sessions.PersonBackend")
    answer = annotator.get(f"/api/v1/batches/{batch}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")


def test_member_may_upload_from_the_portal_with_the_csrf_token(cast: Cast, batch: int) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.ben, backend="workers.sessions.PersonBackend")
    path = f"/api/v1/batches/{batch}/images"
    file = io.BytesIO(picture(1))
    file.name = "a.jpg"
    assert browser.post(path, {"files": file}).status_code == 403
    browser.cookies["csrftoken"] = token = "t" * 32
    file.seek(0)
    answer = browser.post(path, {"files": file}, headers={"X-CSRFToken": token})
    assert statuses(answer) == {"a.jpg": "received"}


# Lists


def test_lists_are_pages_with_a_bounded_number_of_queries(
    mill: Caller, cast: Cast, decoder: Decoder, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    batch = make_batch(cast.project).id
    mill.send(batch, {f"{n}.jpg": picture(n) for n in range(12)} | {f"{n}.txt": b"x" for n in range(3)})
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    mill.get("/projects")  # the key's time of use is written once a minute
    first = mill.get(f"/batches/{batch}/images", page_size=10).json()
    assert (len(first["results"]), bool(first["next"])) == (10, True)
    for path, queries in [
        (f"/batches/{batch}/images", 3),
        (f"/batches/{batch}/report", 3),
        (f"/batches/{batch}/archives", 3),
        (f"/batches/{batch}", 4),
        (f"/projects/{cast.project.id}/batches", 5),
        ("/projects", 3),
    ]:
        with django_assert_num_queries(queries):
            assert mill.get(path).status_code == 200


def test_every_answer_carries_a_request_id(mill: Caller) -> None:
    assert mill.get("/projects").headers["X-Request-Id"]


def test_throttle_counts_keys_not_addresses(mill: Caller, rival: Caller) -> None:
    with patch("clients.auth.CallerThrottle.get_rate", return_value="2/min"):
        assert [mill.get("/projects").status_code for _ in range(3)] == [200, 200, 429]
        assert rival.get("/projects").status_code == 200
