"""However decoding ends, the caller gets an answer for that file and the next file is decoded as ever."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tasks.decode.decoder import Decoder
from tasks.decode.verdicts import BadImage, Limits, Rendered
from tests.unit import pictures
from tests.unit.pictures import encode

GOOD = encode(pictures.quarters(), "JPEG")


def wild(**limits: float) -> Decoder:
    return Decoder(
        limits=Limits(**{"wall_seconds": 20, **limits}),
        command=[sys.executable, "-m", "tests.unit.wild_child"],
    )


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with wild() as decoder:
        yield decoder


def verdict(answer: Rendered | BadImage) -> str:
    assert isinstance(answer, BadImage)
    return answer.verdict


def assert_still_works(decoder: Decoder) -> None:
    assert isinstance(decoder.decode(GOOD), Rendered)


def test_one_child_serves_many_files(decoder: Decoder) -> None:
    assert_still_works(decoder)
    child = decoder._child
    for _ in range(5):
        assert_still_works(decoder)
    assert decoder._child is child


def test_bad_file_is_a_verdict_and_the_child_lives_on(decoder: Decoder) -> None:
    assert_still_works(decoder)
    child = decoder._child
    assert verdict(decoder.decode(GOOD[:500])) == "truncated"
    assert_still_works(decoder)
    assert decoder._child is child


def test_file_larger_than_the_limit_never_reaches_the_child() -> None:
    with wild(file_bytes=100) as decoder:
        assert verdict(decoder.decode(GOOD)) == "too_large"
        assert verdict(decoder.decode(b"")) == "empty"
        assert decoder._child is None


def test_hanging_decoder_is_killed_at_the_limit() -> None:
    with wild(wall_seconds=1) as decoder:
        before = time.monotonic()
        assert verdict(decoder.decode(b"hang")) == "decode_timeout"
        assert time.monotonic() - before < 15  # the child sleeps for ten minutes
        assert_still_works(decoder)


def test_spinning_decoder_is_stopped_by_its_processor_time() -> None:
    with wild(cpu_seconds=1, wall_seconds=60) as decoder:
        before = time.monotonic()
        assert verdict(decoder.decode(b"spin")) == "decode_timeout"
        assert time.monotonic() - before < 30
        assert_still_works(decoder)


def test_processor_time_is_counted_for_each_file_not_for_all() -> None:
    heavy = encode(pictures.noise(2000, 1500), "PNG")
    with wild(cpu_seconds=2) as decoder:
        assert all(isinstance(decoder.decode(heavy), Rendered) for _ in range(8))


def test_picture_that_needs_too_much_memory_is_refused() -> None:
    """A true bomb: 100 million pixels in some kilobytes, within the pixel limit, beyond the memory limit."""
    bomb = encode(Image.new("L", (10_000, 10_000)).convert("P"), "PNG", transparency=0)
    assert len(bomb) < 200_000
    with wild(memory=320 * 1024**2) as decoder:
        assert verdict(decoder.decode(bomb)) == "too_much_memory"
        assert_still_works(decoder)


@pytest.mark.parametrize(("order", "how"), [(b"crash", "SIGSEGV"), (b"exit", "exit 3")])
def test_crash_is_the_files_verdict(decoder: Decoder, order: bytes, how: str) -> None:
    answer = decoder.decode(order)
    assert verdict(answer) == "decoder_crashed"
    assert isinstance(answer, BadImage)
    assert answer.detail == how
    assert_still_works(decoder)


def test_answer_without_sense_is_the_files_verdict(decoder: Decoder) -> None:
    assert verdict(decoder.decode(b"chatter")) == "decoder_crashed"
    assert_still_works(decoder)


def test_child_killed_by_somebody_else_costs_no_file(decoder: Decoder) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)  # the child is not root
        mark = Path(folder) / "mark"
        mark.touch()
        assert isinstance(decoder.decode(b"crash once " + os.fsencode(mark)), Rendered)
        assert not mark.exists()


def test_child_that_died_while_idle_is_replaced(decoder: Decoder) -> None:
    assert_still_works(decoder)
    child = decoder._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert_still_works(decoder)


def test_child_cannot_write_a_file(decoder: Decoder) -> None:
    assert verdict(decoder.decode(b"write")) in ("corrupt", "decoder_crashed")
    written = Path("/tmp/written-by-the-decoder")
    assert not written.exists() or written.stat().st_size == 0
    written.unlink(missing_ok=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only a child of root gives up rights")
def test_child_is_not_root_and_inherits_no_secrets(decoder: Decoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABELMILL_SECRET_KEY", "secret")
    who = decoder.decode(b"who")
    assert isinstance(who, Rendered)
    assert who.width == 65534
    assert who.height - 1 <= 3


def test_child_ends_when_its_parent_does() -> None:
    decoder = wild()
    assert_still_works(decoder)
    child = decoder._child
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(timeout=10) == 0


def test_many_files_are_answered_in_order_whatever_becomes_of_each(decoder: Decoder) -> None:
    files = [("a", GOOD), ("b", b"crash"), ("c", b""), ("d", GOOD), ("e", b"text"), ("f", GOOD)]
    answers = dict(decoder.decode_all(files))
    assert list(answers) == ["a", "b", "c", "d", "e", "f"]
    kinds = {tag: a.verdict if isinstance(a, BadImage) else "ok" for tag, a in answers.items()}
    assert kinds == {
        "a": "ok",
        "b": "decoder_crashed",
        "c": "empty",
        "d": "ok",
        "e": "not_an_image",
        "f": "ok",
    }


def test_answer_that_nobody_waited_for_is_not_taken_for_the_next_files(decoder: Decoder) -> None:
    wide, tall = encode(pictures.quarters(300, 100), "PNG"), encode(pictures.quarters(100, 300), "PNG")
    for _ in decoder.decode_all([("first", wide), ("second", wide), ("third", wide)]):
        break
    answer = decoder.decode(tall)
    assert isinstance(answer, Rendered)
    assert (answer.width, answer.height) == (100, 300)
