/** How alike two shapes are on the screen, 0 to 1: enough to say whether people differ. Pure functions. */
import type { BoxTuple, FlatPoints, Shape } from "../workbench/contract";
import { distanceTo } from "../workbench/geometry/kinds";
import { boundsOf } from "../workbench/model/bounds";

/** Points looked at along each side of what two areas cover together. */
const GRID = 24;
/** The mean distance that halves the likeness of lines and points, of the longer side of their bounds. */
const OF_SIDE = 0.05;
const LEAST_PX = 6;

export function alike(a: Shape, b: Shape): number {
  if (a.type !== b.type) return 0;
  if (a.type === "box" && b.type === "box") return iou(a.box, b.box);
  if (a.type === "point" && b.type === "point") return nearness(Math.hypot(a.point[0] - b.point[0], a.point[1] - b.point[1]), [a, b]);
  if (a.type === "skeleton" && b.type === "skeleton") return skeletons(a.skeleton, b.skeleton, [a, b]);
  if (a.type === "polyline" && b.type === "polyline") {
    return nearness((meanDistance(a.polyline, b) + meanDistance(b.polyline, a)) / 2, [a, b]);
  }
  return areas(a, b);
}

export function iou(a: BoxTuple, b: BoxTuple): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const inside = width * height;
  return inside / (a[2] * a[3] + b[2] * b[3] - inside);
}

/** IoU by looking at a grid of points: near enough, and the same for every kind of area. */
function areas(a: Shape, b: Shape): number {
  if (iou(boundsOf(a), boundsOf(b)) === 0) return 0;
  const [x, y, width, height] = together(boundsOf(a), boundsOf(b));
  let [both, either] = [0, 0];
  for (let row = 0; row < GRID; row++) {
    for (let column = 0; column < GRID; column++) {
      const point = { x: x + ((column + 0.5) * width) / GRID, y: y + ((row + 0.5) * height) / GRID };
      const [inA, inB] = [distanceTo(a, point) === 0, distanceTo(b, point) === 0];
      if (inA && inB) both++;
      if (inA || inB) either++;
    }
  }
  return either ? both / either : 0;
}

function together(a: BoxTuple, b: BoxTuple): BoxTuple {
  const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return [x, y, Math.max(a[0] + a[2], b[0] + b[2]) - x, Math.max(a[1] + a[3], b[1] + b[3]) - y];
}

function nearness(distance: number, shapes: readonly Shape[]): number {
  const side = Math.max(...shapes.flatMap((shape) => boundsOf(shape).slice(2)));
  return 2 ** (-distance / Math.max(OF_SIDE * side, LEAST_PX));
}

function meanDistance(points: FlatPoints, to: Shape): number {
  let sum = 0;
  for (let at = 0; at + 1 < points.length; at += 2) sum += distanceTo(to, { x: points[at] ?? 0, y: points[at + 1] ?? 0 });
  return sum / (points.length / 2);
}

/** Who sees a point that the other does not differs by it. */
function skeletons(a: FlatPoints, b: FlatPoints, shapes: readonly Shape[]): number {
  if (a.length !== b.length) return 0;
  let [sum, count] = [0, 0];
  for (let at = 0; at + 2 < a.length; at += 3) {
    const [seenA, seenB] = [(a[at + 2] ?? 0) > 0, (b[at + 2] ?? 0) > 0];
    if (seenA || seenB) count++;
    if (!seenA || !seenB) continue;
    sum += nearness(Math.hypot((a[at] ?? 0) - (b[at] ?? 0), (a[at + 1] ?? 0) - (b[at + 1] ?? 0)), shapes);
  }
  return count ? sum / count : 1;
}
