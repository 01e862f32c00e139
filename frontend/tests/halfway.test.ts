// @vitest-environment happy-dom
/** What must not happen: a half-made drag sent or settled, a locked or hidden object changed. */
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import { optionCommands } from "../workbench/commands/answer";
import { keymapOf } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { act, toggleHidden, toggleLock } from "../workbench/commands/objects";
import type { Kind, Payload, Shape, Spec } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { takeAndSend } from "../workbench/drafts/acts";
import { maskFrom } from "../workbench/geometry/convert";
import { isValid, rounded } from "../workbench/geometry/kinds";
import { listen } from "../workbench/input";
import { geometryOf } from "../workbench/model/bounds";
import { Editor } from "../workbench/model/editor";
import { EMPTY } from "../workbench/model/document";
import { fetchTools, kindOfWay, type Way } from "../workbench/tools/tools";
import { FakeServer, settled, workingDesk } from "./desk-at-work";
import { image, schema } from "./things";

const KINDS: Kind[] = ["box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask"];
const skeleton = { points: ["head", "hand"].map((key) => ({ key, names: {} })), edges: [[0, 1]] as const };
const spec: Spec = {
  classes: ["thing", "other"].map((key) => ({
    key, names: {}, geometries: KINDS, skeleton,
    attributes: [{ key: "bent", names: {}, kind: "checkbox" }],
  })),
};

const of = (id: string, type: Kind, geometry: unknown, more: Partial<Shape> = {}): Shape =>
  ({ id, class: "thing", type, [type]: geometry, attributes: {}, ...more }) as unknown as Shape;

let desk: Desk;
let server: FakeServer;
const editor = (): Editor => desk.session.work.peek()!.editor;
const shapes = (): readonly Shape[] => editor().document.peek().shapes;
const task = (): number => desk.session.work.peek()!.held.task;
const chart = () => desk.stage.peek()!.chart.peek();

function send(kind: "down" | "move" | "up", x: number, y: number): void {
  chart().send(kind, { point: { x, y }, screen: { x, y }, slack: 3.5, threshold: 3 });
}

const press = (chord: string): void =>
  keymapOf([...fixedCommands(desk), ...optionCommands(desk)], "desk").get(chord)!.run();

function put(...more: Shape[]): void {
  for (const shape of more) editor().add(shape);
  editor().settle();
}

/** The task on the screen with another answer begun, or suggested. */
function withEditor(fresh: Editor): void {
  desk.session.work.value = { ...desk.session.work.peek()!, editor: fresh };
  desk.stage.peek()!.seen.value = true;
}

beforeEach(async () => {
  await fetchTools();
  server = new FakeServer();
  server.schema = schema(spec);
  desk = await workingDesk(server);
  desk.stage.peek()!.seen.value = true;
});

type Events = readonly (readonly ["down" | "move" | "up", number, number])[];

