"""An archive is as good as its files sent one by one, and no worse however it was made."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from PIL import Image as Picture
from pytest_django import Settings

from tasks.decode.decoder import Decoder
from tasks.models import Archive, Image
from tasks.storage import incoming_folder
from tests.api.clients import Caller, work
from tests.cast import Cast
from tests.factories import make_batch
from tests.unit.pictures import encode


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    with patch("tasks.jobs.ingest_pending.apply_async"):
        yield


@pytest.fixture
def batch(cast: Cast) -> int:
    return make_batch(cast.project).id


def picture(shade: int) -> bytes:
    return encode(Picture.new("RGB", (48, 32), (shade * 20, 60, 90)), "PNG")


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def expanded(mill: Caller, batch: int, data: bytes, decoder: Decoder) -> dict[str, str]:
    """Send, close, work; each file's name with `ready` or the code of its refusal."""
    answer = mill.send_archive(batch, "photos.zip", data)
    assert answer.status_code == 202, answer.content
    mill.post(f"/batches/{batch}/close")
    work(decoder)
    rows = Image.objects.filter(batch=batch).values_list("name", "state", "reason")
    return {name.partition(": ")[2] or name: reason or state for name, state, reason in rows}


def refusal(batch: int) -> str:
    archive = Archive.objects.get(batch=batch)
    assert archive.state == "refused"
    return archive.reason


@pytest.mark.parametrize(
    "make",
    [
        zipped,
        lambda files: zipped(files, zipfile.ZIP_STORED),
        lambda files: zipped(files, zipfile.ZIP_LZMA),
        tarred,
        lambda files: tarred(files, "w:gz"),
        lambda files: tarred(files, "w:bz2"),
        lambda files: tarred(files, "w:xz"),
    ],
    ids=["zip", "zip stored", "zip lzma", "tar", "tar.gz", "tar.bz2", "tar.xz"],
)
def test_each_kind_of_archive_is_expanded(mill: Caller, batch: int, decoder: Decoder, make: object) -> None:
    files = {"train/1.png": picture(1), "./test/1.png": picture(2), "中文/图片.png": picture(3)}
    found = expanded(mill, batch, make(files), decoder)  # type: ignore[operator]
    assert found == {"train/1.png": "ready", "test/1.png": "ready", "中文/图片.png": "ready"}
    shown = mill.get(f"/batches/{batch}/archives").json()["results"][0]
    assert (shown["state"], shown["files"]) == ("done", 3)
    assert mill.get(f"/batches/{batch}").json()["state"] == "labelling"
    assert list(incoming_folder().iterdir()) == []


def test_litter_of_operating_systems_is_passed_over(mill: Caller, batch: int, decoder: Decoder) -> None:
    files = {
        "a.png": picture(1),
        "__MACOSX/._a.png": b"x",
        "._a.png": b"x",
        "deep/.DS_Store": b"x",
        "Thumbs.db": b"x",
    }
    assert expanded(mill, batch, zipped(files), decoder) == {"a.png": "ready"}


def test_paths_that_lead_out_are_refused_and_nothing_is_written_there(
    mill: Caller, batch: int, decoder: Decoder
) -> None:
    names = ["../../evil.png", "/etc/evil.png", "a/../../evil.png", "..\\evil.png", "C:\\evil.png"]
    files = {name: picture(n) for n, name in enumerate(names)} | {"good.png": picture(9)}
    found = expanded(mill, batch, zipped(files), decoder)
    assert found.pop("good.png") == "ready"
    assert set(found.values()) == {"unsafe_path"}
    assert len(found) == 5


def test_links_and_devices_in_a_tar_are_refused(mill: Caller, batch: int, decoder: Decoder) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in [
            ("link.png", tarfile.SYMTYPE),
            ("hard.png", tarfile.LNKTYPE),
            ("null", tarfile.CHRTYPE),
        ]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert expanded(mill, batch, out.getvalue(), decoder) == {
        "link.png": "not_a_file",
        "hard.png": "not_a_file",
        "null": "not_a_file",
    }


def test_link_in_a_zip_is_refused(mill: Caller, batch: int, decoder: Decoder) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.png")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert expanded(mill, batch, out.getvalue(), decoder) == {"link.png": "not_a_file"}


