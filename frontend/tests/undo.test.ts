// @vitest-environment happy-dom
/** Undo of everything a person may do, in any order, also after the page was closed and opened again. */
import "fake-indexeddb/auto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { redo, undo } from "../workbench/commands/commands";
import * as acts from "../workbench/commands/object_acts";
import { deleteShape } from "../workbench/commands/boxes";
import { toggleHidden, toggleLock } from "../workbench/commands/objects";
import type { Kind, Payload, Shape, Spec, SyncRequest, SyncResponse } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { decideOne, leaveAll, takeAll } from "../workbench/drafts/acts";
import { maskFrom } from "../workbench/geometry/convert";
import { isValid, moved, rounded } from "../workbench/geometry/kinds";
import { geometryOf } from "../workbench/model/bounds";
import { Editor } from "../workbench/model/editor";
import type { Step } from "../workbench/model/history";
import { allOf, belongsBelow } from "../workbench/model/relations";
import { convert } from "../workbench/tools/edits";
import { fetchTools, type PolygonTool } from "../workbench/tools/tools";
import { crash, FakeServer, openedDesk, settled, workingDesk } from "./desk-at-work";
import { image, schema } from "./things";

const KINDS: Kind[] = ["box", "polygon", "mask"];
const spec: Spec = { classes: [{ key: "thing", names: {}, geometries: KINDS }], tags: [{ key: "t", names: {}, kind: "text" }] };

const of = (id: string, type: Kind, geometry: unknown, more: Partial<Shape> = {}): Shape =>
  ({ id, class: "thing", type, [type]: geometry, attributes: {}, ...more }) as unknown as Shape;

/** Squares on a grid: many of them touch, overlap, or meet at a corner only. */
const CELL = 100;
const square = (x: number, y: number): number[] => [x, y, x + 1, y, x + 1, y + 1, x, y + 1].map((value) => value * CELL);
const frame = (x: number, y: number): number[][] => [square(x, y), square(x, y).map((value, at) => value + [20, 30, -20, 30, -20, -30, 20, -30][at]!)];

const base: Payload = { tags: { t: "x" }, shapes: [of("first", "polygon", [square(1, 1)]), of("second", "box", [100, 200, 50, 50], { parent: "first" })] };
const suggested: Payload = {
  tags: { u: "y" },
  shapes: [
    of("s1", "polygon", [square(2, 1)], { parent: "s2" }),
    of("s2", "polygon", frame(2, 2), { group: 2 }),
    of("s3", "mask", maskFrom([square(1, 3), square(3, 3)], image)),
    of("s4", "box", [300, 300, 60, 60], { parent: "first" }),
  ].map((shape) => ({ ...shape, confidence: 0.5 })),
};

const which = fc.nat(30);
const cell = fc.tuple(fc.nat(4), fc.nat(4));
const numbers = fc.record({ which, other: which, cell, by: fc.integer({ min: -2, max: 2 }) });

let made = 0;

