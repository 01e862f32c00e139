"""Images taken along: labelled with the cable pulled, the page closed and opened again, each arrives once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tasks.models import Assignment, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.cable import Cable, cable
from tests.e2e.desk import LINE_BACK, Desk, ingest, truth
from tests.e2e.screens import keep_picture
from tests.installation import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

SIZE = 10
# The browser keeps the workbench's page and all its parts.
KEPT = """async () => {
    const script = await (await fetch("/desk/shell.js")).text();
    const { files, later } = JSON.parse(/SHELL = (\\{.*?\\});?\\n/s.exec(script)[1]);
    const found = await Promise.all([...files, ...later].map((url) => caches.match(url)));
    return found.every(Boolean);
}"""


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    """The fixed cast; Guiyang works on more photographs than one pack takes."""
    folder = data_folder("boxes_voc")
    cast = make_cast()
    ingest(cast, cast.project, [folder / "train" / name for name in sorted(truth(folder))[: SIZE + 2]])
    return cast


@pytest.fixture
def line(live_server: LiveServer) -> Iterator[Cable]:
    with cable(live_server.url) as line:
        yield line


def take(desk: Desk) -> None:
    desk.page.get_by_role("button", name=f"{SIZE} images").click()
    desk.page.get_by_text(f"Ready to be done offline: {SIZE}").wait_for()


def label(desk: Desk, count: int) -> list[str]:
    names = []
    for n in range(count):
        desk.wait_for_image()
        names.append(desk.image)
        desk.draw((60 + 5 * n, 60, 200, 150))
        desk.submit()
    return names


def reopened(desk: Desk, context: BrowserContext) -> Page:
    """The window is closed and opened again, still without a line."""
    desk.page.close()
    desk.page = context.new_page()
    desk.page.goto(f"{desk.url}/desk/")
    desk.opened()
    return desk.page


def test_a_pack_is_labelled_without_a_line_and_arrives_once(
    context: BrowserContext, line: Cable, cast: Cast
) -> None:
    desk = Desk(context, line, "an")
    take(desk)
    seats = Assignment.objects.filter(annotator=cast.an, state="leased")
    assert seats.count() == SIZE
    assert min(seat.leased_until for seat in seats) > timezone.now() + timedelta(hours=11)

    desk.page.wait_for_function(KEPT)
    line.pull()
    desk.start()
    names = label(desk, 6)
    desk.state("6 not yet sent")
    page = reopened(desk, context)
    page.get_by_text("4 ready offline").wait_for()
    desk.start()
    names += label(desk, 3)
    desk.wait_for_image()
    names.append(desk.image)
    desk.draw((60, 60, 200, 150))
    desk.press("Enter")
    desk.state(f"{SIZE} not yet sent")
    assert not Submission.objects.exists()

    line.put_back()
    desk.state("All sent", timeout=LINE_BACK)
    arrived = Counter(Submission.objects.values_list("task__image__name", flat=True))
    assert arrived == Counter(names)
    assert len(set(names)) == SIZE


def test_the_rest_of_a_pack_is_given_back(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    take(desk)
    desk.start()
    label(desk, 2)
    desk.page.locator("details.pack summary").click()
    desk.page.get_by_role("button", name="Give back the rest").click()
    desk.page.get_by_text("Going where there is no line?").wait_for()
    desk.state("All sent")
    packed = Assignment.objects.filter(
        annotator=cast.an, state="leased", leased_until__gt=timezone.now() + timedelta(hours=11)
    )
    assert until(lambda: packed.count() <= 1, seconds=15), "only the one on the screen"
    assert desk.faults == []


def test_a_pack_that_is_taken_at_work_holds_the_image_on_the_screen_once(
    context: BrowserContext, line: Cable, cast: Cast
) -> None:
    desk = Desk(context, line, "an")
    desk.start()
    desk.page.locator(".pack summary").click()
    take(desk)
    desk.press("Escape")
    line.pull()
    names = label(desk, SIZE)
    assert len(set(names)) == SIZE
    line.put_back()
    desk.state("All sent", timeout=LINE_BACK)
    assert Submission.objects.filter(annotator=cast.an).count() == SIZE


def test_whoever_stays_keeps_the_pack_and_whoever_leaves_is_signed_out_with_the_line(
    context: BrowserContext, line: Cable, cast: Cast
) -> None:
    desk = Desk(context, line, "an")
    take(desk)
    desk.page.wait_for_function(KEPT)
    line.pull()
    desk.start()
    label(desk, 2)
    desk.state("2 not yet sent")
    desk.wait_for_image()
    desk.draw((400, 300, 150, 100))
    desk.choose("Sign out")
    page = desk.page
    page.get_by_text(f"that are given back: {SIZE - 3}.").wait_for()  # one has been begun
    keep_picture(page, "leave-offline")
    page.get_by_role("button", name="Stay").click()
    page.get_by_text(f"Ready to be done offline: {SIZE - 2}").wait_for()
    desk.start()
    label(desk, 1)

    desk.choose("Sign out")
    page.get_by_role("button", name="Sign out all the same").click()
    page.get_by_text("Sign in once while connected").wait_for()
    line.put_back()
    page.goto(f"{desk.url}/desk/")
    page.wait_for_url("**/sign-in**")
    desk.sign_in("an")
    desk.state("All sent", timeout=LINE_BACK)
    assert Submission.objects.filter(annotator=cast.an).count() == 3
