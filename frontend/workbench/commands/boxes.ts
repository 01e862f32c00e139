/** Commands of the shapes: make, change, walk through. */
import type { Desk } from "../desk";
import type { BoxTuple, Kind, Shape } from "../contract";
import { gripMoved, gripsOf, isValid, moved, rounded, withGeometry } from "../geometry/kinds";
import { geometryOf } from "../model/bounds";
import { reclass } from "../model/check";
import { own } from "../model/editor";
import { boxFromCorners, clampPoint, growBox, type Size } from "../model/geometry";
import { shapeId } from "../sync/ids";
import { kindOfWay } from "../tools/tools";
import type { Stage } from "../view/stage";
import type { Command } from "./command";
import { keyOf } from "./keys";
import { mayBecome, refuseLocked, refuseReshape } from "./objects";
import { deleteVertex } from "./tools";

/** Gives the selected box the class, and the boxes to come. */
export function chooseClass(desk: Desk, key: string): void {
  const work = desk.session.work.peek();
  if (!work) return;
  const selected = work.editor.selected.peek();
  if (selected && !mayBecome(desk, selected, key)) {
    // Drawn another way: the class is meant for the next one.
    work.editor.selectedId.value = null;
  } else if (selected && !refuseLocked(desk, selected.id)) {
    work.editor.update(selected.id, (shape) => reclass(work.schema.spec, shape, key));
  }
  desk.useClass(key);
  desk.chosen.value = { of: work.held, name: key };
}

export function deleteShape(desk: Desk, id: string): void {
  if (refuseLocked(desk, id)) return;
  const editor = desk.session.work.peek()?.editor;
  editor?.update(id, () => null);
  if (editor?.selectedId.peek() === id) editor.selectedId.value = null;
}

/** Arms the drawing tool: the next press starts a shape even inside another one. */
export function newShape(desk: Desk): void {
  desk.hidden.value = false;
  desk.tool.value = "draw";
  const chart = desk.stage.peek()?.chart.peek();
  // What is being drawn is ended first, if it is good for a shape.
  if (chart?.wish("finish") && !chart.is("idle")) return;
  if (!chart?.is("idle")) chart?.cancel();
  if (chart?.name === desk.way.peek()) chart.go("armed");
}

/** For the keyboard alone: a shape in the middle of the view, then the arrows place it. */
function newInMiddle(desk: Desk): void {
  const stage = desk.stage.peek();
  if (!stage?.canDraw) return;
  const { width, height } = desk.camera.screen.peek();
  const { image } = stage.work.held;
  const a = clampPoint(desk.camera.toImage({ x: width * 0.4, y: height * 0.4 }), image);
  const b = clampPoint(desk.camera.toImage({ x: width * 0.6, y: height * 0.6 }), image);
  const shape = shapeWithin(stage, kindOfWay(desk.way.peek()), boxFromCorners(a, b));
  if (shape) add(desk, shape);
  else if (!desk.settings.peek().mouseKeys) desk.notices.say("info", desk.t("maskByHand", { key: keyOf("F2") }));
}

/** A shape of a kind that fills a box, and a mask is none; a skeleton has its points along the rim, to be nudged to their places. */
function shapeWithin(stage: Stage, kind: Kind, [x, y, width, height]: BoxTuple): Shape | null {
  const [cx, cy] = [x + width / 2, y + height / 2];
  switch (kind) {
    case "box":
      return stage.newShape(kind, [x, y, width, height]);
    case "rotated_box":
      return stage.newShape(kind, [cx, cy, width, height, 0]);
    case "ellipse":
      return stage.newShape(kind, [cx, cy, width / 2, height / 2, 0]);
    case "polygon":
      return stage.newShape(kind, [[x, y, x + width, y, x + width, y + height, x, y + height]]);
    case "polyline":
      return stage.newShape(kind, [x, cy, x + width, cy]);
    case "point":
      return stage.newShape(kind, [cx, cy]);
    case "skeleton": {
      const count = stage.skeletonOf()?.points.length ?? 0;
      const turn = (at: number): number => (2 * Math.PI * at) / count - Math.PI / 2;
      const points = Array.from({ length: count }, (_, at) => [cx + (width / 2) * Math.cos(turn(at)), cy + (height / 2) * Math.sin(turn(at)), 2]);
      return count > 0 ? stage.newShape(kind, points.flat()) : null;
    }
    case "mask":
      return null;
  }
}

function add(desk: Desk, shape: Shape): void {
  const editor = desk.stage.peek()?.work.editor;
  desk.hidden.value = false;
  editor?.add(shape);
  editor?.settle();
}

const OFFSET = 12;

const isSamePlace = (a: Shape, b: Shape): boolean => JSON.stringify(geometryOf(a)) === JSON.stringify(geometryOf(b));

/** Puts a copy a little beside the original, or in its place when it comes from another image; it has neither parent nor group. */
function addCopy(desk: Desk, like: Shape): void {
  const work = desk.session.work.peek();
  const allowed = work?.schema.spec.classes?.find(({ key }) => key === like.class);
  if (!work || !allowed || !(allowed.geometries ?? ["box"]).includes(like.type)) return;
  const { image } = work.held;
  const { document } = work.editor;
  const taken = (shape: Shape): boolean => document.peek().shapes.some((one) => one.type === shape.type && isSamePlace(one, shape));
  const step = OFFSET / desk.camera.view.peek().scale;
  const alone: Shape & { group?: number } = own({ ...like, id: shapeId() }, () => false);
  delete alone.group;
  let copy = rounded(moved(alone, 0, 0, image));
  for (let tries = 0; taken(copy) && tries < 20; tries++) copy = rounded(moved(copy, step, step, image));
  if (isValid(copy, image)) add(desk, copy);
}

