// Keys that act on what is selected: what each does to the document, the view or the tool.
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import { keymapOf } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import type { Shape, Spec } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import "../workbench/geometry/all";
import { geometryOf } from "../workbench/model/bounds";
import { Editor } from "../workbench/model/editor";
import { fetchTools } from "../workbench/tools/tools";
import { toScreen } from "../workbench/view/camera";
import { current, FakeServer, openedDesk, settled, workingDesk } from "./desk-at-work";
import { schema, shape } from "./things";

const geometries = ["box", "rotated_box", "polygon", "skeleton"] as const;
const points = ["head", "hand", "foot"].map((key) => ({ key, names: {} }));
const spec: Spec = { classes: [{ key: "board", names: {}, geometries: [...geometries], attributes: [], skeleton: { points, edges: [[0, 1], [1, 2]] } }], tags: [] };

let desk: Desk;
let editor: Editor;
let server: FakeServer;

const press = (...chords: string[]): void => {
  for (const chord of chords) {
    const command = keymapOf(fixedCommands(desk), "desk").get(chord);
    expect(command, chord).toBeDefined();
    command!.run();
  }
};
const put = (id: string, type: Shape["type"], geometry: unknown): void => {
  editor.add({ id, class: "board", type, [type]: geometry, attributes: {} } as unknown as Shape);
  editor.settle();
  editor.selectedId.value = id;
};
const find = (id: string): Shape => editor.document.peek().shapes.find((one) => one.id === id)!;
const at = (id: string): unknown => geometryOf(find(id));
/** The pointer at a place of the image, as the tool in hand sees it. */
const point = (kind: "down" | "move" | "up", x: number, y: number): void => {
  const screen = toScreen(desk.camera.view.peek(), { x, y });
  desk.stage.peek()!.chart.peek().send(kind, { point: { x, y }, screen, slack: 5, threshold: 3 } as never);
};

beforeEach(async () => {
  server = new FakeServer();
  server.schema = schema(spec);
  desk = await workingDesk(server);
  desk.camera.resize({ width: 1000, height: 700 });
  await fetchTools();
  editor = desk.session.work.peek()!.editor;
});

describe("objects by keys", () => {
  test("Tab goes on to the next, Shift and Tab back to the one before, round and round", () => {
    for (const id of ["a", "b", "c"]) editor.add(shape(id, [10, 10, 20, 20]));
    editor.settle();
    editor.selectedId.value = null;
    const seen = ["Shift+Tab", "Shift+Tab", "Tab", "Tab", "Tab", "Shift+Tab"].map((chord) => {
      press(chord);
      return editor.selectedId.peek();
    });
    expect(seen).toEqual(["c", "b", "c", "a", "b", "a"]);
  });

  test("a box grows by Ctrl and the arrows, ten times as much with Shift", () => {
    put("a", "box", [100, 100, 50, 40]);
    press("Ctrl+ArrowRight", "Ctrl+Shift+ArrowDown", "Ctrl+ArrowLeft", "Ctrl+ArrowLeft");
    expect(at("a")).toEqual([100, 100, 49, 50]);
    press("ArrowRight", "Shift+ArrowUp");
    expect(at("a")).toEqual([101, 90, 49, 50]);
  });

  test("a turned box turns a degree a key, and a straight one does not", () => {
    put("a", "rotated_box", [200, 200, 80, 40, 10]);
    press("Ctrl+Period", "Ctrl+Period", "Ctrl+Comma");
    expect(at("a")).toEqual([200, 200, 80, 40, 11]);
    put("b", "box", [10, 10, 20, 20]);
    press("Ctrl+Period");
    expect(at("b")).toEqual([10, 10, 20, 20]);
  });

  test("at the image's edge an arrow moves nothing: there is no step, and it goes on from there", () => {
    put("a", "box", [0, 100, 50, 40]);
    const { revision, history } = editor;
    const before = revision.peek();
    press("ArrowLeft", "Shift+ArrowLeft");
    expect([at("a"), revision.peek()]).toEqual([[0, 100, 50, 40], before]);
    press("ArrowRight", "ArrowLeft", "ArrowLeft");
    expect([at("a"), revision.peek()]).toEqual([[0, 100, 50, 40], before + 2]);
    history.undo();
    history.undo();
    history.undo();
    expect(history.canUndo).toBe(false);
  });

  test("what moves or turns nothing takes no suggestion up", () => {
    const suggested = { ...shape("s", [0, 100, 50.004, 40]), confidence: 0.5 };
    editor = new Editor({ tags: {}, shapes: [] }, [], () => {}, { tags: {}, shapes: [suggested] });
    desk.session.work.value = { ...desk.session.work.peek()!, editor };
    editor.selectedId.value = "s";
    press("ArrowLeft", "Ctrl+Period");
    expect([editor.isPending("s"), editor.history.canUndo]).toEqual([true, false]);
    press("ArrowRight");
    expect([editor.isPending("s"), at("s")]).toEqual([false, [1, 100, 50, 40]]);
  });

  test("a copy lies beside its original, and in its place on the next image", async () => {
    put("a", "box", [100, 100, 50, 40]);
    editor.update("a", (one) => ({ ...one, group: 1 }));
    press("Ctrl+KeyC", "Ctrl+KeyV");
    const [original, copy] = editor.document.peek().shapes;
    expect([copy!.id === "a", original!.group, copy!.group]).toEqual([false, 1, undefined]);
    const [[x, y, ...size], [left, top, ...same]] = [geometryOf(original!), geometryOf(copy!)] as [number[], number[]];
    expect([left! > x!, top! > y!, same]).toEqual([true, true, size]);
    const before = current(desk);
    desk.session.submit();
    await settled(desk);
    expect(current(desk)).not.toBe(before);
    press("Ctrl+KeyV");
    expect(desk.session.work.peek()!.editor.document.peek().shapes.map(geometryOf)).toEqual([[100, 100, 50, 40]]);
  });

  test("pasting with nothing copied says so", () => {
    press("Ctrl+KeyV");
    expect(editor.document.peek().shapes).toEqual([]);
    expect(desk.notices.list.peek().at(-1)?.text).toBe(desk.t("nothingToPaste"));
  });
});

