/** Moving and resizing the selected box: states that both tools share. */
import { type Handle, handleAt, isBigEnough, moveBox, resizeBox } from "../model/geometry";
import { shapeAt } from "../model/hit";
import type { StateNode } from "./chart";
import type { Press, ToolContext } from "./context";

type Node = StateNode<ToolContext, Press>;

/** The grip of the selected box that the press is on, if any. */
export function gripAt(context: ToolContext, press: Press): Handle | null {
  const selected = context.editor.selected.peek();
  const seen = selected && context.shapes.some((shape) => shape.id === selected.id);
  return seen && selected.type === "box" ? handleAt(selected.box, press.point, press.slack) : null;
}

export function startResize(context: ToolContext, press: Press, handle: Handle): string {
  const shape = context.editor.selected.peek();
  context.gesture = { start: press, shape, handle, forced: false };
  return "adjusting.resizing";
}

export function hover(context: ToolContext, press: Press): void {
  context.setHovered(shapeAt(context.shapes, press.point, press.slack / 2)?.id ?? null);
}

const resizing: Node = {
  move(context, press) {
    const { gesture } = context;
    if (gesture?.shape?.type !== "box" || !gesture.handle) return;
    const { id, box } = gesture.shape;
    // The offset inside the grip stays, so that the side does not jump to the pointer.
    const to = {
      x: press.point.x - gesture.start.point.x + edge(box, gesture.handle).x,
      y: press.point.y - gesture.start.point.y + edge(box, gesture.handle).y,
    };
    const next = resizeBox(box, gesture.handle, to, context.image);
    if (isBigEnough(next)) context.editor.update(id, (shape) => (shape.type === "box" ? { ...shape, box: next } : shape), { settle: false });
  },
};

function edge([x, y, width, height]: readonly number[], handle: Handle): { x: number; y: number } {
  return {
    x: (x ?? 0) + (handle.includes("e") ? (width ?? 0) : 0),
    y: (y ?? 0) + (handle.includes("s") ? (height ?? 0) : 0),
  };
}

const moving: Node = {
  move(context, press) {
    const { gesture } = context;
    if (gesture?.shape?.type !== "box") return;
    const { start, shape } = gesture;
    const box = moveBox(
      shape.box,
      press.point.x - start.point.x,
      press.point.y - start.point.y,
      context.image,
    );
    context.editor.update(shape.id, (now) => (now.type === "box" ? { ...now, box } : now), { settle: false });
  },
};

export const adjusting: Node = {
  states: { resizing, moving },
  up(context) {
    context.editor.settle();
    return "idle";
  },
  exit(context) {
    // After `up` nothing is open; on cancel this takes the unfinished drag back.
    context.editor.bail();
    context.gesture = null;
  },
};