function paste(desk: Desk): void {
  const copied = desk.clipboard.peek();
  if (copied) addCopy(desk, copied);
  else desk.notices.say("info", desk.t("nothingToPaste"));
}

/** Walks through the boxes in the order they were drawn; round and round. */
function cycle(desk: Desk, step: 1 | -1): void {
  const editor = desk.session.work.peek()?.editor;
  const shapes = desk.stage.peek()?.reachable.peek() ?? [];
  if (!editor || shapes.length === 0) return;
  const now = shapes.findIndex(({ id }) => id === editor.selectedId.peek());
  const next = now < 0 && step < 0 ? shapes.length - 1 : (now + step + shapes.length) % shapes.length;
  editor.selectedId.value = shapes[next]?.id ?? null;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;
const PAN_STEP = 48;

/** One arrow key: moves the vertex in hand or the selected shape, resizes a box, or pans when nothing is selected. */
function arrow(desk: Desk, dx: number, dy: number, resize: boolean): void {
  const stage = desk.stage.peek();
  const selected = stage?.work.editor.selected.peek();
  if (!stage || !selected) return desk.camera.pan(-dx * PAN_STEP, -dy * PAN_STEP);
  if (refuseReshape(desk, selected.id)) return;
  const { image } = stage.work.held;
  const change = (shape: Shape): Shape => {
    if (resize) return resized(shape, dx, dy, image);
    const vertex = stage.vertex.peek();
    const grip = vertex === null ? null : gripsOf(shape, stage.lookOf(shape)).find(({ id }) => id === vertex);
    return grip ? gripMoved(shape, grip.id, { x: grip.x + dx, y: grip.y + dy }, image) : moved(shape, dx, dy, image);
  };
  const next = rounded(change(selected));
  // At the image's edge nothing moves: no step, and no suggestion is taken up.
  if (isValid(next, image) && !isSamePlace(next, rounded(selected))) stage.work.editor.update(selected.id, () => next);
}

const TURN_DEGREES = 1;

/** What grows has its own way to: a box from its right and bottom side, a turned one by its angle and width. */
function resized(shape: Shape, dx: number, dy: number, image: Size): Shape {
  if (shape.type === "box") return { ...shape, box: growBox(shape.box, dx, dy, image) };
  if (shape.type !== "rotated_box" && shape.type !== "ellipse") return shape;
  const [cx, cy, across, down, angle] = shape.type === "ellipse" ? shape.ellipse : shape.rotated_box;
  return withGeometry(shape, [cx, cy, Math.max(across + dx, 1), Math.max(down + dy, 1), angle]);
}

export function turn(desk: Desk, steps: number): void {
  const editor = desk.session.work.peek()?.editor;
  const shape = editor?.selected.peek();
  if (!editor || !shape || refuseReshape(desk, shape.id)) return;
  if (shape.type !== "rotated_box" && shape.type !== "ellipse") return;
  const [cx, cy, across, down, angle] = shape.type === "ellipse" ? shape.ellipse : shape.rotated_box;
  editor.update(shape.id, () => rounded(withGeometry(shape, [cx, cy, across, down, angle + steps * TURN_DEGREES])));
}

function arrows(desk: Desk): Command[] {
  return Object.entries(ARROWS).flatMap(([code, [x, y]]) =>
    [1, 10].flatMap((far) =>
      [false, true].map((resize): Command => {
        const chord = `${resize ? "Ctrl+" : ""}${far > 1 ? "Shift+" : ""}${code}`;
        return {
          id: `${resize ? "resize" : "nudge"}.${code}.${far}`,
          scope: "desk",
          keys: [chord],
          repeats: true,
          onStage: !resize,
          run: () => arrow(desk, x * far, y * far, resize),
        };
      }),
    ),
  );
}

export function boxCommands(desk: Desk): Command[] {
  const selected = (): Shape | null => desk.session.work.peek()?.editor.selected.peek() ?? null;
  const withSelected = (run: (shape: Shape) => void) => () => {
    const shape = selected();
    if (shape) run(shape);
  };
  const draw = { scope: "desk", group: "groupDraw" } as const;
  return [
    { ...draw, id: "new", keys: ["KeyN"], label: "cmdNew", run: () => newShape(desk) },
    { ...draw, id: "new.middle", keys: ["Shift+KeyN"], label: "cmdNewMiddle", run: () => newInMiddle(desk) },
    {
      ...draw,
      id: "tool",
      keys: ["KeyV"],
      label: "cmdSelectTool",
      run: () => (desk.tool.value = desk.tool.peek() === "select" ? "draw" : "select"),
    },
    { ...draw, id: "next", keys: ["Tab"], label: "cmdNext", repeats: true, onStage: true, run: () => cycle(desk, 1) },
    { ...draw, id: "previous", keys: ["Shift+Tab"], label: "cmdPrevious", repeats: true, onStage: true, run: () => cycle(desk, -1) },
    {
      ...draw,
      id: "delete",
      keys: ["Delete", "Backspace"],
      label: "cmdDelete",
      run: () => deleteVertex(desk, ({ id }) => deleteShape(desk, id)),
    },
    {
      ...draw,
      id: "copy",
      keys: ["Ctrl+KeyC"],
      label: "cmdCopy",
      run: withSelected((shape) => {
        desk.clipboard.value = shape;
        desk.notices.say("info", desk.t("copied"));
      }),
    },
    { ...draw, id: "paste", keys: ["Ctrl+KeyV"], label: "cmdPaste", run: () => paste(desk) },
    { ...draw, id: "duplicate", keys: ["Ctrl+KeyD"], label: "cmdDuplicate", run: withSelected((shape) => addCopy(desk, shape)) },
    ...arrows(desk),
  ];
}
