"""Each tool of the workbench in a real browser: what publishers of real images drew is drawn and stored."""

from __future__ import annotations

from itertools import pairwise
from math import dist
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from pycocotools import mask as coco_mask
from pytest_django.live_server_helper import LiveServer

from tasks.models import Project, Submission
from tests.cast import Cast, make_cast
from tests.data import data_folder
from tests.e2e.desk import Desk, ingest, truth
from tests.e2e.drawing import Hand, Point, coco, pairs
from tests.factories import make_project

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

FRUIT = ["date", "fig", "hazelnut"]
# On the screen a click this close to the first or the last point ends the outline.
REACH = 9


def fruit_spec(*geometries: str) -> dict[str, Any]:
    classes = [{"key": name, "names": {"en": name.title()}, "geometries": list(geometries)} for name in FRUIT]
    return {"classes": classes, "tags": []}


@pytest.fixture
def cast(live_server: LiveServer) -> Cast:
    return make_cast()


def at_work(
    context: BrowserContext, server: LiveServer, cast: Cast, spec: dict[str, Any], folder: str, image: str
) -> Hand:
    """An annotator who has one real image on the screen."""
    project = make_project(spec, organization=cast.mill, sites=[cast.guiyang], name="Fruit")
    Project.objects.exclude(id=project.id).update(state="paused")
    ingest(cast, project, [data_folder(folder) / image])
    desk = Desk(context, server, "an")
    desk.start()
    return Hand(desk)


def stored(cast: Cast) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = Submission.objects.get(annotator=cast.an).payload["shapes"]
    return shapes


def send(hand: Hand) -> None:
    hand.desk.submit()
    hand.desk.state("All sent")
    assert hand.desk.faults == []


def outlines(image: str) -> list[tuple[str, list[Point]]]:
    """The image's fruit whose points lie far enough apart to be clicked without zooming."""
    names, found = coco(data_folder("polygons_coco"), "trainval.json", f"{image}")
    rings = [(names[one["category_id"]], pairs(one["segmentation"][0])) for one in found]
    roomy = [
        (name, ring)
        for name, ring in rings
        if min(dist(a, b) for a, b in pairwise([*ring, ring[0]])) > REACH
        and all(dist(ring[0], other) > REACH for other in ring[1:])
    ]
    assert len(roomy) >= 2
    return roomy