describe("Enter while something is in the making", () => {
  const there = of("there", "box", [900, 700, 50, 50]);
  const DRAG: Events = [["down", 100, 100], ["move", 150.123, 160.456]];

  test.each<[string, Way, Events, Events]>([
    ["a box under the hand", "box", DRAG, [["up", 200, 190]]],
    ["a box between its two clicks", "box", [["down", 100, 100], ["up", 100, 100], ["move", 150, 150]], [["down", 200, 190], ["up", 200, 190]]],
    ["an ellipse under the hand", "ellipse", DRAG, [["up", 200, 190]]],
    ["a turned box between its clicks", "rotated_box", [["down", 100, 100], ["up", 100, 100], ["down", 200, 100], ["up", 200, 100]], [["down", 150, 150], ["up", 150, 150]]],
    ["a skeleton laid into a box", "template", DRAG, [["up", 200, 190]]],
    ["a point that seeks its place", "point", DRAG, [["up", 200, 190]]],
    ["a stroke of the brush", "mask", DRAG, [["up", 200, 190]]],
    ["a line drawn freely", "polyline", DRAG, [["move", 300, 160], ["up", 300, 160]]],
  ])("%s: nothing is sent before it is done, then it is", async (_, way, begun, rest) => {
    put(there);
    editor().selectedId.value = null;
    desk.useWay(way);
    const before = task();
    for (const event of begun) send(...event);
    const path = chart().path.peek();
    press("Enter");
    expect([task(), chart().path.peek(), shapes().length]).toEqual([before, path, 1]);
    for (const event of rest) send(...event);
    // Ends the line; what else was drawn is a shape already.
    if (way === "polyline") press("Enter");
    expect([chart().path.peek(), shapes().length]).toEqual([`${way}.idle`, 2]);
    expect(desk.notices.list.peek().some(({ text }) => text.startsWith("A shape is not finished"))).toBe(false);
    press("Enter");
    await settled(desk);
    const sent = [...server.stored.values()].find((one) => one.task === before)!.payload.shapes;
    expect(sent.map(({ type }) => type)).toEqual(["box", kindOfWay(way)]);
    expect(sent.every((shape) => isValid(shape, image))).toBe(true);
    expect(sent).toEqual(sent.map(rounded));
  });

  test("a line goes on where the hand is drawing freely: Enter does not end it at the point before", () => {
    desk.useWay("polyline");
    for (const x of [100, 200]) for (const kind of ["down", "up"] as const) send(kind, x, 100);
    for (const [kind, x, y] of [["down", 210, 100], ["move", 250, 130], ["move", 300, 150]] as const) send(kind, x, y);
    press("Enter");
    expect([shapes(), chart().path.peek()]).toEqual([[], "polyline.drawing.tracing"]);
    send("up", 300, 150);
    press("Enter");
    expect(shapes().map((shape) => (geometryOf(shape) as number[]).slice(-2))).toEqual([[300, 150]]);
  });

  test("says that a shape is not finished, as long as that is so", () => {
    put(there);
    send("down", 100, 100);
    send("move", 150, 160);
    press("Enter");
    expect(desk.notices.list.peek().map(({ text }) => text)).toEqual(["A shape is not finished. Finish it, or cancel it with Esc."]);
    press("Escape");
    expect(desk.notices.list.peek()).toEqual([]);
    expect([chart().path.peek(), shapes()]).toEqual(["box.idle", [there]]);
  });

  test("a vertex dragged over a side is not sent, and springs back where it is let go", async () => {
    const ring = [[100, 100, 200, 100, 200, 200, 100, 200]];
    put(of("it", "polygon", ring));
    desk.useWay("polygon");
    const before = task();
    send("down", 200, 200);
    send("move", 150.123, 50.456);
    press("Enter");
    expect([task(), chart().path.peek()]).toEqual([before, "polygon.adjusting.resizing"]);
    send("up", 150.123, 50.456);
    expect(shapes().map(geometryOf)).toEqual([ring]);
    press("Enter");
    await settled(desk);
    expect([...server.stored.values()].map(({ payload }) => payload.shapes.map(geometryOf))).toEqual([[ring]]);
  });

  test("a moved shape is sent where it was let go, rounded as all are", async () => {
    put(of("it", "box", [100, 100, 50, 50]));
    desk.tool.value = "select";
    send("down", 120, 120);
    send("move", 130.001, 130);
    press("Enter");
    expect(server.stored.size).toBe(0);
    send("move", 140.128, 150);
    send("up", 140.128, 150);
    press("Enter");
    await settled(desk);
    expect([...server.stored.values()].map(({ payload }) => payload.shapes.map(geometryOf))).toEqual([[[120.13, 130, 50, 50]]]);
  });

  test("nor is it by the key that takes all suggestions and sends them", async () => {
    withEditor(new Editor(EMPTY, [], () => {}, { tags: {}, shapes: [of("seen", "box", [10, 10, 40, 40])] }));
    const before = task();
    send("down", 100, 100);
    send("move", 150, 160);
    takeAndSend(desk);
    expect([task(), editor().pending.peek().shapes.length, shapes()]).toEqual([before, 1, []]);
    send("up", 150, 160);
    takeAndSend(desk);
    await settled(desk);
    expect([...server.stored.values()].map(({ payload }) => payload.shapes.length)).toEqual([2]);
  });

  test("a hand that moves the picture holds nothing up", async () => {
    put(there);
    desk.tool.value = "select";
    send("down", 300, 300);
    press("Enter");
    await settled(desk);
    expect(server.stored.size).toBe(1);
  });
});

