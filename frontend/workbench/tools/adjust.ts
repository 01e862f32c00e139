/** Moving shapes and dragging their grips: states that all tools share. */
import type { Shape } from "../contract";
import { gripAt, gripMoved, gripsOf, isValid, moved, rounded } from "../geometry/kinds";
import { shapeAt } from "../model/hit";
import { snapNear } from "./neighbours";
import { gestureAt, type Node, type Press, type ToolContext } from "./context";

/** The selected shape, if it can be seen and may be changed. */
export function editable(context: ToolContext): Shape | null {
  const selected = context.editor.selected.peek();
  if (!selected || context.editor.locked.peek().has(selected.id)) return null;
  return context.shapes.includes(selected) ? selected : null;
}

/** What a click takes; a locked shape lets it through. */
export function hit(context: ToolContext, press: Press): Shape | null {
  const locked = context.editor.locked.peek();
  const free = locked.size > 0 ? context.shapes.filter(({ id }) => !locked.has(id)) : context.shapes;
  return shapeAt(free, press.point, press.slack / 2);
}

/** Begins to drag the grip under the press, if there is one. */
export function takeGrip(context: ToolContext, press: Press): string | null {
  const shape = editable(context);
  const grip = shape && gripAt(shape, press.point, press.slack, context.lookOf(shape));
  if (!grip) return null;
  context.gesture = gestureAt(press, { shape, grip });
  return "adjusting.resizing";
}

export function hover(context: ToolContext, press: Press): void {
  context.setHovered(hit(context, press)?.id ?? null);
}

const resizing: Node = {
  enter(context) {
    const grip = context.gesture?.grip ?? "";
    const [ring, at] = grip.slice(1).split(".");
    context.setVertex(grip.startsWith("v") ? grip : grip.startsWith("m") ? `v${ring}.${Number(at) + 1}` : null);
  },
  move(context, press) {
    const { gesture } = context;
    if (!gesture?.shape || !gesture.grip) return;
    const { start, shape, grip } = gesture;
    const from = gripsOf(shape, context.lookOf(shape)).find(({ id }) => id === grip);
    if (!from) return;
    // The offset inside the grip stays, so that the side does not jump to the pointer.
    const to = { x: press.point.x - start.point.x + from.x, y: press.point.y - start.point.y + from.y };
    const edge = shape.type === "polygon" && !press.alt && context.snaps() ? snapNear(context.shapes, to, press.slack, shape.id) : null;
    const next = gripMoved(shape, grip, edge ?? to, context.image);
    // A polygon may cross itself on the way; any other shape stops where it would be none.
    if (shape.type === "polygon" || isValid(next, context.image)) context.editor.update(shape.id, () => next, { settle: false });
  },
};

const moving: Node = {
  move(context, press) {
    const { gesture } = context;
    if (!gesture?.shape) return;
    const { start, shape } = gesture;
    const next = moved(shape, press.point.x - start.point.x, press.point.y - start.point.y, context.image);
    context.editor.update(shape.id, () => next, { settle: false });
  },
};

export const adjusting: Node = {
  hand: "drags",
  states: { resizing, moving },
  up(context) {
    const id = context.gesture?.shape?.id ?? "";
    const now = context.editor.document.peek().shapes.find((shape) => shape.id === id);
    if (now && now !== context.gesture?.shape) {
      const next = rounded(now);
      if (isValid(next, context.image)) {
        context.editor.update(id, () => next, { settle: false });
        context.editor.settle();
      } else context.say("crossing");
    }
    return "idle";
  },
  exit(context) {
    // After `up` nothing is open; on cancel this takes the unfinished drag back.
    context.editor.bail();
    context.gesture = null;
  },
};
