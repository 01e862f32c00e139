/** An ellipse in the box that is dragged or set by two clicks; grips turn it and change its radii. */
import type { EllipseTuple } from "../contract";
import { isValid } from "../geometry/kinds";
import { boxFromCorners, clampPoint } from "../model/geometry";
import { inImage, isDrag, type Node, preview, type Press, type ToolContext } from "./context";
import { deselect, drawingTool, selectInstead } from "./drawing";

function within(context: ToolContext, press: Press): EllipseTuple {
  const from = clampPoint(context.gesture?.start.point ?? press.point, context.image);
  const [x, y, width, height] = boxFromCorners(from, inImage(context, press));
  return [x + width / 2, y + height / 2, width / 2, height / 2, 0];
}

function show(context: ToolContext, press: Press): void {
  context.setDraft({ shape: preview(context, "ellipse", within(context, press)) });
}

function finish(context: ToolContext, press: Press): string {
  const shape = context.newShape("ellipse", within(context, press));
  if (isValid(shape, context.image)) {
    context.editor.add(shape);
    context.editor.settle();
  }
  return "idle";
}

const pressing: Node = {
  move(context, press) {
    if (!context.gesture || !isDrag(context.gesture.start, press)) return;
    show(context, press);
    return "drawing.dragging";
  },
  up: (context) => (selectInstead(context) ? "idle" : "drawing.placing"),
};

const dragging: Node = { move: show, up: finish };
const placing: Node = { enter: deselect, move: show, down: show, up: finish };

export const ellipse = drawingTool({ states: { pressing, dragging, placing } });