test("in the middle of a drag no key settles what is not let go, and looking closer still works", () => {
  listen(desk);
  const key = (code: string, more = {}): boolean => window.dispatchEvent(new KeyboardEvent("keydown", { code, ...more }));
  const ring = [[100, 100, 200, 100, 200, 200, 100, 200]];
  put(of("it", "polygon", ring));
  desk.useWay("polygon");
  const before = editor().document.peek();
  send("down", 200, 200);
  send("move", 150, 50);
  for (const code of ["Digit2", "ArrowLeft", "Delete", "KeyN"]) key(code);
  key("KeyD", { ctrlKey: true });
  key("KeyO", { shiftKey: true });
  key("KeyH");
  expect(desk.hidden.peek()).toBe(true);
  key("KeyH");
  send("up", 150, 50);
  expect(editor().document.peek()).toEqual(before);
  key("Digit2");
  expect(shapes()[0]!.class).toBe("other");
});

const OF_EACH: [Kind, unknown][] = [
  ["box", [100, 100, 50, 50]],
  ["rotated_box", [200, 200, 50, 40, 30]],
  ["ellipse", [200, 200, 50, 40, 30]],
  ["polygon", [[100, 100, 200, 100, 200, 200, 100, 200]]],
  ["polyline", [100, 100, 200, 100, 200, 200]],
  ["point", [100, 100]],
  ["skeleton", [100, 100, 2, 150, 150, 1]],
  ["mask", maskFrom([[100, 100, 200, 100, 200, 200, 100, 200]], image)],
];

/** Everything that a key may do to objects, one after the other, with the object selected and a vertex in hand. */
async function doEverything(except: readonly string[]): Promise<void> {
  const groups = ["groupDraw", "groupTools", "groupObjects"];
  const commands = [...fixedCommands(desk), ...optionCommands(desk)].filter(
    ({ id, group, scope }) => scope === "desk" && (groups.includes(group ?? "") || /^(nudge|resize|class|attribute)\./.test(id)) && !except.includes(id),
  );
  expect(commands.length).toBeGreaterThan(50);
  for (const { run } of commands) {
    editor().selectedId.value = "it";
    desk.stage.peek()!.vertex.value = "v0.1";
    run();
    // What is fetched when first asked for has come.
    await new Promise<void>((done) => act(desk, () => done()));
    expect(chart().is("idle") || chart().is("armed")).toBe(true);
  }
}

const theOne = (): Shape | undefined => shapes().find(({ id }) => id === "it");

describe("whatever the key", () => {
  test.each(OF_EACH)("a locked %s stays as it is and where it is", async (type, geometry) => {
    put(of("below", "box", [300, 300, 50, 50], { attributes: { bent: true } }), of("it", type, geometry), of("above", "box", [600, 300, 50, 50]));
    const before = theOne();
    toggleLock(desk, "it");
    await doEverything(["object.lock"]);
    expect(theOne()).toBe(before);
    const order = shapes().map(({ id }) => id).filter((id) => ["below", "it", "above"].includes(id));
    expect(order).toEqual(["below", "it", "above"]);
    expect(desk.notices.list.peek().some(({ text }) => text === "This object is locked.")).toBe(true);
  });

  test.each(OF_EACH)("a hidden %s keeps its form", async (type, geometry) => {
    put(of("it", type, geometry));
    toggleHidden(desk, "it");
    await doEverything(["object.hide", "object.show", "delete", "draft.leave", "new", "new.middle", "paste", "duplicate"]);
    expect(geometryOf(theOne()!)).toEqual(geometry);
    expect(desk.notices.list.peek().some(({ text }) => text === "This object is hidden. Show it first.")).toBe(true);
  });

  test("a hidden suggestion is neither seen nor hit", () => {
    withEditor(new Editor(EMPTY, [], () => {}, { tags: {}, shapes: [of("it", "box", [100, 100, 50, 50])] }));
    expect(desk.stage.peek()!.shapeOf("it")?.id).toBe("it");
    toggleHidden(desk, "it");
    expect(desk.stage.peek()!.shapeOf("it")).toBeNull();
  });
});

