/**
 * The box tool. A drag draws; a click on a shape selects it; a click elsewhere sets the first of two
 * corners. On the selected shape, a grip resizes. Armed, even a click inside a shape starts a box.
 */
import type { BoxTuple } from "../contract";
import { boxFromCorners, clampPoint, isBigEnough } from "../model/geometry";
import { inImage, isDrag, type Node, preview, type Press, type ToolContext } from "./context";
import { deselect, drawingTool, selectInstead } from "./drawing";

function boxTo(context: ToolContext, press: Press): BoxTuple {
  const start = context.gesture?.start ?? press;
  return boxFromCorners(clampPoint(start.point, context.image), inImage(context, press));
}

function stretch(context: ToolContext, press: Press): void {
  if (context.gesture) context.setDraft({ shape: preview(context, "box", boxTo(context, press)) });
}

/** Makes the drafted box a shape; a box without area is a slip of the hand and vanishes. */
function finish(context: ToolContext, press: Press): string {
  const box = boxTo(context, press);
  if (isBigEnough(box)) {
    context.editor.add(context.newShape("box", box));
    context.editor.settle();
  }
  return "idle";
}

const pressing: Node = {
  move(context, press) {
    if (!context.gesture || !isDrag(context.gesture.start, press)) return;
    stretch(context, press);
    return "drawing.dragging";
  },
  up: (context) => (selectInstead(context) ? "idle" : "drawing.placing"),
};

const dragging: Node = { move: stretch, up: finish };

/** Between the two clicks. A press that drags also ends here: its release is the second corner. */
const placing: Node = { enter: deselect, move: stretch, down: stretch, up: finish };

export const box = drawingTool({ states: { pressing, dragging, placing } });