def test_encrypted_and_nested_files_are_refused(mill: Caller, batch: int, decoder: Decoder) -> None:
    data = bytearray(zipped({"secret.png": picture(1), "inner.zip": zipped({"a.png": picture(2)})}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        data[at + offset] |= 1  # the bit that says: encrypted
    assert expanded(mill, batch, bytes(data), decoder) == {
        "secret.png": "encrypted",
        "inner.zip": "nested_archive",
    }


def test_one_damaged_file_in_a_zip_fails_alone(mill: Caller, batch: int, decoder: Decoder) -> None:
    noise = encode(Picture.effect_noise((64, 64), 50), "PNG")
    data = bytearray(zipped({"bad.png": noise, "good.png": picture(1)}, zipfile.ZIP_STORED))
    data[data.find(noise) + 200] ^= 0xFF
    assert expanded(mill, batch, bytes(data), decoder) == {"bad.png": "corrupt", "good.png": "ready"}


def test_name_that_other_bytes_have_is_refused_and_named(mill: Caller, batch: int, decoder: Decoder) -> None:
    mill.send(batch, {"a.png": picture(1)})
    found = expanded(mill, batch, zipped({"a.png": picture(2), "b.png": picture(3)}), decoder)
    assert found["b.png"] == "ready"
    report = mill.get(f"/batches/{batch}/report").json()["results"]
    assert [(row["code"], row["name"].partition("#")[0]) for row in report] == [("name_taken", "photos.zip")]
    assert Image.objects.filter(batch=batch, state="ready").count() == 2


def test_archive_cut_short_keeps_what_could_be_read(mill: Caller, batch: int, decoder: Decoder) -> None:
    noisy = {f"{n}.png": encode(Picture.effect_noise((64, 64), 50), "PNG") for n in range(6)}
    data = tarred(noisy, "w:gz")
    with patch("tasks.archives._PART_FILES", 2):
        found = expanded(mill, batch, data[: len(data) * 2 // 3], decoder)
    assert refusal(batch) == "archive_corrupt"
    ready = [name for name, end in found.items() if end == "ready"]
    assert 2 <= len(ready) < 6
    assert set(found.values()) <= {"ready", "corrupt"}  # the file in which it breaks off, and no other
    whole = mill.send_archive(batch, "photos.zip", data)
    assert whole.status_code == 409  # the batch is closed; an open one would take the mended archive


@pytest.mark.parametrize(
    "data",
    [b"no archive at all", b"", b"PK\x03\x04 nonsense", gzip.compress(b"text")],
    ids=["text", "nothing", "cut zip", "gzip of no tar"],
)
def test_what_is_no_archive_is_refused(mill: Caller, batch: int, decoder: Decoder, data: bytes) -> None:
    assert expanded(mill, batch, data, decoder) == {}
    assert refusal(batch) in ("not_an_archive", "archive_corrupt", "archive_empty")
    assert mill.get(f"/batches/{batch}").json()["state"] == "complete"


def test_archive_without_files_is_refused(mill: Caller, batch: int, decoder: Decoder) -> None:
    assert expanded(mill, batch, zipped({}), decoder) == {}
    assert refusal(batch) == "archive_empty"


def test_huge_entry_is_refused_before_it_unfolds(
    mill: Caller, batch: int, decoder: Decoder, settings: Settings
) -> None:
    """64 MB of zeros in some kilobytes: larger than a file may be, so that it is never unpacked."""
    settings.MAX_IMAGE_BYTES = 1024**2
    assert expanded(mill, batch, zipped({"0.png": bytes(64 * 1024**2)}), decoder) == {"0.png": "too_large"}


def test_archive_that_claims_to_unfold_too_far_is_a_bomb(mill: Caller, batch: int, decoder: Decoder) -> None:
    data = bytearray(zipped({f"{n}.png": bytes(1000) for n in range(30)}))
    at = -1
    while (at := data.find(b"PK\1\2", at + 1)) != -1:
        struct.pack_into("<I", data, at + 24, 90 * 1024**2)  # the size after unpacking
    expanded(mill, batch, bytes(data), decoder)
    assert refusal(batch) == "archive_bomb"


def test_too_many_files_are_refused(mill: Caller, batch: int, decoder: Decoder, settings: Settings) -> None:
    settings.MAX_ARCHIVE_FILES = 3
    expanded(mill, batch, zipped({f"{n}.png": picture(n) for n in range(5)}), decoder)
    assert refusal(batch) == "archive_too_many_files"


def test_tar_header_that_claims_gigabytes_is_not_read(mill: Caller, batch: int, decoder: Decoder) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 4 * 1024**3
    data = info.tobuf(tarfile.USTAR_FORMAT) + bytes(10_000)
    expanded(mill, batch, data, decoder)
    assert refusal(batch) in ("archive_corrupt", "not_an_archive")


def test_archive_beyond_the_limit_is_refused_at_the_door(
    mill: Caller, batch: int, settings: Settings
) -> None:
    settings.MAX_ARCHIVE_BYTES = 100
    answer = mill.send_archive(batch, "a.zip", zipped({"a.png": picture(1)}))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert list(incoming_folder().iterdir()) == []


def test_sending_an_archive_again_is_sending_it_once(mill: Caller, batch: int, decoder: Decoder) -> None:
    data = zipped({"a.png": picture(1)})
    first, again = (mill.send_archive(batch, "a.zip", data) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]


def test_archive_accepted_before_the_close_is_still_expanded(
    mill: Caller, batch: int, decoder: Decoder
) -> None:
    mill.send_archive(batch, "a.zip", zipped({"a.png": picture(1)}))
    closed = mill.post(f"/batches/{batch}/close").json()
    assert (closed["state"], closed["progress"]["archives_waiting"]) == ("ingesting", 1)
    assert mill.send_archive(batch, "b.zip", zipped({"b.png": picture(2)})).status_code == 409
    work(decoder)
    shown = mill.get(f"/batches/{batch}").json()
    assert (shown["state"], shown["progress"]["ready"]) == ("labelling", 1)


def test_archive_whose_worker_died_is_expanded_again_and_ends_the_same(
    mill: Caller, batch: int, decoder: Decoder
) -> None:
    mill.send_archive(batch, "a.zip", zipped({f"{n}.png": picture(n) for n in range(5)} | {"../x": b""}))
    mill.post(f"/batches/{batch}/close")
    with (
        patch("tasks.archives._PART_FILES", 2),
        patch("tasks.archives._end", side_effect=RuntimeError("killed")),
    ):
        work(decoder)
    assert Archive.objects.get(batch=batch).state == "running"
    Archive.objects.filter(batch=batch).update(running_until="2020-01-01T00:00:00Z")
    work(decoder)
    now = mill.get(f"/batches/{batch}").json()
    assert now["state"] == "labelling"
    assert (now["progress"]["received"], now["progress"]["ready"], now["progress"]["failed"]) == (6, 5, 1)
