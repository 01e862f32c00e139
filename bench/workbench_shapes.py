"""Ten thousand shapes on one picture: how smoothly they move, how soon they are there, what a frame costs.

The same shapes as SVG elements moved in the same way are the control: absolute figures follow the machine,
the ratio follows the design.
"""

from __future__ import annotations

import random
import statistics
from itertools import pairwise
from typing import Any

from playwright.sync_api import CDPSession, Page

from bench.workbench_inputs import HELD, predict
from tests.installation import Installation

# A single opening says more about the machine than about the page.
OPENINGS = 5
# Pixels of the photographs, both ways, in which boxes are suggested.
ROOM = 400

# Puts a draft with many shapes into the browser's database, as if they had been drawn before. The last one is
# a step, so that the page goes on with this task and no other.
PUT = """async ([count, corners]) => {
  const boot = JSON.parse(localStorage.getItem('labelmill-desk-boot'));
  const open = indexedDB.open('labelmill-desk-' + boot.person.id);
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const all = (store) => new Promise((done) => {
    const asked = db.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  const title = document.querySelector('#stage').getAttribute('aria-label');
  const held = (await all('held')).find(({ image }) => title.includes(image.name));
  const { spec } = (await all('schemas')).find(({ id }) => id === held.schema);
  const { width, height } = held.image;
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const shapes = Array.from({ length: count }, (_, at) => {
    const [w, h] = [4 + (random() * width) / 30, 4 + (random() * height) / 30];
    const box = [random() * (width - w), random() * (height - h), w, h];
    const name = spec.classes[at % spec.classes.length].key;
    const like = { id: `s${at}`, class: name, attributes: {} };
    if (corners === 0) return { ...like, type: 'box', box };
    const ring = Array.from({ length: corners }, (_, n) => [n * 2 * Math.PI / corners, 0.6 + 0.4 * random()]);
    const points = ring.flatMap(([turn, far]) =>
      [box[0] + (w / 2) * (1 + far * Math.cos(turn)), box[1] + (h / 2) * (1 + far * Math.sin(turn))]);
    return { ...like, type: 'polygon', polygon: [points] };
  });
  const writes = db.transaction(['drafts', 'steps'], 'readwrite');
  const base = { tags: {}, shapes: shapes.slice(0, -1) };
  writes.objectStore('drafts').put({ task: held.task, base, activeMs: 0, refusal: null });
  const after = shapes.at(-1);
  const diff = [{ what: 'shape', id: after.id, at: count - 1, before: null, after }];
  writes.objectStore('steps').put({ task: held.task, n: 0, step: { do: 'change', diff } });
  await new Promise((done) => { writes.oncomplete = done; });
  db.close();
  return { boxes: shapes.map(({ box }) => box), width, height };
}"""

# From the page's first script until the shapes are on the screen. The page itself takes the time: who asks
# from outside is answered when the page has nothing better to do.
FIRST = """() => {
  const opened = performance.now();
  const look = () => {
    const canvas = document.querySelector('canvas.shapes');
    if (!canvas || canvas.hidden) return requestAnimationFrame(look);
    // Painted by the end of the next frame.
    requestAnimationFrame(() => setTimeout(() => { window.benchFirst = performance.now() - opened; }, 0));
  };
  requestAnimationFrame(look);
}"""

