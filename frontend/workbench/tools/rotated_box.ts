/** A turned box: a drag makes an upright one to be turned by its grip; three clicks make one side and then the width. */
import type { RotatedBoxTuple } from "../contract";
import { apart } from "../geometry/points";
import { angleTowards, toFrame } from "../geometry/turned";
import { boxFromCorners, clampPoint, type Point } from "../model/geometry";
import { isValid } from "../geometry/kinds";
import { gestureAt, inImage, isDrag, type Node, preview, type Press, type ToolContext } from "./context";
import { deselect, drawingTool, selectInstead } from "./drawing";

const start = (context: ToolContext): Point => clampPoint(context.gesture?.start.point ?? { x: 0, y: 0 }, context.image);

function upright(context: ToolContext, press: Press): RotatedBoxTuple {
  const [x, y, width, height] = boxFromCorners(start(context), inImage(context, press));
  return [x + width / 2, y + height / 2, width, height, 0];
}

/** One side from a to b, as far to the side as the third point lies. */
export function fromSide(a: Point, b: Point, third: Point): RotatedBoxTuple {
  const frame = { cx: a.x, cy: a.y, angle: angleTowards({ cx: a.x, cy: a.y, angle: 0 }, b) - 90 };
  const depth = toFrame(frame, third).y;
  const width = apart(a, b);
  const turn = (frame.angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [x, y] = [width / 2, depth / 2];
  return [a.x + x * cos - y * sin, a.y + x * sin + y * cos, width, Math.abs(depth), ((frame.angle % 360) + 360) % 360];
}

function finish(context: ToolContext, geometry: RotatedBoxTuple): string {
  const shape = context.newShape("rotated_box", geometry);
  if (isValid(shape, context.image)) {
    context.editor.add(shape);
    context.editor.settle();
  }
  return "idle";
}

const show = (context: ToolContext, geometry: RotatedBoxTuple): void =>
  context.setDraft({ shape: preview(context, "rotated_box", geometry) });

const pressing: Node = {
  move(context, press) {
    if (!context.gesture || !isDrag(context.gesture.start, press)) return;
    show(context, upright(context, press));
    return "drawing.dragging";
  },
  up: (context) => (selectInstead(context) ? "idle" : "drawing.placing"),
};

const dragging: Node = {
  move: (context, press) => show(context, upright(context, press)),
  up: (context, press) => finish(context, upright(context, press)),
};

/** Between the first and the second click: one side. */
const placing: Node = {
  enter: deselect,
  move(context, press) {
    const [a, b] = [start(context), inImage(context, press)];
    context.setDraft({ shape: preview(context, "polyline", [a.x, a.y, b.x, b.y]) });
  },
  up(context, press) {
    if (!context.gesture || apart(start(context), inImage(context, press)) < 1) return;
    const { x, y } = inImage(context, press);
    context.gesture = gestureAt(context.gesture.start, { trail: [x, y] });
    return "drawing.widening";
  },
};

const third = (context: ToolContext, press: Press): RotatedBoxTuple => {
  const [x = 0, y = 0] = context.gesture?.trail ?? [];
  return fromSide(start(context), { x, y }, inImage(context, press));
};

const widening: Node = {
  move: (context, press) => show(context, third(context, press)),
  up: (context, press) => finish(context, third(context, press)),
};

export const rotated_box = drawingTool({ states: { pressing, dragging, placing, widening } });
