"""Releases: what they hold, that they are reproducible, and how they are built by workers that may die."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotator.errors import Invalid
from review import builder
from review.adjudicate import Verdict, adjudicate
from review.models import Consensus, Release, ReleaseFile
from review.releases import NothingSettled, request_release
from review.settle import settle_answered
from review.specs import merge_specs
from tasks import storage
from tasks.models import Batch, Project, Task
from tests.cast import Cast, make_cast
from tests.factories import box, make_batch, make_tasks, payload
from tests.labelling import answer_all, dispute

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


def settled(cast: Cast, count: int = 3) -> Batch:
    batch = make_batch(cast.project, state="labelling", closed_at="2026-11-01T00:00Z")
    tasks = make_tasks(batch, count)
    crew = [cast.an, cast.bo, cast.chen]
    answer_all(crew, cast.project, {t.id: payload(box(10 + i, 20, 200, 150)) for i, t in enumerate(tasks)})
    assert settle_answered().settled == count
    return batch


def built(cast: Cast, batch: Batch | None = None, formats: tuple[str, ...] = ("coco", "yolo")) -> Release:
    release = request_release(project=cast.project, batch=batch, formats=formats, person=None)
    assert builder.build_next()
    release.refresh_from_db()
    return release


def opened(file: ReleaseFile) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(storage.read_bytes(file.key)))


def test_a_release_holds_every_settled_task_in_each_format(cast: Cast) -> None:
    settled(cast)
    release = built(cast, formats=("jsonl", "coco"))
    assert (release.state, release.version, release.total, release.done) == ("ready", 1, 3, 6)
    assert list(release.files.order_by("id").values_list("name", flat=True)) == [
        "coco.zip",
        "jsonl.zip",
        "manifest.json",
    ]
    with opened(release.files.get(format="coco")) as archive:
        document = json.loads(archive.read("annotations/instances_train.json"))
        assert len(document["images"]) == len(document["annotations"]) == 3


def test_the_manifest_and_the_rows_tell_the_digests_of_the_bytes(cast: Cast) -> None:
    settled(cast)
    release = built(cast)
    manifest = json.loads(storage.read_bytes(release.files.get(format="manifest").key))
    for file in release.files.exclude(format="manifest"):
        data = storage.read_bytes(file.key)
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert {
            "name": file.name,
            "format": file.format,
            "size": file.size,
            "sha256": file.sha256,
        } in manifest["files"]
    assert release.digest == release.files.get(format="manifest").sha256


def test_every_archive_lists_its_images_where_the_format_looks_for_them(cast: Cast) -> None:
    batch = settled(cast)
    release = built(cast)
    with opened(release.files.get(format="yolo")) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("images.csv").decode())))
        assert len(rows) == 3
        assert {row["batch"] for row in rows} == {batch.name}
        for row in rows:
            label = row["image"].replace("images/", "labels/").replace(".jpg", ".txt")
            assert label in archive.namelist()
            assert row["sha256"] == hashlib.sha256(row["source_name"].encode()).hexdigest()


def test_the_same_settled_tasks_make_the_same_bytes_and_digest(cast: Cast) -> None:
    settled(cast)
    first, second = built(cast), built(cast)
    assert (first.version, second.version) == (1, 2)
    assert first.digest == second.digest
    keys = [list(r.files.order_by("format").values_list("key", flat=True)) for r in (first, second)]
    assert keys[0] == keys[1]


def test_a_later_task_is_in_the_next_release_only(cast: Cast) -> None:
    settled(cast)
    early = request_release(project=cast.project, batch=None, formats=["jsonl"], person=None)
    settled(cast, 2)
    assert builder.build_next()
    early.refresh_from_db()
    assert (early.total, built(cast).total) == (3, 5)


def test_a_release_of_a_batch_holds_that_batch(cast: Cast) -> None:
    settled(cast)
    batch = settled(cast, 2)
    assert built(cast, batch).total == 2


def test_what_cannot_be_labelled_is_in_no_release(cast: Cast) -> None:
    settled(cast, 1)
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    (task,) = make_tasks(make_batch(cast.project), 1)
    answers = [payload(box(10, 10, 50, 50)), payload(box(600, 400, 90, 90, label="raspberry-pi-3"))]
    case = dispute([cast.an, cast.bo], task, answers)
    given = Verdict("0191d8e0-0000-7000-8000-000000000009", {}, excluded=True)  # type: ignore[arg-type]
    adjudicate(person=cast.rong, dispute_id=case.id, verdict=given)
    assert built(cast).total == 1


def test_nothing_settled_is_no_release(cast: Cast) -> None:
    with pytest.raises(NothingSettled):
        request_release(project=cast.project, batch=None, formats=["coco"], person=None)


def test_unknown_formats_are_refused(cast: Cast) -> None:
    settled(cast, 1)
    with pytest.raises(Invalid):
        request_release(project=cast.project, batch=None, formats=["xls"], person=None)


def test_a_ready_release_never_changes(cast: Cast) -> None:
    settled(cast, 1)
    release = built(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(id=release.id).update(total=9)


def test_a_worker_that_died_is_followed_by_another_with_the_same_result(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker dies after one format; the next one keeps that and makes the other."""
    settled(cast)
    whole = built(cast)
    release = request_release(project=cast.project, batch=None, formats=["coco", "yolo"], person=None)
    claimed = builder.claim(now=timezone.now())
    assert claimed is not None
    builder.build_format(claimed, builder.FORMATS["coco"], spec=builder.release_spec(claimed), before=0)
    assert builder.build_next() is False, "a release that is held is nobody else's"
    Release.objects.filter(id=release.id).update(building_until=timezone.now() - timedelta(seconds=1))
    made: list[str] = []
    real = builder.build_format
    monkeypatch.setattr(
        builder, "build_format", lambda r, form, **rest: made.append(form.key) or real(r, form, **rest)
    )
    assert builder.build_next()
    release.refresh_from_db()
    assert made == ["yolo"]
    assert (release.state, release.digest) == ("ready", whole.digest)
    with pytest.raises(builder.BuildLost):
        builder.renew(claimed, done=1, now=timezone.now())


