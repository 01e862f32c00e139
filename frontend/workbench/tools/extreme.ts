/** A box by its four extreme points, in any order: top, left, bottom and right are seen without guessing at corners. */
import type { BoxTuple } from "../contract";
import { countOf, pointsOf } from "../geometry/points";
import { isBigEnough, type Point } from "../model/geometry";
import { inImage, type Node, preview, type ToolContext } from "./context";
import { deselect, drawingTool, selectInstead } from "./drawing";
import { placed, plot, sketchWishes } from "./plot";

const POINTS = 4;

function around(points: readonly Point[]): BoxTuple {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

function show(context: ToolContext, next: Point): void {
  const dots = placed(context);
  context.setDraft({ dots, shape: preview(context, "box", around([...pointsOf(dots), next])) });
}

function place(context: ToolContext, point: Point): string {
  plot(context, "extreme", [point.x, point.y]);
  if (countOf(placed(context)) < POINTS) return "drawing.waiting";
  const box = around(pointsOf(placed(context)));
  if (!isBigEnough(box)) return "drawing.waiting";
  context.editor.add(context.newShape("box", box));
  context.editor.finishSketch();
  return "idle";
}

const pressing: Node = {
  up: (context, press) => (selectInstead(context) ? "idle" : place(context, inImage(context, press))),
};

const waiting: Node = {
  enter(context) {
    deselect(context);
    context.setDraft({ dots: placed(context) });
  },
  move: (context, press) => show(context, inImage(context, press)),
  down: (context, press) => show(context, inImage(context, press)),
  up: (context, press) => place(context, inImage(context, press)),
};

export const extreme = drawingTool({ ...sketchWishes, states: { pressing, waiting } });