/** One thing a person may do, to the shapes there are: decided ones and suggested ones. */
const ACTS = {
  add: ({ editor, cell: [x, y], by }) => {
    const kind = KINDS[Math.abs(by)] ?? "box";
    const geometry = { box: [x * CELL, y * CELL, CELL, CELL], polygon: by < 0 ? [square(x, y)] : frame(x, y), mask: maskFrom([square(x, y)], image) };
    editor.add(of(`a${made++}`, kind, geometry[kind as keyof typeof geometry]));
    editor.settle();
  },
  move: ({ editor, id, cell: [x, y], by }) => {
    editor.update(id, (shape) => rounded(moved(shape, (x - 2) * CELL, (y - 2) * CELL, image)), { settle: by !== 0 });
  },
  remove: ({ desk, id }) => deleteShape(desk, id),
  tag: ({ editor, by }) => editor.setTag("t", ["p", "q", null][Math.abs(by)] ?? null, { settle: by > 0 }),
  tagSuggested: ({ editor, by }) => editor.setTag("u", by > 0 ? "z" : null),
  merge: async ({ desk, editor, id, otherId }) => {
    const there = inner(allOf(editor).find((shape) => shape.id === otherId));
    await withTool(desk, "merge", id, (send) => send("down", ...there));
  },
  cut: async ({ desk, id, cell: [x, y] }) => withTool(desk, "cut", id, (send) => click(send, [[x * CELL + 40, y * CELL - 10], [x * CELL + 60, y * CELL - 10], [x * CELL + 60, y * CELL + 130]])),
  extend: async ({ desk, id, cell: [x, y] }) => withTool(desk, "extend", id, (send) => click(send, [[x * CELL, y * CELL], [x * CELL + 150, y * CELL], [x * CELL, y * CELL + 150]])),
  split: async ({ desk, id, cell: [x] }) => withTool(desk, "split", id, (send) => click(send, [[x * CELL + 10, 1], [x * CELL + 10, 900]])),
  convert: ({ desk, editor, id }) => {
    editor.selectedId.value = id;
    convert(desk);
  },
  parent: ({ desk, id, otherId, by }) => void acts.setParent(desk, id, by === 0 ? null : otherId),
  group: ({ desk, id, by }) => acts.setGroup(desk, id, by > 0 ? by : null),
  occluded: ({ desk, id }) => acts.toggleOccluded(desk, id),
  restack: ({ desk, id, by }) => acts.raise(desk, id, by === 0 ? Infinity : by),
  take: ({ desk, editor, id, by }) => {
    editor.selectedId.value = id;
    decideOne(desk, by >= 0);
  },
  takeAll: ({ editor, by }) => (by > 0 ? takeAll(editor) : undefined),
  leaveAll: ({ editor, by }) => (by > 1 ? leaveAll(editor) : undefined),
  hide: ({ desk, id }) => toggleHidden(desk, id),
  lock: ({ desk, id, editor }) => {
    // Few stay locked, or soon nothing could be done.
    if (editor.locked.peek().size > 1) editor.locked.value = new Set();
    else toggleLock(desk, id);
  },
  plot: ({ editor, cell: [x, y] }) => editor.plot("polygon", "thing", [x * CELL + 7, y * CELL + 3]),
  unplot: ({ editor }) => void editor.unplot(),
  replot: ({ editor, by }) => {
    if (by > 0) editor.unplot();
    editor.unplot();
    editor.replot();
  },
  drop: ({ editor, by }) => (by > 0 ? editor.dropSketch() : undefined),
  finish: ({ desk, editor, cell: [x, y] }) => {
    if (!editor.sketch.peek()) [0, 2, 4].forEach((at) => editor.plot("polygon", "thing", square(x, y).slice(at, at + 2)));
    desk.tool.value = "draw";
    desk.useWay("polygon");
    desk.stage.peek()!.resume();
    desk.stage.peek()!.chart.peek().wish("finish");
    desk.stage.peek()!.chart.peek().rest();
  },
  undo: ({ desk }) => undo(desk),
  redo: ({ desk }) => redo(desk),
  bail: ({ editor }) => editor.bail(),
} satisfies Record<string, (on: On) => void | Promise<void>>;

interface On {
  readonly desk: Desk;
  readonly editor: Editor;
  readonly id: string;
  readonly otherId: string;
  readonly cell: [number, number];
  readonly by: number;
}

type Name = keyof typeof ACTS;
type Action = { readonly what: Name } & (typeof numbers extends fc.Arbitrary<infer T> ? T : never);
/** What has to come after something else is tried more often. */
const OFTEN: readonly Name[] = ["plot", "plot", "plot", "unplot", "replot", "replot", "drop", "finish", "move", "bail", "bail", "undo", "undo", "redo", "redo", "redo"];
const actionsOf = (names: readonly Name[]): fc.Arbitrary<Action> => fc.tuple(fc.constantFrom(...names), numbers).map(([what, more]) => ({ what, ...more }));
const NAMES = Object.keys(ACTS) as Name[];

