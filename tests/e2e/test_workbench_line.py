"""The workbench on bad lines and bad computers: nothing lost, nothing doubled, nothing left behind."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, expect
from pytest_django.live_server_helper import LiveServer

from tasks.models import Assignment, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.cable import BadLine, Fate, running
from tests.e2e.desk import Desk, ingest, truth
from tests.installation import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

# Names of everything that the service worker's caches hold.
CACHED = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"""
# Parts of the workbench that came over the line, not from the browser's cache.
CARRIED = """() => performance.getEntriesByType('resource')
  .filter(({ name, transferSize }) => transferSize > 0 && /build\\/(chunks\\/|workbench)/.test(name))
  .map(({ name }) => name)"""
# How many seats the page knows.
HELD = """async () => {
  const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith("labelmill-desk-"));
  const asked = (request) => new Promise((done) => (request.onsuccess = () => done(request.result)));
  const db = await asked(indexedDB.open(name));
  const held = await asked(db.transaction("held").objectStore("held").count());
  db.close();
  return held;
}"""
# The page's clock: it waits 30 s for a line that hangs, and up to a minute before it tries again.
TEN_TIMES_AS_FAST = """(() => {
  const now = performance.now.bind(performance), later = window.setTimeout.bind(window);
  performance.now = () => 10 * now();
  window.setTimeout = (run, ms = 0, ...rest) => later(run, ms / 10, ...rest);
})()"""
CONTROLLED = "() => navigator.serviceWorker.ready.then(() => true)"


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    folder = data_folder("boxes_voc")
    cast = make_cast()
    ingest(cast, cast.project, [folder / "train" / name for name in sorted(truth(folder))[:6]])
    return cast


def stored(person: Any) -> list[dict[str, Any]]:
    return [row.payload for row in Submission.objects.filter(annotator=person).order_by("created_at", "id")]


def answer_next(desk: Desk, left: float) -> None:
    """One box at that place; an image that did not come is asked for anew, as the page proposes."""
    while True:
        desk.page.wait_for_selector('#stage[aria-busy="false"], .stage-message button', timeout=90_000)
        if not desk.page.locator(".stage-message button").count():
            break
        desk.press("Enter")
        desk.page.wait_for_timeout(500)
    desk.draw((left, 60, 200, 150))
    desk.submit()


def lefts_of(person: Any) -> list[float]:
    return sorted(payload["shapes"][0]["box"][0] for payload in stored(person))


def more_images(cast: Cast, upto: int) -> None:
    folder = data_folder("boxes_voc")
    names = sorted(truth(folder))[6:upto]
    ingest(cast, cast.project, [folder / "train" / name for name in names], name="Tuesday")


def assert_each_came_once(desk: Desk, person: Any, drawn: list[float]) -> None:
    desk.state("All sent", timeout=120_000)
    assert lefts_of(person) == pytest.approx(drawn, abs=1)
    seats = Assignment.objects.filter(annotator=person)
    assert seats.filter(state="submitted").count() == len(drawn)
    leased = seats.filter(state="leased")
    known = until(lambda: desk.page.evaluate(HELD) == leased.count(), seconds=20)
    assert known, "seats that came in lost answers are held by nobody"


