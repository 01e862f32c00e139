import { beforeEach, describe, expect, test } from "vitest";
import { Editor } from "../workbench/model/editor";
import { EMPTY } from "../workbench/model/document";
import { box } from "../workbench/tools/box";
import { Chart } from "../workbench/tools/chart";
import type { Draft, Press, ToolContext } from "../workbench/tools/context";
import { select } from "../workbench/tools/select";
import type { BoxTuple, Shape } from "../workbench/contract";
import { boundsOf } from "../workbench/model/bounds";
import { image, shape } from "./things";

let editor: Editor;
let draft: Draft | null;
let panned: [number, number];
let made: number;
let context: ToolContext;

beforeEach(() => {
  editor = new Editor(EMPTY);
  draft = null;
  panned = [0, 0];
  made = 0;
  context = {
    editor,
    image,
    get shapes() {
      return editor.document.peek().shapes;
    },
    away: false,
    gesture: null,
    setDraft: (next) => (draft = next),
    setHovered: () => {},
    setVertex: () => {},
    newShape: (type, geometry) => ({ ...shape(`new${made++}`, [0, 0, 1, 1]), type, [type]: geometry }) as unknown as Shape,
    shapeClass: () => undefined,
    lookOf: () => ({ unit: 0.5 }),
    brushRadius: () => 8,
    snaps: () => true,
    guide: () => null,
    say: () => {},
    leave: () => {},
    rest: () => {},
    pan: (dx, dy) => (panned = [panned[0] + dx, panned[1] + dy]),
  };
});

/** The view is at twice the size: ten image pixels are twenty on the screen. */
const at = (x: number, y: number): Press => ({
  point: { x, y },
  screen: { x: x * 2, y: y * 2 },
  slack: 3.5,
  threshold: 3,
});

function hand(chart: Chart<ToolContext, Press>) {
  const seen: string[] = [];
  const send = (kind: "down" | "move" | "up", x: number, y: number): void => {
    chart.send(kind, at(x, y));
    const path = chart.path.peek();
    if (seen.at(-1) !== path) seen.push(path);
  };
  return { send, seen };
}

const put = (id: string, place: BoxTuple): void => {
  editor.add(shape(id, place));
  editor.settle();
};
const places = (): (readonly number[])[] => editor.document.peek().shapes.map(boundsOf);