type Send = (kind: "down" | "move" | "up", x: number, y: number) => void;

const click = (send: Send, places: readonly [number, number][]): void =>
  places.forEach(([x, y]) => (["down", "up"] as const).forEach((kind) => send(kind, x, y)));

/** A place in a polygon: beside its first corner, so that a hole in the middle does not matter. */
const inner = (shape: Shape | undefined): [number, number] =>
  shape?.type === "polygon" ? [(shape.polygon[0]?.[0] ?? 0) + 5, (shape.polygon[0]?.[1] ?? 0) + 5] : [0, 0];

const arithmeticDone = async (): Promise<void> => {
  await import("../workbench/geometry/boolean");
  await new Promise((done) => setImmediate(done));
};

async function withTool(desk: Desk, tool: PolygonTool, id: string, use: (send: Send) => void): Promise<void> {
  const { editor } = desk.session.work.peek()!;
  editor.dropSketch();
  editor.selectedId.value = id;
  desk.tool.value = tool;
  const chart = desk.stage.peek()!.chart.peek();
  use((kind, x, y) => chart.send(kind, { point: { x, y }, screen: { x, y }, slack: 1, threshold: 3, alt: true }));
  chart.wish("finish");
  await arithmeticDone();
  // What came to nothing is given up.
  chart.cancel();
  desk.tool.value = "draw";
}

async function perform(desk: Desk, { what, which, other, cell, by }: Action): Promise<void> {
  const { editor } = desk.session.work.peek()!;
  const ids = allOf(editor).map(({ id }) => id);
  const pick = (nth: number): string => ids[nth % Math.max(ids.length, 1)] ?? "";
  await ACTS[what]({ desk, editor, id: pick(which), otherId: pick(other), cell, by });
}

/** What is true of any answer, however it came about. */
function expectSound(editor: Editor): void {
  const { shapes } = editor.document.peek();
  const ids = allOf(editor).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const shape of shapes) {
    if (shape.parent !== undefined) expect(belongsBelow(shapes, shape.id, shape.parent)).toBe(true);
    expect(isValid(shape, image)).toBe(true);
    expect(shape).not.toHaveProperty("confidence");
  }
}

const lockedOf = (editor: Editor): unknown[] =>
  editor.document.peek().shapes.filter(({ id }) => editor.locked.peek().has(id)).map((shape) => [shape.id, shape.class, geometryOf(shape)]);

const state = (editor: Editor): unknown => ({ document: editor.document.peek(), pending: editor.pending.peek(), sketch: editor.sketch.peek() });

/** By the command, which first takes back what is being drawn. How many times it had something to do. */
function undoAll(desk: Desk): number {
  const { editor } = desk.session.work.peek()!;
  let times = 0;
  for (; editor.history.canUndo || editor.canRegain; times++) {
    if (times > 2000) throw new Error("Undo comes to no end.");
    undo(desk);
  }
  return times;
}

/** While a sketch is in the hand, redo is about its points. */
function redoAll(desk: Desk): void {
  desk.stage.peek()!.chart.peek().rest();
  while (desk.session.work.peek()!.editor.history.canRedo) redo(desk);
}

let desk: Desk;

function begin(steps: Step[]): Editor {
  const editor = new Editor(base, [], (step) => steps.push(JSON.parse(JSON.stringify(step)) as Step), suggested);
  desk.session.work.value = { ...desk.session.work.peek()!, editor };
  desk.tool.value = "draw";
  return editor;
}

beforeAll(async () => {
  await fetchTools();
  const server = new FakeServer();
  server.schema = schema(spec);
  desk = await workingDesk(server);
});

