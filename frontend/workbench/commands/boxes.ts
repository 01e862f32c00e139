/** Commands of the boxes: make, change, walk through. */
import type { Desk } from "../desk";
import type { BoxTuple, Shape } from "../contract";
import { reclass } from "../model/check";
import { growBox, moveBox } from "../model/geometry";
import { shapeId } from "../sync/ids";
import type { Command } from "./command";

/** Gives the selected box the class, and the boxes to come. */
export function chooseClass(desk: Desk, key: string): void {
  const work = desk.session.work.peek();
  if (!work) return;
  const selected = work.editor.selectedId.peek();
  if (selected) work.editor.update(selected, (shape) => reclass(work.schema.spec, shape, key));
  desk.useClass(key);
}

export function deleteShape(desk: Desk, id: string): void {
  const editor = desk.session.work.peek()?.editor;
  editor?.update(id, () => null);
  if (editor?.selectedId.peek() === id) editor.selectedId.value = null;
}

/** Arms the box tool: the next press starts a box even inside another one. */
export function newBox(desk: Desk): void {
  desk.hidden.value = false;
  desk.tool.value = "box";
  const chart = desk.stage.peek()?.chart.peek();
  if (chart?.name !== "box") return;
  chart.cancel();
  chart.go("armed");
}

/** For the keyboard alone: a box in the middle of the view, then the arrows place it. */
function newInMiddle(desk: Desk): void {
  const stage = desk.stage.peek();
  if (!stage?.canDraw) return;
  const { width, height } = desk.camera.screen.peek();
  const { image } = stage.work.held;
  const a = desk.camera.toImage({ x: width * 0.4, y: height * 0.4 });
  const b = desk.camera.toImage({ x: width * 0.6, y: height * 0.6 });
  const size = { width: Math.min(b.x - a.x, image.width), height: Math.min(b.y - a.y, image.height) };
  add(desk, moveBox([a.x, a.y, size.width, size.height], 0, 0, image));
}

function add(desk: Desk, box: BoxTuple, like?: Shape): void {
  const stage = desk.stage.peek();
  if (!stage) return;
  const fresh = stage.newShape(box);
  desk.hidden.value = false;
  stage.work.editor.add(like?.type === "box" ? { ...like, id: shapeId(), box } : fresh);
  stage.work.editor.settle();
}

const OFFSET = 12;

/** Puts a copy a little beside the original, or in its place when it comes from another image. */
function addCopy(desk: Desk, like: Shape): void {
  const work = desk.session.work.peek();
  if (like.type !== "box" || !work?.schema.spec.classes?.some(({ key }) => key === like.class)) return;
  const { document } = work.editor;
  const taken = (box: BoxTuple): boolean => document.peek().shapes.some((one) => one.type === "box" && String(one.box) === String(box));
  const step = OFFSET / desk.camera.view.peek().scale;
  let box = moveBox(like.box, 0, 0, work.held.image);
  for (let tries = 0; taken(box) && tries < 20; tries++) box = moveBox(box, step, step, work.held.image);
  add(desk, box, like);
}

function paste(desk: Desk): void {
  const copied = desk.clipboard.peek();
  if (copied) addCopy(desk, copied);
  else desk.notices.say("info", desk.t("nothingToPaste"));
}

/** Walks through the boxes in the order they were drawn; round and round. */
function cycle(desk: Desk, step: 1 | -1): void {
  const editor = desk.session.work.peek()?.editor;
  const shapes = desk.stage.peek()?.visible.peek() ?? [];
  if (!editor || shapes.length === 0) return;
  const now = shapes.findIndex(({ id }) => id === editor.selectedId.peek());
  const next = now < 0 && step < 0 ? shapes.length - 1 : (now + step + shapes.length) % shapes.length;
  editor.selectedId.value = shapes[next]?.id ?? null;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;
const PAN_STEP = 48;

/** One arrow key: moves or resizes the selected box, or pans when none is selected. */
function arrow(desk: Desk, dx: number, dy: number, resize: boolean): void {
  const work = desk.session.work.peek();
  const selected = work?.editor.selected.peek();
  if (!work || !selected) return desk.camera.pan(-dx * PAN_STEP, -dy * PAN_STEP);
  const change = resize ? growBox : moveBox;
  work.editor.update(selected.id, (shape) =>
    shape.type === "box" ? { ...shape, box: change(shape.box, dx, dy, work.held.image) } : shape,
  );
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
    { ...draw, id: "new", keys: ["KeyN"], label: "cmdNew", run: () => newBox(desk) },
    { ...draw, id: "new.middle", keys: ["Shift+KeyN"], label: "cmdNewMiddle", run: () => newInMiddle(desk) },
    {
      ...draw,
      id: "tool",
      keys: ["KeyV"],
      label: "cmdSelectTool",
      run: () => (desk.tool.value = desk.tool.peek() === "box" ? "select" : "box"),
    },
    { ...draw, id: "next", keys: ["Tab"], label: "cmdNext", repeats: true, onStage: true, run: () => cycle(desk, 1) },
    { ...draw, id: "previous", keys: ["Shift+Tab"], label: "cmdPrevious", repeats: true, onStage: true, run: () => cycle(desk, -1) },
    {
      ...draw,
      id: "delete",
      keys: ["Delete", "Backspace"],
      label: "cmdDelete",
      run: withSelected(({ id }) => deleteShape(desk, id)),
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
