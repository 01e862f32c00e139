"""Half an hour without a line: the leases run out, others take the images, and no work is lost."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from tasks import queue
from tasks.models import Assignment, Project, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.cable import cable
from tests.e2e.desk import LINE_BACK, Desk, ingest, truth
from tests.e2e.screens import keep_picture
from tests.factories import box, payload
from workers.models import Earning, Person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

BUFFER = 6


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    """Each image is answered once: what somebody else has taken is not open any more."""
    folder = data_folder("boxes_voc")
    cast = make_cast()
    Project.objects.filter(id=cast.project.id).update(overlap=1)
    ingest(cast, cast.project, [folder / "train" / name for name in sorted(truth(folder))[:BUFFER]])
    return cast


def answer(person: Person, seat: queue.Seat) -> queue.Status:
    found = payload(box(10, 10, 50, 50))
    given = queue.Answer(uuid.uuid4(), seat.assignment, seat.token, seat.task, found, 1000)
    return queue.submit(annotator_id=person.id, answer=given)


def test_what_was_done_without_a_line_is_kept_and_paid_though_its_leases_ran_out(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    with cable(live_server.url) as line:
        desk = Desk(context, line, "an")
        desk.start()
        desk.wait_for_buffer(BUFFER)
        line.pull()
        drawn: dict[str, float] = {}
        for n in range(BUFFER):
            desk.wait_for_image()
            drawn[desk.image] = 40 + 10 * n
            desk.draw((40 + 10 * n, 60, 200, 150))
            if n < BUFFER - 1:
                desk.submit()
        desk.state(f"{BUFFER - 1} not yet sent")

        mine = Assignment.objects.filter(annotator=cast.an, state="leased")
        assert mine.update(leased_until=timezone.now() - timedelta(minutes=15)) == BUFFER
        assert queue.expire_leases() == BUFFER
        taken = queue.claim(annotator_id=cast.bo.id, project_id=cast.project.id, count=3)
        assert len(taken) == 3
        assert [answer(cast.bo, seat) for seat in taken[:2]] == ["accepted", "accepted"]

        line.put_back()
        desk.state("All sent", timeout=LINE_BACK)
        # Of the image that was begun the page says so, and has it still.
        expect(desk.page.get_by_text("The time for this image ran out")).to_be_visible()
        assert (desk.image, desk.boxes) == (list(drawn)[-1], 1)
        keep_picture(desk.page, "lease-ran-out")
        desk.press("Enter")
        desk.page.wait_for_selector("#stage", state="detached")
        desk.state("All sent")
        assert f"{BUFFER} " in desk.page.locator(".today").inner_text()
        assert desk.faults == []

    kept = list(Submission.objects.filter(annotator=cast.an).select_related("task__image"))
    assert {one.task.image.name: one.payload["shapes"][0]["box"][0] for one in kept} == pytest.approx(
        drawn, abs=1
    )
    assert len(kept) == BUFFER
    assert all(one.late for one in kept)
    # It counts where nobody had taken the image; elsewhere it is kept beside the other's answer.
    others = {seat.task for seat in taken}
    assert {one.task_id for one in kept if one.assignment is None} == others
    assert Earning.objects.filter(person=cast.an).count() == BUFFER
    assert answer(cast.bo, taken[2]) == "accepted"
    assert Earning.objects.filter(person=cast.bo).count() == len(taken)