# Moves the hand once a frame, by the events of a real one, and says when each frame came.
DRIVE = """([how, ms, target]) => new Promise((done) => {
  const stage = document.querySelector(target);
  const { left, top, width, height } = stage.getBoundingClientRect();
  const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
  const frames = [];
  let turn = 0;
  const act = {
    pan: () => new PointerEvent('pointermove', { ...at, pointerId: 1, pointerType: 'mouse', buttons: 1,
      clientX: at.clientX + 300 * Math.sin(turn / 30), clientY: at.clientY + 180 * Math.sin(turn / 19) }),
    zoom: () => new WheelEvent('wheel', { ...at, deltaY: Math.floor(turn / 20) % 2 ? 40 : -40 }),
  }[how];
  const step = (now) => {
    frames.push(now);
    turn++;
    if (now - frames[0] > ms) return done(frames);
    stage.dispatchEvent(act());
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""

# Hears what drives the frames and does nothing: what that costs is the benchmark's, not the page's.
NOBODY = """() => {
  const nobody = document.createElement('div');
  nobody.id = 'nobody';
  document.documentElement.append(nobody);
}"""

# From the last movement until the bitmap is at its own size again.
SHARPEN = """() => new Promise((done) => {
  const stage = document.querySelector('#stage');
  const { left, top, width, height } = stage.getBoundingClientRect();
  const canvas = document.querySelector('canvas.shapes');
  stage.dispatchEvent(new WheelEvent('wheel',
    { clientX: left + width / 2, clientY: top + height / 2, deltaY: -30, bubbles: true, cancelable: true }));
  const began = performance.now();
  let moved = false;
  const look = () => {
    const isSharp = canvas.style.transform.startsWith('matrix3d(1,');
    moved ||= !isSharp;
    if (moved && isSharp) requestAnimationFrame(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""

HITS = """() => {
  const stage = document.querySelector('#stage');
  const { left, top, width, height } = stage.getBoundingClientRect();
  let seed = 11;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  return Array.from({ length: 200 }, () => {
    const event = new PointerEvent('pointermove', { pointerId: 1, pointerType: 'mouse', bubbles: true,
      clientX: left + random() * width, clientY: top + random() * height });
    const began = performance.now();
    stage.dispatchEvent(event);
    return performance.now() - began;
  });
}"""

CONTROL = """([boxes, width, height, ms]) => new Promise((done) => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('width', 1026); svg.setAttribute('height', 720);
  const group = svg.appendChild(document.createElementNS(svg.namespaceURI, 'g'));
  for (const [x, y, w, h] of boxes) {
    const rect = group.appendChild(document.createElementNS(svg.namespaceURI, 'rect'));
    for (const [name, value] of Object.entries({ x, y, width: w, height: h, fill: 'none', stroke: '#f50' }))
      rect.setAttribute(name, value);
  }
  document.body.replaceChildren(svg);
  const scale = Math.min(1026 / width, 720 / height);
  const frames = [];
  const step = (now) => {
    frames.push(now);
    if (now - frames[0] > ms) return done(frames);
    const turn = frames.length;
    const [x, y] = [300 * Math.sin(turn / 30), 180 * Math.sin(turn / 19)];
    group.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""


def put(page: Page, *, count: int, corners: int) -> dict[str, Any]:
    """Have shapes on the picture when the page is opened anew: polygons of so many corners; 0: boxes.

    What was drawn: `boxes` (left, top, width, height in pixels), the picture's `width` and `height`.
    """
    known: dict[str, Any] = page.evaluate(PUT, [count, corners])
    return known


def suggest(page: Page, platform: Installation, *, count: int) -> None:
    """Have a model's boxes on the picture when the page is opened anew."""
    title = page.locator("#stage").get_attribute("aria-label") or ""
    (name,) = [name for name in page.evaluate(HELD) if name in title]
    draw = random.Random(7)
    lengths = [(draw.uniform(4, 40), draw.uniform(4, 40)) for _ in range(count)]
    boxes = [[draw.uniform(0, ROOM), draw.uniform(0, ROOM), width, height] for width, height in lengths]
    predict(platform, names=[name], boxes=[[round(number, 1) for number in box] for box in boxes])
    # The first exchange of a page brings what is new of a task; the next opening shows it.
    with page.expect_response("**/desk/sync") as exchange:
        page.reload()
    exchange.value.finished()
    page.wait_for_timeout(5000)


def measure(page: Page, session: CDPSession, *, count: int, listed: str, seconds: float) -> dict[str, float]:
    """Figures of a page that shows shapes when it is opened anew, its main thread slowed already.

    `listed` is where the page says how many they are.
    """
    page.add_init_script(f"({FIRST})()")
    firsts = []
    for _ in range(OPENINGS):
        page.reload(wait_until="commit")
        firsts.append(float(page.wait_for_function("() => window.benchFirst", timeout=60_000).json_value()))
        page.wait_for_timeout(1000)
    page.wait_for_selector('#stage[aria-busy="false"]')
    said = page.inner_text(listed)
    assert str(count) in said, f"The page shows other shapes: {said}"
    hits = page.evaluate(HITS)
    sharp = statistics.median(page.evaluate(SHARPEN) for _ in range(5))
    # What drives the frames is measured right after them: the machine is not as quick in every minute.
    page.evaluate(NOBODY)
    zooming, zoom = traced(page, session, ["zoom", seconds * 1000, "#stage"])
    bare = traced(page, session, ["zoom", seconds * 500, "#nobody"])[0]
    page.keyboard.press("f")
    for _ in range(3):
        page.keyboard.press("Equal")
    hold_hand(page)
    panning, pan = traced(page, session, ["pan", seconds * 1000, "#stage"])
    page.mouse.up()
    page.keyboard.up("Space")
    bare += traced(page, session, ["pan", seconds * 500, "#nobody"])[0]
    gross, drive = statistics.median(zooming + panning), statistics.median(bare)
    return {
        "first_10k_s": statistics.median(firsts) / 1000,
        "hit_ms": statistics.median(hits),
        "redraw_ms": sharp,
        "fps_zoom": rate(zoom),
        "fps_pan": rate(pan),
        "fps_10k": min(rate(zoom), rate(pan)),
        "frame_script_ms": max(gross - drive, 0.0),
        "frame_script_with_drive_ms": gross,
        "drive_ms": drive,
    }


def control(page: Page, known: dict[str, Any], *, seconds: float) -> float:
    """Frames a second of the same boxes as SVG."""
    page.goto("about:blank")
    return rate(page.evaluate(CONTROL, [known["boxes"], known["width"], known["height"], seconds * 1000]))


def hold_hand(page: Page) -> None:
    """The hand tool under a pressed pointer: from here on every movement pans."""
    stage = page.locator("#stage").bounding_box()
    assert stage
    page.locator("#stage").focus()
    page.keyboard.down("Space")
    page.mouse.move(stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2)
    page.mouse.down()


def rate(frames: list[float]) -> float:
    return (len(frames) - 1) / ((frames[-1] - frames[0]) / 1000)


def traced(page: Page, session: CDPSession, drive: list[Any]) -> tuple[list[float], list[float]]:
    """Milliseconds of script in each frame of the page's main thread, and when the frames came."""
    events: list[dict[str, Any]] = []
    done: list[bool] = []
    session.on("Tracing.dataCollected", lambda got: events.extend(got["value"]))
    session.on("Tracing.tracingComplete", lambda _got: done.append(True))
    session.send("Tracing.start", {"transferMode": "ReportEvents", "categories": "devtools.timeline"})
    frames = page.evaluate(DRIVE, drive)
    session.send("Tracing.end")
    while not done:
        page.wait_for_timeout(50)
    return script_by_frame(events), frames


def script_by_frame(events: list[dict[str, Any]]) -> list[float]:
    """Merged time of scripts between one animation frame and the next, on the thread that has frames."""
    frames = [event for event in events if event["name"] == "FireAnimationFrame"]
    if not frames:
        return []
    thread = statistics.mode((event["pid"], event["tid"]) for event in frames)
    spans = sorted(
        (event["ts"], event["ts"] + event.get("dur", 0))
        for event in events
        if event["name"] in ("FunctionCall", "RunMicrotasks", "TimerFire")
        and (event["pid"], event["tid"]) == thread
    )
    starts = sorted({event["ts"] for event in frames if (event["pid"], event["tid"]) == thread})
    # Several callbacks of one frame follow each other within a few milliseconds.
    bounds = [starts[0]] + [b for a, b in pairwise(starts) if b - a > 4000]
    spent = [0.0] * len(bounds)
    at, until = 0, 0.0
    for begin, end in spans:
        while at + 1 < len(bounds) and begin >= bounds[at + 1]:
            at += 1
        if begin >= bounds[0]:
            spent[at] += max(0.0, end - max(begin, until)) / 1000
        until = max(until, end)
    return spent[1:-1]
