/** A point where the pointer is let go; a drag before that seeks the exact place. */
import { clampPoint } from "../model/geometry";
import { inImage, isDrag, type Node, preview } from "./context";
import { drawingTool, selectInstead } from "./drawing";

const pressing: Node = {
  move(context, press) {
    const { x, y } = inImage(context, press);
    if (context.gesture && isDrag(context.gesture.start, press)) context.gesture.forced = true;
    context.setDraft({ shape: preview(context, "point", [x, y]) });
  },
  up(context, press) {
    if (selectInstead(context)) return "idle";
    const { x, y } = clampPoint(press.point, context.image);
    context.editor.add(context.newShape("point", [x, y]));
    context.editor.settle();
    return "idle";
  },
};

export const point = drawingTool({ states: { pressing } });
