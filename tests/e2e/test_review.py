"""The reviewer's page in a real browser: real photographs, disputes settled by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from review.adjudicate import Verdict, adjudicate
from review.models import Adjudication, Consensus, Dispute
from tasks.models import Project, Task
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import MARGIN, ingest
from tests.e2e.screens import PC, PHONE, WIDER, faults_of, keep_picture
from tests.factories import PASSWORD, TAG_SPEC, box, make_project, payload
from tests.labelling import dispute
from tests.unit.test_settle_shapes import KINDS, SPEC, drawn, size_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

LEFT = payload(box(100, 100, 200, 150, id="left"))
RIGHT = payload(box(450, 300, 200, 150, label="raspberry-pi-3", id="right"))


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    cast = make_cast()
    Project.objects.filter(id=cast.project.id).update(overlap=2, max_overlap=2)
    cast.project.refresh_from_db()
    return cast


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    context = browser.new_context(viewport=PC, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults = faults_of(page)
    yield page
    context.close()
    assert faults == []


def photographs(count: int) -> list[Path]:
    return sorted((data_folder("boxes_voc") / "train").glob("*.jpg"))[:count]


def disputes(cast: Cast, count: int, project: Project | None = None) -> list[Dispute]:
    """Disputed tasks over real photographs, the first the most valuable."""
    project = project or cast.project
    ingest(cast, project, photographs(count))
    made = []
    for place, task in enumerate(Task.objects.filter(project=project).order_by("id")):
        case = dispute([cast.an, cast.bo], task, [LEFT, RIGHT])
        Dispute.objects.filter(id=case.id).update(value=10 - place)
        made.append(case)
    return made


def sign_in(page: Page, server: LiveServer, username: str = "rong") -> None:
    page.goto(f"{server.url}/sign-in?next=/review/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server.url}/review/")


def start(page: Page, server: LiveServer, case: Dispute) -> None:
    sign_in(page, server)
    expect(page.get_by_role("link", name="Start reviewing")).to_be_focused()
    page.keyboard.press("Enter")
    shown(page, case)


def shown(page: Page, case: Dispute) -> None:
    name = Task.objects.select_related("image").get(id=case.task_id).image.name
    expect(page.locator("#stage")).to_have_attribute(
        "aria-label", f"The image {name} with the competing answers"
    )
    expect(page.locator(".picture-layer img")).to_have_count(1)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def all_sent(page: Page) -> None:
    expect(page.locator(".bar .state")).to_contain_text("All sent")


def on_screen(page: Page, case: Dispute, x: float, y: float) -> tuple[float, float]:
    """Where a point of the fitted image is in the window."""
    image = Task.objects.select_related("image").get(id=case.task_id).image
    stage = page.locator("#stage").bounding_box()
    assert stage
    assert image.width
    assert image.height
    scale = min((stage["width"] - 2 * MARGIN) / image.width, (stage["height"] - 2 * MARGIN) / image.height)
    left = stage["x"] + (stage["width"] - image.width * scale) / 2
    top = stage["y"] + (stage["height"] - image.height * scale) / 2
    return left + x * scale, top + y * scale


def consensus(case: Dispute) -> Consensus:
    return Consensus.objects.get(task=case.task_id)


def test_a_reviewer_settles_disputes_by_keys_alone(page: Page, live_server: LiveServer, cast: Cast) -> None:
    first, second, third, last = disputes(cast, 4)
    start(page, live_server, first)
    expect(page.locator(".answer")).to_have_count(3)
    keep_picture(page, "review-desk-en")
    press(page, "1", "Enter")
    shown(page, second)
    press(page, "2", "Tab", "Shift+ArrowRight", "ArrowDown", "Shift+1", "Enter")
    shown(page, third)
    press(page, "x")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    press(page, "Enter")
    shown(page, last)
    press(page, "s")
    expect(page.get_by_role("heading", name="Nothing left to settle")).to_be_visible()
    keep_picture(page, "review-done-en")
    page.get_by_role("button", name="Take them up again").click()
    shown(page, last)
    all_sent(page)

    made = Adjudication.objects.in_bulk([first.id, second.id, third.id], field_name="dispute_id")
    assert made[first.id].payload["shapes"] == made[first.id].picked.payload["shapes"]
    (moved,) = made[second.id].payload["shapes"]
    (before,) = made[second.id].picked.payload["shapes"]
    assert moved["class"] == "arduino-nano"
    assert moved["box"] == [before["box"][0] + 10, before["box"][1] + 1, *before["box"][2:]]
    assert consensus(third).excluded
    assert [consensus(case).source for case in (first, second, third)] == ["adjudication"] * 3
    assert Task.objects.get(id=last.task_id).state == "disputed"


def test_a_reviewer_draws_takes_over_and_undoes(page: Page, live_server: LiveServer, cast: Cast) -> None:
    (case,) = disputes(cast, 1)
    start(page, live_server, case)
    press(page, "1")
    mine = page.locator(".mine")
    expect(mine).to_contain_text("1 object")
    # Whichever A is, the other one's box is under one of these two points.
    for x, y in [(200, 175), (550, 375)]:
        page.mouse.move(*on_screen(page, case, x, y))
        press(page, "t")
    expect(mine).to_contain_text("2 objects")
    press(page, "e")
    page.mouse.move(*on_screen(page, case, 50, 420))
    page.mouse.down()
    page.mouse.move(*on_screen(page, case, 120, 480))
    page.mouse.move(*on_screen(page, case, 150, 540))
    page.mouse.up()
    expect(mine).to_contain_text("3 objects")
    press(page, "Delete")
    expect(mine).to_contain_text("2 objects")
    press(page, "z")
    expect(mine).to_contain_text("3 objects")
    press(page, "d", "h", "h", "Enter")
    expect(page.get_by_role("heading", name="Nothing left to settle")).to_be_visible()
    all_sent(page)
    shapes = Adjudication.objects.get().payload["shapes"]
    assert len(shapes) == 3
    assert shapes[2]["box"] == pytest.approx([50, 420, 100, 120], abs=2)


def test_answers_are_merged_by_keys_alone(page: Page, live_server: LiveServer, cast: Cast) -> None:
    (case,) = disputes(cast, 1)
    start(page, live_server, case)
    mine = page.locator(".mine")
    press(page, "1")
    expect(mine).to_contain_text("1 object")
    press(page, "m")
    expect(mine).to_contain_text("2 objects")
    press(page, "Delete")
    expect(mine).to_contain_text("1 object")
    press(page, "m")
    expect(page.locator(".toast")).to_contain_text("nothing more")
    press(page, "1", "m", "Enter")
    all_sent(page)
    shapes = Adjudication.objects.get().payload["shapes"]
    assert sorted(shape["box"][0] for shape in shapes) == [100, 450]


def test_a_reviewer_who_comes_second_is_told_and_goes_on(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    first, second = disputes(cast, 2)
    start(page, live_server, first)
    given = Verdict("0191d8e0-0000-7000-8000-000000000005", LEFT)  # type: ignore[arg-type]
    adjudicate(person=cast.hu, dispute_id=first.id, verdict=given)
    press(page, "2", "Enter")
    shown(page, second)
    expect(page.locator(".toast")).to_contain_text("Another reviewer settled this one first")
    assert Adjudication.objects.get().reviewer == cast.hu


def test_a_verdict_survives_a_broken_line(page: Page, live_server: LiveServer, cast: Cast) -> None:
    first, second = disputes(cast, 2)
    start(page, live_server, first)
    page.context.set_offline(True)
    press(page, "1", "Enter")
    shown(page, second)
    expect(page.locator(".bar .state")).to_contain_text("Not sent yet: 1")
    page.context.set_offline(False)
    all_sent(page)
    assert Adjudication.objects.count() == 1


def test_one_more_annotator_is_asked(page: Page, live_server: LiveServer, cast: Cast) -> None:
    Project.objects.filter(id=cast.project.id).update(max_overlap=3)
    cast.chen.is_active = False
    cast.chen.save()
    (case,) = disputes(cast, 1)
    start(page, live_server, case)
    press(page, "g")
    expect(page.locator(".toast")).to_contain_text("One more annotator is asked")
    all_sent(page)
    assert Task.objects.get(id=case.task_id).state == "open"


def test_questions_are_settled_by_choosing(page: Page, live_server: LiveServer, cast: Cast) -> None:
    project = make_project(
        TAG_SPEC, organization=cast.mill, name="Garments", sites=[cast.guiyang], overlap=2, max_overlap=2
    )
    files = sorted((data_folder("classification")).glob("*/*.jpg"))[:1]
    ingest(cast, project, files)
    task = Task.objects.get(project=project)
    case = dispute([cast.an, cast.bo], task, [payload(garment="dress"), payload(garment="skirt")])
    start(page, live_server, case)
    expect(page.locator(".answer").first).to_contain_text("machine")
    keep_picture(page, "review-tags-en")
    press(page, "Shift+3", "Enter")
    expect(page.get_by_role("heading", name="Nothing left to settle")).to_be_visible()
    all_sent(page)
    assert consensus(case).payload["tags"]["garment"]["value"] == "longsleeve"


def test_the_pages_are_whole_in_chinese_and_on_a_phone(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    (case,) = disputes(cast, 1)
    type(cast.rong).objects.filter(pk=cast.rong.pk).update(language="zh-hans")
    for name, viewport in [("pc", PC), ("phone", PHONE)]:
        context = browser.new_context(viewport=viewport, locale="zh-CN")
        page = context.new_page()
        sign_in(page, live_server)
        keep_picture(page, f"review-list-zh-{name}")
        assert page.evaluate(WIDER) <= 0
        page.goto(f"{live_server.url}/review/projects/{cast.project.id}/")
        expect(page.locator(".answer").first).to_contain_text("系统建议")
        expect(page.locator(".picture-layer img")).to_have_count(1)
        keep_picture(page, f"review-desk-zh-{name}")
        assert page.evaluate(WIDER) <= 0
        if name == "pc":
            press(page, "Shift+Slash")
            keep_picture(page, "review-keys-zh")
        context.close()
    assert case.resolved_at is None


def test_every_kind_of_shape_is_seen_picked_and_settled(
    page: Page, live_server: LiveServer, cast: Cast
) -> None:
    project = make_project(
        SPEC, sites=[cast.guiyang], organization=cast.project.organization, overlap=2, max_overlap=2
    )
    ingest(cast, project, photographs(1))
    task = Task.objects.get(project=project)
    width, height = size_of(task)
    case = dispute([cast.an, cast.bo], task, [drawn(0.0, width, height), drawn(25.0, width, height)])
    start(page, live_server, case)
    keep_picture(page, "review-kinds")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing left to settle")).to_be_visible()
    settled = Consensus.objects.get(task=task)
    assert {shape["type"] for shape in settled.payload["shapes"]} == set(KINDS)
