"""Images are served to whoever holds a fresh address of ours, as the type we say, and to nobody else."""

from __future__ import annotations

import io
import time
from typing import Any
from unittest.mock import patch

import PIL.Image
import pytest
from django.test import Client

from tasks import storage
from tasks.delivery import image_url
from tasks.light import HEAVY
from tasks.models import Image
from tests.cast import Cast
from tests.factories import make_batch, make_tasks
from tests.unit.pictures import encode, noise

NOW = 1_800_000_000.0
ORIGINAL = bytes(range(256)) * 20


@pytest.fixture
def image(cast: Cast) -> Image:
    image = make_tasks(make_batch(cast.project), 1)[0].image
    for rendition, data in (("original", ORIGINAL), ("screen", b"RIFFscreen"), ("grid", b"RIFFgrid")):
        storage.keep_bytes(data, storage.image_key(image.project_id, image.sha256, rendition))
    return image


def fetch(url: str, now: float | None = None, **headers: str) -> Any:
    with patch("tasks.delivery.time.time", return_value=now if now is not None else time.time()):
        return Client().get(url, headers=headers)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_rendition_is_served_as_webp_and_kept_by_the_browser(image: Image) -> None:
    answer = fetch(image_url(image, "screen", now=NOW), NOW)
    assert (answer.status_code, body(answer)) == (200, b"RIFFscreen")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert "immutable" in answer.headers["Cache-Control"]


def heavy_webp(width: int, height: int) -> bytes:
    data = encode(noise(width, height), "WEBP")
    assert len(data) > HEAVY
    return data


def test_slow_line_gets_a_light_copy_of_a_heavy_picture_made_once(image: Image) -> None:
    url = image_url(image, "screen", now=NOW)
    # One that is light enough is kept by the browser under its own address.
    assert fetch(f"{url}?light", NOW).headers["Location"] == url
    heavy = heavy_webp(1280, 640)
    storage.keep_bytes(heavy, storage.image_key(image.project_id, image.sha256, "screen"))
    light = body(fetch(f"{url}?light", NOW))
    assert len(light) < len(heavy)
    assert PIL.Image.open(io.BytesIO(light)).size == (1024, 512)
    assert body(fetch(url, NOW)) == heavy
    with patch("tasks.light._lighter", side_effect=AssertionError):
        assert body(fetch(f"{url}?light", NOW)) == light


def test_light_copy_of_much_detail_is_made_lighter_once_more(image: Image) -> None:
    heavy = heavy_webp(800, 600)
    storage.keep_bytes(heavy, storage.image_key(image.project_id, image.sha256, "screen"))
    once = encode(PIL.Image.open(io.BytesIO(heavy)), "WEBP", quality=50, method=2)
    assert len(once) > HEAVY
    light = body(fetch(f"{image_url(image, 'screen', now=NOW)}?light", NOW))
    assert len(light) < 0.9 * len(once)


def test_light_copy_that_cannot_be_kept_is_given_all_the_same(image: Image) -> None:
    url = image_url(image, "screen", now=NOW)
    storage.keep_bytes(heavy_webp(800, 600), storage.image_key(image.project_id, image.sha256, "screen"))
    with patch("tasks.storage.keep_bytes", side_effect=storage.StorageUnavailable):
        assert PIL.Image.open(io.BytesIO(body(fetch(f"{url}?light", NOW)))).size == (800, 600)


def test_of_a_damaged_picture_there_is_no_light_copy(image: Image) -> None:
    url = image_url(image, "screen", now=NOW)
    damaged = heavy_webp(800, 600)[:HEAVY] + b"x" * HEAVY
    storage.keep_bytes(damaged, storage.image_key(image.project_id, image.sha256, "screen"))
    assert fetch(f"{url}?light", NOW).headers["Location"] == url
    odd = image_url(Image(project_id=1, sha256="ab", format="JPEG", name="a (1), b?#.jpg"), "screen", now=NOW)
    assert fetch(f"{odd}?light", NOW).status_code == 404
    storage.keep_bytes(b"RIFFodd", storage.image_key(1, "ab", "screen"))
    assert fetch(f"{odd}?light", NOW).headers["Location"] == odd
    # Of the others there is none.
    assert body(fetch(f"{image_url(image, 'grid', now=NOW)}?light", NOW)) == b"RIFFgrid"


