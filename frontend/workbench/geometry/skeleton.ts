/** Skeletons: x, y, v for each point of the class; v is 0 absent, 1 hidden, 2 visible. */
import type { FlatPoints } from "../contract";
import { type GeometryKind, isInside, round2 } from "./kind";
import { apart, distanceToSegment } from "./points";
import { mark } from "./point";

const MARK_PX = 4;

export interface SkeletonPoint {
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly v: number;
}

export const skeletonPoints = (triples: FlatPoints): SkeletonPoint[] =>
  Array.from({ length: Math.floor(triples.length / 3) }, (_, at) => {
    return { at, x: triples[3 * at] ?? 0, y: triples[3 * at + 1] ?? 0, v: triples[3 * at + 2] ?? 0 };
  });

export const present = (triples: FlatPoints): SkeletonPoint[] => skeletonPoints(triples).filter(({ v }) => v > 0);

export const flatSkeleton = (points: readonly SkeletonPoint[]): FlatPoints => points.flatMap(({ x, y, v }) => [x, y, v]);

/** Edges whose two points are there. */
export function drawnEdges(triples: FlatPoints, edges: readonly (readonly [number, number])[] = []) {
  const points = skeletonPoints(triples);
  return edges.flatMap(([from, to]) => {
    const [a, b] = [points[from], points[to]];
    return a?.v && b?.v ? [[a, b] as const] : [];
  });
}

export const skeleton: GeometryKind<"skeleton"> = {
  distance(triples, point, look) {
    const toPoints = present(triples).map((one) => apart(one, point));
    const toEdges = drawnEdges(triples, look?.edges).map(([a, b]) => distanceToSegment(point, a, b));
    return Math.min(Infinity, ...toPoints, ...toEdges);
  },
  area: () => 0,
  /** A hidden point is a smaller mark. */
  path(triples, pen, { unit, edges }) {
    for (const [a, b] of drawnEdges(triples, edges)) {
      pen.moveTo(a.x, a.y);
      pen.lineTo(b.x, b.y);
    }
    for (const { x, y, v } of present(triples)) mark(pen, x, y, (v === 2 ? MARK_PX : MARK_PX / 2) * unit);
  },
  translate: (triples, dx, dy) =>
    flatSkeleton(skeletonPoints(triples).map((one) => (one.v ? { ...one, x: one.x + dx, y: one.y + dy } : one))),
  grips: (triples) => present(triples).map(({ at, x, y }) => ({ id: `v0.${at}`, x, y, role: "vertex" })),
  moveGrip(triples, id, to) {
    const at = Number(id.slice(3));
    return flatSkeleton(skeletonPoints(triples).map((one) => (one.at === at ? { ...one, ...to, v: one.v || 2 } : one)));
  },
  round: (triples) => triples.map(round2),
  valid: (triples, image) =>
    triples.length % 3 === 0 && present(triples).length > 0 && present(triples).every(({ x, y }) => isInside(x, y, image)),
};
