/**
 * Skeletons: a click places the next point, with Shift a hidden one, with Alt one that is not there. Or a box is
 * dragged and the points of the last skeleton of the class are laid into it, to be moved to their places.
 */
import type { BoxTuple, FlatPoints, ShapeClass } from "../contract";
import { isValid } from "../geometry/kinds";
import { skeletonPoints } from "../geometry/skeleton";
import { boundsOf } from "../model/bounds";
import { boxFromCorners, clampPoint, isBigEnough } from "../model/geometry";
import { inImage, isDrag, type Node, preview, type Press, type ToolContext } from "./context";
import { deselect, drawingTool, selectInstead } from "./drawing";
import { placed, plot, sketchWishes } from "./plot";
import { layoutOf } from "./layouts";

const ABSENT = [0, 0, 0] as const;
const HIDDEN = 1;
const VISIBLE = 2;

const sizeOf = (shapeClass: ShapeClass | undefined): number => 3 * (shapeClass?.skeleton?.points.length ?? 0);

/** All points of the class: those not placed are not there. */
const filled = (context: ToolContext, triples: FlatPoints): FlatPoints => {
  const missing = Math.max(sizeOf(context.shapeClass()) - triples.length, 0);
  return [...triples, ...Array.from({ length: missing }, () => 0)];
};

function triple(context: ToolContext, press: Press): readonly number[] {
  if (press.alt) return ABSENT;
  const { x, y } = inImage(context, press);
  return [x, y, press.shift ? HIDDEN : VISIBLE];
}

function show(context: ToolContext, press: Press): void {
  const next = press.alt ? [] : triple(context, press);
  context.setDraft({ shape: preview(context, "skeleton", [...placed(context), ...next]) });
}

function finish(context: ToolContext): string | void {
  const shape = context.newShape("skeleton", filled(context, placed(context)));
  if (!isValid(shape, context.image)) return;
  context.editor.add(shape);
  context.editor.finishSketch();
  return "idle";
}

function place(context: ToolContext, press: Press): string {
  if (sizeOf(context.shapeClass()) === 0) return "idle";
  plot(context, "skeleton", triple(context, press));
  if (placed(context).length < sizeOf(context.shapeClass())) return "drawing.waiting";
  return finish(context) ?? "drawing.waiting";
}

const pressing: Node = { up: (context, press) => (selectInstead(context) ? "idle" : place(context, press)) };

const waiting: Node = {
  enter(context) {
    deselect(context);
    context.setDraft({ shape: preview(context, "skeleton", placed(context)) });
  },
  move: show,
  down: show,
  up: place,
};

export const skeleton = drawingTool({ ...sketchWishes, finish, states: { pressing, waiting } });

/** The points laid into a box as the last skeleton of the class lay in its own, else as the class suggests. */
function laidInto([x, y, width, height]: BoxTuple, context: ToolContext): FlatPoints {
  const shapeClass = context.shapeClass();
  const last = context.editor.document.peek().shapes.findLast((one) => one.type === "skeleton" && one.class === shapeClass?.key);
  const shares = last?.type === "skeleton" ? sharesOf(last.skeleton, boundsOf(last)) : layoutOf(shapeClass?.skeleton);
  return shares.flatMap(([across, down, v]) => (v === 0 ? ABSENT : [x + across * width, y + down * height, v]));
}

function sharesOf(triples: FlatPoints, [x, y, width, height]: BoxTuple): (readonly [number, number, number])[] {
  return skeletonPoints(triples).map((one) => [(one.x - x) / (width || 1), (one.y - y) / (height || 1), one.v]);
}

function boxTo(context: ToolContext, press: Press): BoxTuple {
  const from = clampPoint(context.gesture?.start.point ?? press.point, context.image);
  return boxFromCorners(from, inImage(context, press));
}

function stretch(context: ToolContext, press: Press): void {
  context.setDraft({ shape: preview(context, "skeleton", laidInto(boxTo(context, press), context)) });
}

export const template = drawingTool({
  states: {
    pressing: {
      move(context, press) {
        if (!context.gesture || !isDrag(context.gesture.start, press)) return;
        stretch(context, press);
        return "drawing.dragging";
      },
      up: (context) => (selectInstead(context) ? "idle" : "drawing.placing"),
    },
    dragging: { move: stretch, up: layDown },
    placing: { enter: deselect, move: stretch, down: stretch, up: layDown },
  },
});

function layDown(context: ToolContext, press: Press): string {
  const box = boxTo(context, press);
  const shape = context.newShape("skeleton", laidInto(box, context));
  if (isBigEnough(box) && isValid(shape, context.image)) {
    context.editor.add(shape);
    context.editor.settle();
  }
  return "idle";
}