describe("the box tool", () => {
  test("draws by a drag", () => {
    const chart = new Chart("box", box, context);
    const { send, seen } = hand(chart);
    send("down", 100, 100);
    send("move", 100.5, 100);
    send("move", 150, 160);
    expect(draft?.shape).toMatchObject({ type: "box", box: [100, 100, 50, 60] });
    send("move", 180, 170);
    send("up", 200, 190);
    expect(seen).toEqual(["box.drawing.pressing", "box.drawing.dragging", "box.idle"]);
    expect(places()).toEqual([[100, 100, 100, 90]]);
    expect(draft).toBeNull();
    expect(editor.selectedId.peek()).toBe("new0");
  });

  test("draws by two clicks", () => {
    const chart = new Chart("box", box, context);
    const { send, seen } = hand(chart);
    send("down", 100, 100);
    send("up", 100, 100);
    send("move", 40, 50);
    expect(draft?.shape).toMatchObject({ type: "box", box: [40, 50, 60, 50] });
    send("down", 40, 50);
    send("up", 40, 50);
    expect(seen).toEqual(["box.drawing.pressing", "box.drawing.placing", "box.idle"]);
    expect(places()).toEqual([[40, 50, 60, 50]]);
  });

  test("stops at the edge of the image", () => {
    const { send } = hand(new Chart("box", box, context));
    send("down", 1200, 900);
    send("move", 1300, 1000);
    send("up", 5000, 5000);
    expect(places()).toEqual([[1200, 900, 80, 60]]);
  });

  test("a slip without area makes nothing", () => {
    const { send, seen } = hand(new Chart("box", box, context));
    send("down", 100, 100);
    send("move", 140, 100);
    send("up", 140, 100);
    expect(places()).toEqual([]);
    expect(seen.at(-1)).toBe("box.idle");
  });

  test("cancel in the middle leaves no trace", () => {
    const chart = new Chart("box", box, context);
    const { send } = hand(chart);
    send("down", 100, 100);
    send("move", 150, 150);
    chart.cancel();
    expect([chart.path.peek(), draft, places()]).toEqual(["box.idle", null, []]);
    send("up", 160, 160);
    expect(places()).toEqual([]);
  });

  test("a click on a box selects it; the smallest wins", () => {
    put("small", [110, 110, 20, 20]);
    put("big", [50, 50, 300, 300]);
    editor.selectedId.value = null;
    const { send, seen } = hand(new Chart("box", box, context));
    send("down", 120, 120);
    send("up", 120, 120);
    expect(editor.selectedId.peek()).toBe("small");
    expect(seen).toEqual(["box.drawing.pressing", "box.idle"]);
  });

  test("armed, a click inside a box starts another one", () => {
    put("big", [50, 50, 300, 300]);
    const chart = new Chart("box", box, context);
    chart.go("armed");
    const { send, seen } = hand(chart);
    send("down", 120, 120);
    send("up", 120, 120);
    send("down", 140, 150);
    send("up", 140, 150);
    expect(seen).toEqual(["box.drawing.pressing", "box.drawing.placing", "box.idle"]);
    expect(places().at(-1)).toEqual([120, 120, 20, 30]);
  });

  test("a drag that begins inside another box draws", () => {
    put("big", [50, 50, 300, 300]);
    const { send } = hand(new Chart("box", box, context));
    send("down", 120, 120);
    send("move", 160, 150);
    send("up", 160, 150);
    expect(places()).toEqual([[50, 50, 300, 300], [120, 120, 40, 30]]);
  });

  test("a grip of the selected box resizes it in one step", () => {
    put("one", [100, 100, 50, 50]);
    const { send, seen } = hand(new Chart("box", box, context));
    send("down", 151, 151);
    send("move", 170, 160);
    send("move", 181, 191);
    send("up", 181, 191);
    expect(seen).toEqual(["box.adjusting.resizing", "box.idle"]);
    expect(places()).toEqual([[100, 100, 80, 90]]);
    editor.undo();
    expect(places()).toEqual([[100, 100, 50, 50]]);
  });

  test("a cancelled resize springs back", () => {
    put("one", [100, 100, 50, 50]);
    const chart = new Chart("box", box, context);
    const { send } = hand(chart);
    send("down", 150, 150);
    send("move", 300, 300);
    chart.cancel();
    expect(places()).toEqual([[100, 100, 50, 50]]);
  });
});

describe("the select tool", () => {
  test("moves a box in one step", () => {
    put("one", [100, 100, 50, 50]);
    editor.selectedId.value = null;
    const { send, seen } = hand(new Chart("select", select, context));
    send("down", 120, 120);
    send("move", 130, 140);
    send("move", 150, 160);
    send("up", 150, 160);
    expect(seen).toEqual(["select.pressing", "select.adjusting.moving", "select.idle"]);
    expect(places()).toEqual([[130, 140, 50, 50]]);
    editor.undo();
    expect(places()).toEqual([[100, 100, 50, 50]]);
  });

  test("pans beside all boxes, and a click there deselects", () => {
    put("one", [100, 100, 50, 50]);
    const { send, seen } = hand(new Chart("select", select, context));
    send("down", 500, 500);
    send("move", 510, 505);
    send("up", 510, 505);
    expect(seen).toEqual(["select.panning", "select.idle"]);
    expect(panned).toEqual([20, 10]);
    expect(editor.selectedId.peek()).toBe("one");
    send("down", 500, 500);
    send("up", 500, 500);
    expect(editor.selectedId.peek()).toBeNull();
  });

  test("cannot hit what is hidden", () => {
    put("one", [100, 100, 50, 50]);
    editor.selectedId.value = null;
    const hidden: ToolContext = { ...context, shapes: [] };
    const { send } = hand(new Chart("select", select, hidden));
    send("down", 120, 120);
    send("up", 120, 120);
    expect(editor.selectedId.peek()).toBeNull();
  });
});
