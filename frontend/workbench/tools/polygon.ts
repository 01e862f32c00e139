/** Polygons and lines, point by point or freely. */
import { isValid } from "../geometry/kinds";
import { ringCrossesItself } from "../geometry/simple";
import { round2 } from "../geometry/kind";
import { countOf, flat, pointsOf } from "../geometry/points";
import type { FlatPoints } from "../contract";
import type { ToolContext } from "./context";
import { sketchTool } from "./sketch";

/** As stored, without points that then fall together. */
export function cleaned(points: FlatPoints, closed: boolean): FlatPoints {
  const all = pointsOf(points.map(round2));
  const kept = all.filter(({ x, y }, at) => at === 0 || x !== all[at - 1]?.x || y !== all[at - 1]?.y);
  const [first, last] = [kept[0], kept.at(-1)];
  if (closed && kept.length > 1 && first && last && first.x === last.x && first.y === last.y) kept.pop();
  return flat(kept);
}

/** Says what is wrong with an outline; true when nothing is. */
export function isOutline(context: ToolContext, ring: FlatPoints): boolean {
  const good = countOf(ring) >= 3 && !ringCrossesItself(ring);
  if (!good) context.say("crossing");
  return good;
}

export const polygon = sketchTool({
  name: "polygon",
  closed: true,
  least: 3,
  snaps: true,
  finish(context, points) {
    const ring = cleaned(points, true);
    if (!isOutline(context, ring)) return false;
    const shape = context.newShape("polygon", [ring]);
    if (!isValid(shape, context.image)) return false;
    context.editor.add(shape);
    context.editor.finishSketch();
    return true;
  },
});

export const polyline = sketchTool({
  name: "polyline",
  closed: false,
  least: 2,
  snaps: false,
  finish(context, points) {
    const run = cleaned(points, false);
    if (countOf(run) < 2) return false;
    context.editor.add(context.newShape("polyline", run));
    context.editor.finishSketch();
    return true;
  },
});