def test_polygons_are_clicked_point_by_point(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    objects = outlines("16.jpg")
    for name, ring in objects:
        hand.desk.press("n")
        for point in ring:
            hand.click(*point, held=["Alt"])
        assert hand.state == "polygon.drawing.waiting"
        hand.desk.press("Enter")
        assert hand.state == "polygon.idle"
        hand.desk.press(f"Digit{FRUIT.index(name) + 1}")
    send(hand)
    shapes = stored(cast)
    assert [shape["class"] for shape in shapes] == [name for name, _ring in objects]
    for shape, (_name, ring) in zip(shapes, objects, strict=True):
        (drawn,) = shape["polygon"]
        assert np.array(pairs(drawn)) == pytest.approx(np.array(ring), abs=1)


def test_a_polygon_is_drawn_freely(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    _name, ring = outlines("16.jpg")[0]
    hand.desk.press("n")
    dense = [
        (a[0] + (b[0] - a[0]) * step / 6, a[1] + (b[1] - a[1]) * step / 6)
        for a, b in pairwise([*ring, ring[0]])
        for step in range(6)
    ]
    hand.drag([*dense, ring[0]])
    assert hand.state == "polygon.idle"
    send(hand)
    (shape,) = stored(cast)
    (drawn,) = shape["polygon"]
    assert len(drawn) / 2 <= 2 * len(ring), "the hand's points were simplified"
    assert overlap([drawn], [[c for point in ring for c in point]]) > 0.97


def overlap(one: list[list[float]], other: list[list[float]], width: int = 800, height: int = 600) -> float:
    a, b = (coco_mask.merge(coco_mask.frPyObjects(rings, height, width)) for rings in (one, other))
    return float(coco_mask.iou([a], [b], [0])[0, 0])


def test_a_box_by_four_extreme_points(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    known = truth(data_folder("boxes_voc"))
    name = min(known)
    spec = {"classes": [{"key": "board", "names": {"en": "Board"}, "geometries": ["box"]}], "tags": []}
    hand = at_work(context, live_server, cast, spec, "boxes_voc", f"train/{name}")
    hand.desk.press("Backquote")
    hand.page.wait_for_selector('#stage[data-state^="extreme"]')
    for _label, (left, top, width, height) in known[name]:
        hand.desk.press("n")
        hand.click(left + width / 3, top)
        hand.click(left, top + height / 2)
        hand.click(left + width / 2, top + height)
        hand.click(left + width, top + height / 3)
    send(hand)
    boxes = [shape["box"] for shape in stored(cast)]
    for box, (_label, real) in zip(boxes, known[name], strict=True):
        assert box == pytest.approx(real, abs=1)


PERSON = [
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder",
    "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee",
    "right_knee", "left_ankle", "right_ankle",
]  # fmt: skip
JOINTS = [
    [15, 13],
    [13, 11],
    [16, 14],
    [14, 12],
    [11, 12],
    [5, 11],
    [6, 12],
    [5, 6],
    [5, 7],
    [7, 9],
    [6, 8],
    [8, 10],
]


def person_spec() -> dict[str, Any]:
    points = [{"key": name, "names": {"en": name.replace("_", " ")}} for name in PERSON]
    person = {
        "key": "person",
        "names": {"en": "Person"},
        "geometries": ["skeleton"],
        "skeleton": {"points": points, "edges": JOINTS},
    }
    return {"classes": [person], "tags": []}


def test_the_keypoints_of_real_people(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    image = "000000197388.jpg"
    _names, people = coco(data_folder("keypoints_coco"), "test_coco.json", image)
    hand = at_work(context, live_server, cast, person_spec(), "keypoints_coco", image)
    for person in people:
        hand.desk.press("n")
        for at in range(0, 51, 3):
            x, y, seen = person["keypoints"][at : at + 3]
            hand.click(*((x, y) if seen else (5, 5)), held={0: ["Alt"], 1: ["Shift"], 2: []}[seen])
        assert hand.state == "skeleton.idle"
    send(hand)
    for shape, person in zip(stored(cast), people, strict=True):
        assert shape["skeleton"] == pytest.approx(person["keypoints"], abs=1)


def test_a_skeleton_is_laid_into_a_box_and_moved(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(context, live_server, cast, person_spec(), "keypoints_coco", "000000197388.jpg")
    hand.way("Skeleton in a box")
    hand.drag([(100, 50), (200, 200), (300, 350)])
    nose = (100 + 0.5 * 200, 50 + 0.09 * 300)
    hand.drag([nose, (210, 90), (220, 95)])
    hand.desk.press("Shift+V")
    send(hand)
    (shape,) = stored(cast)
    assert shape["skeleton"][:3] == pytest.approx([220, 95, 1], abs=1)
    assert shape["skeleton"][15:18] == pytest.approx([100 + 0.68 * 200, 50 + 0.21 * 300, 2], abs=1)


def test_turned_boxes_ellipses_lines_and_points(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    spec = fruit_spec("rotated_box", "ellipse", "polyline", "point")
    hand = at_work(context, live_server, cast, spec, "polygons_coco", "images/16.jpg")
    _name, ring = outlines("16.jpg")[0]
    xs, ys = zip(*ring, strict=True)
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    # Three clicks: a side that falls by 3 in 4, then the width to its right.
    hand.click(left, top)
    hand.click(left + 80, top + 60)
    assert hand.state == "rotated_box.drawing.widening"
    hand.click(left + 80 - 30, top + 60 + 40)
    hand.way("Ellipse")
    hand.desk.press("n")
    hand.drag([(left, top), (left + 5, top + 5), (right, bottom)])
    hand.way("Line")
    hand.desk.press("n")
    for point in ring[:5]:
        hand.click(*point)
    hand.desk.press("Enter")
    hand.way("Point")
    hand.desk.press("n")
    hand.click((left + right) / 2, (top + bottom) / 2)
    send(hand)
    turned, ellipse, line, point = stored(cast)
    assert turned["rotated_box"] == pytest.approx([left + 40 - 15, top + 30 + 20, 100, 50, 36.87], abs=1)
    assert ellipse["ellipse"] == pytest.approx(
        [(left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2, 0], abs=1
    )
    assert np.array(pairs(line["polyline"])) == pytest.approx(np.array(ring[:5]), abs=1)
    assert point["point"] == pytest.approx([(left + right) / 2, (top + bottom) / 2], abs=1)


def test_holes_cuts_splits_and_merges(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")

    def outline(*points: Point) -> None:
        for point in points:
            hand.click(*point, held=["Alt"])
        hand.desk.press("Enter")

    outline((100, 100), (400, 100), (400, 400), (100, 400))
    hand.desk.press("Shift+C")
    outline((150, 150), (200, 150), (200, 200), (150, 200))
    hand.page.wait_for_selector('#stage[data-state="polygon.idle"]')
    hand.desk.press("Shift+X")
    outline((300, 50), (300, 450))
    hand.page.wait_for_selector('#stage[data-state="polygon.idle"]')
    assert hand.desk.boxes == 2
    hand.desk.press("n")
    outline((380, 300), (500, 300), (500, 350), (380, 350))
    assert hand.desk.boxes == 3
    hand.desk.press("Shift+M")
    hand.click(350, 350)
    hand.page.wait_for_function("() => document.querySelectorAll('.rows li').length === 2")
    send(hand)
    holed, merged = sorted(stored(cast), key=lambda shape: min(shape["polygon"][0][::2]))
    assert len(holed["polygon"]) == 2
    whole = [[100, 100, 300, 100, 300, 400, 100, 400]]
    assert overlap([holed["polygon"][0]], whole) > 0.98
    assert (
        overlap(
            merged["polygon"],
            [[300, 100, 400, 100, 400, 300, 500, 300, 500, 350, 400, 350, 400, 400, 300, 400]],
        )
        > 0.98
    )


def test_a_polygon_is_extended(context: BrowserContext, live_server: LiveServer, cast: Cast) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")

    def outline(*points: Point) -> None:
        for point in points:
            hand.click(*point, held=["Alt"])
        hand.desk.press("Enter")

    outline((100, 100), (300, 100), (300, 300), (100, 300))
    hand.desk.press("Shift+A")
    assert hand.state == "extend.idle"
    outline((250, 150), (450, 150), (450, 200), (250, 200))
    hand.page.wait_for_selector('#stage[data-state="polygon.idle"]')
    hand.desk.press("Shift+A")  # what lies apart becomes an object of the same group
    outline((500, 400), (600, 400), (600, 500), (500, 500))
    hand.page.wait_for_function("() => document.querySelectorAll('.rows li').length === 2")
    send(hand)
    extended, apart = sorted(stored(cast), key=lambda shape: shape["polygon"][0][0])
    whole = [[100, 100, 300, 100, 300, 150, 450, 150, 450, 200, 300, 200, 300, 300, 100, 300]]
    assert (len(extended["polygon"]), len(apart["polygon"])) == (1, 1)
    assert overlap(extended["polygon"], whole) > 0.98
    assert overlap(apart["polygon"], [[500, 400, 600, 400, 600, 500, 500, 500]]) > 0.98
    assert extended["group"] == apart["group"]


def test_a_neighbours_edge_is_shared_number_by_number(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    for point in [(100, 100), (300, 100), (340, 200), (300, 300), (100, 300)]:
        hand.click(*point)
    hand.desk.press("Enter", "n")
    for point in [(500, 100), (303, 102), (302, 298), (500, 300)]:
        hand.click(*point)
    hand.desk.press("Enter")
    send(hand)
    first, second = ([tuple(point) for point in pairs(shape["polygon"][0])] for shape in stored(cast))
    assert set(first) & set(second) == {first[1], first[2], first[3]}


def test_masks_are_painted_erased_filled_and_made_of_polygons(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(
        context, live_server, cast, fruit_spec("polygon", "mask"), "polygons_coco", "images/16.jpg"
    )
    _name, ring = outlines("16.jpg")[0]
    for point in ring:
        hand.click(*point, held=["Alt"])
    hand.desk.press("Enter", "Shift+P")
    hand.page.wait_for_timeout(300)
    hand.way("Brush")
    hand.desk.press("n")
    # A ring with an open middle, which is then filled, and a stroke across it wiped away.
    hand.drag([(600, 100), (700, 100), (700, 200), (600, 200), (600, 100)])
    hand.way("Fill a hole")
    hand.click(650, 150)
    hand.way("Eraser")
    hand.drag([(650, 60), (650, 150), (650, 240)])
    send(hand)
    made, painted = stored(cast)
    assert made["class"] == FRUIT[0]
    real = coco_mask.merge(coco_mask.frPyObjects([[c for point in ring for c in point]], 600, 800))
    assert coco_mask.iou([made["mask"]], [real], [0])[0, 0] > 0.98
    pixels = coco_mask.decode(painted["mask"])
    assert pixels.shape == (600, 800)
    assert (pixels[150, 625], pixels[150, 675], pixels[150, 650], pixels[100, 650]) == (1, 1, 0, 0)
    assert pixels[200, 605] == 1
    assert pixels[240, 605] == 0


def test_vertices_are_moved_made_and_deleted(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    for point in [(100, 100), (300, 100), (300, 300), (100, 300)]:
        hand.click(*point)
    hand.desk.press("Enter")
    hand.drag([(300, 300), (310, 310), (350, 350)])
    hand.drag([(200, 100), (200, 80), (200, 60)])
    assert len(corners(hand)) == 5
    hand.desk.press("Period", "Shift+ArrowDown", "ArrowRight", "Period", "Delete")
    send(hand)
    (shape,) = stored(cast)
    expected = [(100, 100), (200, 60), (301, 110), (100, 300)]
    assert np.array(pairs(shape["polygon"][0])) == pytest.approx(np.array(expected), abs=1)


def corners(hand: Hand) -> list[Any]:
    return hand.page.locator(".grip-vertex").all()


def test_a_crash_in_the_middle_of_a_polygon_loses_one_point_at_most(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    _name, ring = outlines("16.jpg")[0]
    hand.desk.press("Digit2")
    for point in ring[:5]:
        hand.click(*point, held=["Alt"])
    with pytest.raises(Exception, match="crash"):
        hand.page.goto("chrome://crash")
    hand.page.close()
    desk = Desk.__new__(Desk)
    desk.url, desk.page = live_server.url, context.new_page()
    desk.faults = []
    desk.page.goto(f"{live_server.url}/desk/")
    desk.start()
    hand = Hand(desk)
    assert hand.state == "polygon.drawing.waiting"
    placed = desk.page.locator(".dot").count()
    assert placed >= 4
    for point in ring[placed:]:
        hand.click(*point, held=["Alt"])
    desk.press("Enter")
    send(hand)
    (shape,) = stored(cast)
    assert shape["class"] == FRUIT[1]
    assert np.array(pairs(shape["polygon"][0])) == pytest.approx(np.array(ring), abs=1)


def test_points_are_taken_back_and_given_again_while_drawing(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    for point in [(100, 100), (300, 100), (300, 300), (100, 300)]:
        hand.click(*point)
    hand.desk.press("Control+z", "Backspace")
    expect(hand.page.locator(".dot")).to_have_count(2)
    hand.desk.press("Control+y")
    expect(hand.page.locator(".dot")).to_have_count(3)
    hand.desk.press("Enter", "Control+z")
    assert hand.desk.boxes == 0
    hand.desk.press("Control+y")
    assert hand.desk.boxes == 1


def test_keys_work_while_a_chinese_input_method_is_on(
    context: BrowserContext, live_server: LiveServer, cast: Cast
) -> None:
    hand = at_work(
        context, live_server, cast, fruit_spec("polygon", "point"), "polygons_coco", "images/16.jpg"
    )
    keyboard = context.new_cdp_session(hand.page)

    def press(code: str) -> None:
        # What a browser tells of a key that an input method has taken: no name, only its place.
        for kind in ("rawKeyDown", "keyUp"):
            key = {"type": kind, "code": code, "key": "Process", "windowsVirtualKeyCode": 229}
            keyboard.send("Input.dispatchKeyEvent", key)

    press("Backquote")
    assert hand.state == "point.idle"
    press("Digit3")
    hand.click(200, 200)
    press("KeyN")
    assert hand.state == "point.armed"
    hand.click(202, 202)
    press("Enter")
    hand.desk.state("All sent")
    assert [shape["class"] for shape in stored(cast)] == [FRUIT[2], FRUIT[2]]


def test_two_fingers_zoom_in_the_middle_of_a_polygon_and_a_pen_draws(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True, locale="en-GB")
    hand = at_work(context, live_server, cast, fruit_spec("polygon"), "polygons_coco", "images/16.jpg")
    touch = context.new_cdp_session(hand.page)

    def fingers(kind: str, *points: Point) -> None:
        where = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    def tap(x: float, y: float) -> None:
        fingers("touchStart", hand.at(x, y))
        fingers("touchEnd")

    tap(100, 100)
    tap(400, 100)
    before = hand.at(0, 0)
    fingers("touchStart", (300, 300), (400, 300))
    fingers("touchMove", (250, 300), (450, 300))
    fingers("touchEnd")
    assert hand.at(0, 0) != before
    expect(hand.page.locator(".dot"), "a pinch must not draw").to_have_count(2)
    tap(400, 300)
    pen = {"pointerType": "pen", "button": "left", "clickCount": 1}
    x, y = hand.at(250, 350)
    for kind in ("mousePressed", "mouseReleased"):
        touch.send("Input.dispatchMouseEvent", {**pen, "type": kind, "x": x, "y": y})
    expect(hand.page.locator(".dot")).to_have_count(4)
    tap(250, 350)
    assert hand.state == "polygon.idle"
    send(hand)
    (shape,) = stored(cast)
    assert np.array(pairs(shape["polygon"][0])) == pytest.approx(
        np.array([(100, 100), (400, 100), (400, 300), (250, 350)]), abs=1.5
    )
    context.close()