def test_a_line_that_fails_a_third_of_the_time_loses_and_doubles_nothing(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    more_images(cast, 24)
    context.add_init_script(TEN_TIMES_AS_FAST)
    with running(BadLine(live_server.url, may={b"/desk/sync": list(Fate)})) as line:
        desk = Desk(context, line, "an")
        desk.start()
        desk.wait_for_buffer(6)
        line.is_bad = True
        drawn: list[float] = []
        while set(line.met) != set(Fate) and len(drawn) < 20:
            for _behind_it in range(2):
                drawn.append(20 + 8 * len(drawn))
                answer_next(desk, drawn[-1])
            desk.state("All sent", timeout=60_000)
        line.is_bad = False
        assert set(line.met) == set(Fate), line.met
        assert_each_came_once(desk, cast.an, drawn)


@pytest.mark.slow
def test_a_minute_of_such_a_line_images_and_all_loses_and_doubles_nothing(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    more_images(cast, 90)
    may = {b"/desk/sync": list(Fate), b"/media/": [Fate.CUT_BEFORE, Fate.CUT_AFTER]}
    context.add_init_script(TEN_TIMES_AS_FAST)
    with running(BadLine(live_server.url, may=may)) as line:
        desk = Desk(context, line, "an")
        desk.start()
        line.is_bad = True
        drawn: list[float] = []
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            drawn.append(20 + 4 * len(drawn))
            answer_next(desk, drawn[-1])
            desk.page.wait_for_timeout(1000)  # nobody draws faster
        line.is_bad = False
        assert len(drawn) > 15
        assert min(line.met[fate] for fate in Fate) >= 2, line.met
        assert_each_came_once(desk, cast.an, drawn)


def test_the_tab_crashes_in_the_middle_of_drawing(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    name = desk.image
    desk.draw((50, 60, 200, 150))
    desk.draw((300, 100, 120, 200))
    desk.page.mouse.move(*desk.on_screen(500, 300))
    desk.page.mouse.down()
    desk.page.mouse.move(*desk.on_screen(600, 400))
    with pytest.raises(Error, match=r"(?i)crash|abort|closed"):
        desk.page.goto("chrome://crash", timeout=15_000)
    desk.page.close()
    desk.page = context.new_page()
    desk.page.goto(f"{live_server.url}/desk/")
    desk.start()
    assert (desk.image, desk.boxes) == (name, 2)
    desk.submit()
    desk.state("All sent")
    assert len(stored(cast.an)[0]["shapes"]) == 2


def test_the_page_opens_without_a_line_and_goes_on_with_the_work(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.draw((50, 60, 200, 150))
    desk.page.evaluate(CONTROLLED)
    name = desk.image
    context.set_offline(True)
    desk.page.close()
    desk.page = context.new_page()
    desk.page.goto(f"{live_server.url}/desk/")
    desk.page.wait_for_selector("#stage")
    assert (desk.image, desk.boxes) == (name, 1)
    desk.state("Offline")
    context.set_offline(False)
    desk.state("All sent")


def test_the_workbench_comes_while_the_pin_is_typed(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in")
    page.wait_for_load_state("networkidle")
    before = page.evaluate(CARRIED)
    desk = Desk(context, live_server, "an")
    desk.start()
    carried = desk.page.evaluate(CARRIED)
    assert len(before) >= 5
    assert set(before).isdisjoint(carried), "what the page of the sign-in brought came again"


def test_the_caches_hold_the_shell_and_nobodys_data(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.page.evaluate(CONTROLLED)
    desk.page.reload()
    desk.start()
    paths = desk.page.evaluate(CACHED)
    assert "/desk/shell" in paths
    assert [path for path in paths if not path.startswith(("/static/", "/desk/shell"))] == []
    shell = desk.page.evaluate("() => caches.match('/desk/shell').then((kept) => kept.text())")
    assert cast.an.display_name not in shell
    assert "csrfmiddlewaretoken" not in shell
    assert 'id="boot"' not in shell


def test_the_next_person_never_sees_the_page_of_the_one_before(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.draw((50, 60, 200, 150))
    desk.page.evaluate(CONTROLLED)
    # The session ends without signing out: a browser that was closed, a session that ran out.
    context.clear_cookies(name="sessionid")
    desk.sign_in("bo")
    expect(desk.page.locator(".bar")).to_contain_text(cast.bo.display_name)
    desk.start()
    assert desk.boxes == 0
    assert desk.faults == []


def test_a_signed_out_person_without_a_line_is_told_so(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    desk = Desk(context, live_server, "an")
    desk.page.evaluate(CONTROLLED)
    desk.choose("Sign out")
    desk.page.wait_for_url("**/sign-in**")
    context.set_offline(True)
    desk.page.goto(f"{live_server.url}/desk/")
    desk.page.get_by_text("Sign in once while connected").wait_for()
    context.set_offline(False)


# How many pixels of the painted canvas are not transparent.
PAINTED = """async () => {
  const canvas = document.querySelector('canvas.shapes:not(.tiles)');
  if (canvas.hidden) return 0;
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let seen = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at] > 0) seen++;
  return seen;
}"""
OLD_BROWSER = "delete globalThis.OffscreenCanvasRenderingContext2D;"


@pytest.mark.parametrize("browser_is", ["new", "old"])
def test_shapes_are_painted_by_a_worker_or_by_the_page(
    context: BrowserContext, live_server: LiveServer, cast: Cast, browser_is: str
) -> None:
    if browser_is == "old":
        context.add_init_script(OLD_BROWSER)
    desk = Desk(context, live_server, "an")
    desk.start()
    desk.draw((50, 60, 200, 150))
    desk.draw((300, 100, 120, 200))
    desk.press("v", "Escape")
    desk.page.wait_for_function(
        f"async () => (await ({PAINTED})()) > 2000", polling=200
    )  # two outlines, dark and bright
    assert bool(desk.page.workers) == (browser_is == "new")
    desk.press("Equal", "Equal")
    desk.page.wait_for_function(
        "() => document.querySelector('canvas.shapes:not(.tiles)').style.transform.startsWith('matrix3d(1,')"
    )
    assert desk.faults == []