def test_rendition_carries_no_header_that_nobody_needs(image: Image) -> None:
    answer = fetch(image_url(image, "grid", now=NOW), NOW)
    assert not answer.headers.keys() & {"ETag", "Accept-Ranges", "Content-Disposition", "Content-Language"}


def test_original_is_a_download_of_the_type_that_was_decoded(image: Image) -> None:
    Image.objects.filter(id=image.id).update(name="train/猫.svg")
    image.refresh_from_db()
    answer = fetch(image_url(image, "original", now=NOW), NOW)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert body(answer) == ORIGINAL


def test_address_stays_the_same_within_its_window_and_outlives_it(image: Image) -> None:
    first = image_url(image, "screen", now=NOW - NOW % 3600)
    assert image_url(image, "screen", now=NOW - NOW % 3600 + 3599) == first
    assert image_url(image, "screen", now=NOW - NOW % 3600 + 3600) != first
    assert fetch(first, NOW - NOW % 3600 + 7199).status_code == 200


def test_expired_address_says_so(image: Image) -> None:
    answer = fetch(image_url(image, "screen", now=NOW), NOW + 3 * 3600, accept="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "link_expired")


def test_address_that_was_tampered_with_leads_nowhere(image: Image) -> None:
    url = image_url(image, "screen", now=NOW)
    for tampered in (
        url.replace("-screen-", "-original-"),
        url.replace("/media/", "/media/1"),
        url.replace(image.sha256[:8], "0" * 8),
        "/media/nonsense/x.webp",
        "/media/1-..-original-jpeg-9999999999~x/x.jpg",
    ):
        assert fetch(tampered, NOW).status_code == 404, tampered


def test_bytes_that_are_gone_are_not_found(image: Image) -> None:
    image.sha256 = "0" * 64
    assert fetch(image_url(image, "screen", now=NOW), NOW).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=5000-", 206, 5000, 5119),
        ("bytes=-20", 206, 5100, 5119),
        ("bytes=5100-999999", 206, 5100, 5119),
        ("bytes=0-", 200, 0, 5119),
        ("bytes=-999999", 200, 0, 5119),
        ("bytes=0-1,5-6", 200, 0, 5119),
        ("bytes=9-3", 200, 0, 5119),
        ("lines=1-2", 200, 0, 5119),
    ],
)
def test_part_of_an_original_can_be_asked_for(
    image: Image, asked: str, status: int, first: int, last: int
) -> None:
    answer = fetch(image_url(image, "original", now=NOW), NOW, range=asked)
    assert (answer.status_code, body(answer)) == (status, ORIGINAL[first : last + 1])
    assert answer.headers["Content-Length"] == str(last - first + 1)
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(ORIGINAL)}"


@pytest.mark.parametrize("asked", ["bytes=5120-", "bytes=-0"])
def test_part_beyond_the_end_is_refused(image: Image, asked: str) -> None:
    answer = fetch(image_url(image, "original", now=NOW), NOW, range=asked)
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(ORIGINAL)}")


def test_part_of_something_that_changed_is_the_whole(image: Image) -> None:
    url = image_url(image, "original", now=NOW)
    etag = fetch(url, NOW).headers["ETag"]
    assert fetch(url, NOW, range="bytes=0-9", if_range=etag).status_code == 206
    assert fetch(url, NOW, range="bytes=0-9", if_range='"other"').status_code == 200
    assert fetch(url, NOW, if_none_match=etag).status_code == 304


def test_nothing_can_be_sent_there(image: Image) -> None:
    assert Client().post(image_url(image, "screen")).status_code == 405


def test_serving_asks_the_database_nothing(image: Image, django_assert_num_queries: Any) -> None:
    url = image_url(image, "grid", now=NOW)
    with django_assert_num_queries(0):
        assert body(fetch(url, NOW)) == b"RIFFgrid"