describe("a tool whose arithmetic comes late", () => {
  test.each(["cut", "extend", "split"] as const)("%s: does nothing to the task that was left, and leaves the tool that is in the hand now", async (tool) => {
    // The split runs over the hole: without it, it needs no arithmetic.
    put(of("it", "polygon", [[100, 100, 300, 100, 300, 300, 100, 300], [220, 120, 290, 120, 290, 280, 220, 280]]));
    desk.tool.value = tool;
    for (const [x, y] of [[250, 50], [350, 150], [250, 350]] as const) for (const kind of ["down", "up"] as const) send(kind, x, y);
    const [left, before, revision] = [editor(), task(), editor().revision.peek()];
    press("Enter");
    desk.session.skip("other", "");
    desk.tool.value = "merge";
    await import("../workbench/geometry/boolean");
    await new Promise((done) => setImmediate(done));
    expect(task()).not.toBe(before);
    expect([left.revision.peek(), shapes(), desk.tool.peek()]).toEqual([revision, [], "merge"]);
  });
});

describe("a suggestion that a key acts on", () => {
  const suggest = (...more: Shape[]): void => {
    const suggested = more.map((shape) => ({ ...shape, confidence: 0.9 }));
    withEditor(new Editor(EMPTY, [], () => {}, { tags: {}, shapes: suggested } as Payload));
    editor().selectedId.value = "it";
  };
  const square = (x: number) => [[x, 100, x + 100, 100, x + 100, 200, x, 200]];
  const twoParts = maskFrom([[100, 100, 200, 100, 200, 200, 100, 200], [300, 100, 420, 100, 420, 200, 300, 200]], image);

  test.each<[string, Kind, unknown, Kind[]]>([
    ["a mask of two parts becomes two polygons", "mask", twoParts, ["polygon", "polygon"]],
    ["a polygon becomes a mask", "polygon", square(100), ["mask"]],
  ])("%s, one's own in one step", (_, type, geometry, kinds) => {
    suggest(of("it", type, geometry));
    press("Shift+KeyP");
    expect([shapes().map((shape) => shape.type), editor().pending.peek().shapes]).toEqual([kinds, []]);
    expect(shapes().some((shape) => "confidence" in shape)).toBe(false);
    expect(shapes().every((shape) => isValid(shape, image))).toBe(true);
    editor().undo();
    expect([shapes(), editor().pending.peek().shapes.map(({ id }) => id)]).toEqual([[], ["it"]]);
  });

  test("is copied without what only models say", () => {
    suggest(of("it", "box", [100, 100, 50, 50], { parent: "gone" }));
    press("Ctrl+KeyD");
    expect(shapes().map((shape) => ["confidence" in shape, "parent" in shape])).toEqual([[false, false]]);
  });

  test("is taken up as a parent, or as one of a group", async () => {
    suggest(of("it", "box", [100, 100, 50, 50]), of("seen", "box", [300, 100, 50, 50], { group: 3 }));
    for (const [chord, key, value] of [["Shift+KeyU", "parent", "seen"], ["Shift+KeyG", "group", 3]] as const) {
      press(chord);
      editor().selectedId.value = "seen";
      await new Promise<void>((done) => act(desk, () => done()));
      expect(shapes().find(({ id }) => id === "it")).toMatchObject({ [key]: value });
      expect(editor().pending.peek().shapes).toEqual([]);
      editor().undo();
      expect([shapes(), editor().pending.peek().shapes.length]).toEqual([[], 2]);
      editor().selectedId.value = "it";
    }
  });
});