def test_a_worker_that_lost_the_release_stops_and_leaves_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(cast)
    release = request_release(project=cast.project, batch=None, formats=["coco"], person=None)
    slow = builder.claim(now=timezone.now() - timedelta(hours=1))
    assert slow is not None
    before = set(storage.incoming_folder().glob("release-*"))
    assert builder.build_next()
    with pytest.raises(builder.BuildLost):
        builder.build(slow)
    release.refresh_from_db()
    assert (release.state, release.files.count()) == ("ready", 2)
    assert set(storage.incoming_folder().glob("release-*")) == before


def test_a_release_that_keeps_failing_is_given_up_in_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(cast, 1)
    release = request_release(project=cast.project, batch=None, formats=["coco"], person=None)

    def full(*_: object, **__: object) -> None:
        raise storage.StorageUnavailable

    monkeypatch.setattr(builder, "build_format", full)
    for _ in range(builder.MAX_ATTEMPTS):
        assert builder.build_next()
        Release.objects.filter(id=release.id, state="building").update(building_until=timezone.now())
    release.refresh_from_db()
    assert release.state == "failed"
    assert "storage" in release.error
    assert builder.build_next() is False


def test_memory_does_not_hold_the_release_but_a_chunk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(cast, 5)
    monkeypatch.setattr(builder, "CHUNK", 2)
    seen: list[int] = []
    release = request_release(project=cast.project, batch=None, formats=["coco"], person=None)
    list(builder.records_of(release, progress=seen.append))
    assert seen == [2, 4, 5]


def test_a_missing_task_is_noticed(cast: Cast) -> None:
    settled(cast, 2)
    release = request_release(project=cast.project, batch=None, formats=["coco"], person=None)
    Consensus.objects.filter(task=Task.objects.first()).update(excluded=True)
    with pytest.raises(RuntimeError, match="holds 2 tasks, but 1"):
        list(builder.records_of(release, progress=lambda done: None))


def test_classes_keep_their_numbers_when_the_schema_grows() -> None:
    old = {"classes": [{"key": "a", "names": {"en": "A"}}, {"key": "b"}], "tags": []}
    new = {
        "classes": [{"key": "c"}, {"key": "a", "names": {"en": "Alpha"}}],
        "tags": [{"key": "t", "options": [{"key": "x"}]}],
    }
    newer = {"classes": [], "tags": [{"key": "t", "options": [{"key": "y"}]}]}
    merged = merge_specs([old, new, newer])
    assert [entry["key"] for entry in merged["classes"]] == ["a", "b", "c"]
    assert merged["classes"][0]["names"] == {"en": "Alpha"}
    assert [option["key"] for option in merged["tags"][0]["options"]] == ["x", "y"]