describe("any sequence of all that can be done", () => {
  test("taken back is the start, done again is the end, replayed is the same; each answer on the way is sound", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(actionsOf([...NAMES, ...OFTEN]), { minLength: 20, maxLength: 50, size: "max" }), async (sequence) => {
        const steps: Step[] = [];
        const editor = begin(steps);
        for (const action of sequence) {
          const locked = lockedOf(editor);
          await perform(desk, action);
          expectSound(editor);
          if (!["undo", "redo", "bail", "lock"].includes(action.what)) expect(lockedOf(editor)).toEqual(expect.arrayContaining(locked));
        }
        editor.settle();
        const replayed = new Editor(base, steps, () => {}, suggested);
        expect(state(replayed)).toEqual(state(editor));
        redoAll(desk);
        const end = editor.document.peek();
        const pending = editor.pending.peek();
        undoAll(desk);
        expect([editor.document.peek(), editor.pending.peek()]).toEqual([base, suggested]);
        redoAll(desk);
        expect([editor.document.peek(), editor.pending.peek()]).toEqual([end, pending]);
        const again = new Editor(base, steps, () => {}, suggested);
        expect(state(again)).toEqual(state(editor));
      }),
      { numRuns: 150 },
    );
  });

  test("each of them is really done now and then, not only refused", { timeout: 60_000 }, async () => {
    const idle = new Set(NAMES.filter((name) => !["hide", "lock"].includes(name)));
    const sequences = fc.sample(fc.array(actionsOf([...NAMES, ...OFTEN]), { minLength: 20, maxLength: 50, size: "max" }), { numRuns: 150, seed: 7 });
    for (const sequence of sequences) {
      const editor = begin([]);
      for (const action of sequence) {
        const before = JSON.stringify(state(editor));
        await perform(desk, action);
        if (JSON.stringify(state(editor)) !== before) idle.delete(action.what);
      }
      if (idle.size === 0) break;
    }
    expect([...idle]).toEqual([]);
  });
});

class Predicting extends FakeServer {
  override async sync(request: SyncRequest): Promise<SyncResponse> {
    const response = await super.sync(request);
    return { ...response, tasks: response.tasks.map((task) => ({ ...task, draft: suggested })) };
  }
}

test("more than 500 steps are taken back one by one after the page was closed, and done again after it was closed again", { timeout: 60_000 }, async () => {
  const server = new Predicting();
  server.schema = schema(spec);
  desk = await workingDesk(server);
  const reloaded = async (): Promise<Editor> => {
    await settled(desk);
    await crash(desk);
    desk = await openedDesk(server);
    desk.start(1);
    await settled(desk);
    return desk.session.work.peek()!.editor;
  };
  const { task } = desk.session.work.peek()!.held;
  const sequence = fc.sample(actionsOf(NAMES.filter((name) => !["undo", "redo", "bail", "plot"].includes(name))), { numRuns: 5000, seed: 4 });
  let settledSteps = 0;
  for (const action of sequence) {
    const { editor } = desk.session.work.peek()!;
    const before = editor.document.peek();
    await perform(desk, action);
    editor.settle();
    if (editor.document.peek() !== before) settledSteps++;
    if (settledSteps > 520) break;
  }
  const { editor } = desk.session.work.peek()!;
  editor.plot("polygon", "thing", [7, 7]);
  const end = state(editor);

  const after = await reloaded();
  expect(desk.session.work.peek()!.held.task).toBe(task);
  expect(state(after)).toEqual(end);
  after.dropSketch();
  let times = 0;
  for (; after.history.canUndo; times++) after.undo();
  expect(times).toBeGreaterThan(500);
  expect([after.document.peek(), after.pending.peek()]).toEqual([{ tags: {}, shapes: [] }, suggested]);

  const third = await reloaded();
  expect([third.document.peek(), third.pending.peek(), third.sketch.peek()]).toEqual([{ tags: {}, shapes: [] }, suggested, null]);
  redoAll(desk);
  expect(state(third)).toEqual({ ...(end as object), sketch: null });
  expectSound(third);
});