describe("vertices by keys", () => {
  test("Insert makes one in the middle of the next side and takes it into the hand", () => {
    put("a", "polygon", [[100, 100, 300, 100, 300, 300, 100, 300]]);
    press("Period", "Insert");
    expect(at("a")).toEqual([[100, 100, 200, 100, 300, 100, 300, 300, 100, 300]]);
    press("ArrowUp");
    expect(at("a")).toEqual([[100, 100, 200, 99, 300, 100, 300, 300, 100, 300]]);
    press("Delete");
    expect(at("a")).toEqual([[100, 100, 300, 100, 300, 300, 100, 300]]);
  });

  test("a skeleton's point in hand is hidden and seen again", () => {
    put("a", "skeleton", [10, 10, 2, 50, 50, 2, 90, 90, 2]);
    press("Period", "Period", "Shift+KeyV");
    expect(at("a")).toEqual([10, 10, 2, 50, 50, 1, 90, 90, 2]);
    press("Shift+KeyV");
    expect(at("a")).toEqual([10, 10, 2, 50, 50, 2, 90, 90, 2]);
  });

  test("with no point in hand the key to take one is named", () => {
    put("a", "skeleton", [10, 10, 2, 50, 50, 2, 90, 90, 2]);
    press("Shift+KeyV");
    expect(at("a")).toEqual([10, 10, 2, 50, 50, 2, 90, 90, 2]);
    expect(desk.notices.list.peek().at(-1)?.text).toContain(".");
  });
});

describe("the tool in hand", () => {
  test("the brush grows and shrinks between a pixel and two hundred, also after a reload", async () => {
    const first = desk.brush.peek();
    press("BracketRight");
    expect(desk.brush.peek()).toBeGreaterThan(first);
    press("BracketLeft");
    expect(desk.brush.peek()).toBeCloseTo(first);
    press(...Array<string>(60).fill("BracketRight"));
    expect(desk.brush.peek()).toBe(200);
    press(...Array<string>(60).fill("BracketLeft"));
    expect(desk.brush.peek()).toBe(1);
    await settled(desk);
    expect((await openedDesk(server)).brush.peek()).toBe(1);
  });

  test("a click beside a neighbour's corner is drawn to it, until Shift and S", () => {
    put("a", "polygon", [[100, 100, 300, 100, 300, 300, 100, 300]]);
    editor.selectedId.value = null;
    desk.useWay("polygon");
    press("KeyN");
    const drawn = (): readonly number[] => {
      for (const kind of ["move", "down", "up"] as const) point(kind, 303, 302);
      const { dots = [] } = desk.stage.peek()!.draft.peek()!;
      desk.stage.peek()!.chart.peek().cancel();
      return dots.slice(0, 2);
    };
    expect(drawn()).toEqual([300, 300]);
    press("Shift+KeyS", "KeyN");
    expect(drawn()).toEqual([303, 302]);
    press("Shift+KeyS", "KeyN");
    expect(drawn()).toEqual([300, 300]);
  });

  test("what a click would take is told while the pointer is over it", () => {
    put("a", "box", [100, 100, 200, 200]);
    put("b", "box", [150, 150, 50, 50]);
    editor.selectedId.value = null;
    desk.tool.value = "select";
    const { hovered } = desk.stage.peek()!;
    const seen = [[120, 120], [160, 160], [600, 600]].map(([x, y]) => {
      point("move", x!, y!);
      return hovered.peek();
    });
    expect(seen).toEqual(["a", "b", null]);
  });
});

describe("the view", () => {
  test("Shift and F bring the object to the middle, large; with none selected all of the image", () => {
    put("a", "box", [1000, 700, 40, 30]);
    const fitted = desk.camera.view.peek();
    press("Shift+KeyF");
    const view = desk.camera.view.peek();
    const middle = toScreen(view, { x: 1020, y: 715 });
    expect([middle.x, middle.y].map(Math.round)).toEqual([500, 350]);
    expect(40 * view.scale).toBeGreaterThan(300);
    expect(40 * view.scale).toBeLessThan(1000);
    editor.selectedId.value = null;
    press("Shift+KeyF");
    expect(desk.camera.view.peek()).toEqual(fitted);
  });
});
