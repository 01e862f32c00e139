/** Polygons: the outer ring, then holes; rings are not closed. */
import { type FlatPoints, LIMITS } from "../contract";
import { type GeometryKind, round2 } from "./kind";
import {
  allInside, countOf, distanceToRun, doubleArea, drawRun, moveVertex, placeOf, pointAt, ringContains, runGrips, shift,
} from "./points";
import { ringsCross, ringCrossesItself } from "./simple";

type Rings = readonly FlatPoints[];

/** Square pixels without the holes. */
export function polygonArea([outer = [], ...holes]: Rings): number {
  const of = (ring: FlatPoints): number => Math.abs(doubleArea(ring)) / 2;
  return of(outer) - holes.reduce((sum, hole) => sum + of(hole), 0);
}

const contains = ([outer = [], ...holes]: Rings, point: { x: number; y: number }): boolean =>
  ringContains(outer, point) && !holes.some((hole) => ringContains(hole, point));

export const polygon: GeometryKind<"polygon"> = {
  distance(rings, point) {
    return contains(rings, point) ? 0 : Math.min(...rings.map((ring) => distanceToRun(ring, point, true)));
  },
  area: polygonArea,
  path(rings, pen) {
    for (const ring of rings) {
      drawRun(ring, pen);
      pen.closePath();
    }
  },
  translate: (rings, dx, dy) => rings.map((ring) => shift(ring, dx, dy)),
  grips: (rings) => rings.flatMap((ring, at) => runGrips(ring, at, true)),
  moveGrip(rings, id, to) {
    const place = placeOf(id);
    return rings.map((ring, at) => (at === place.ring ? moveVertex(ring, place, to) : ring));
  },
  round: (rings) => rings.map((ring) => ring.map(round2)),
  valid(rings, image) {
    const [outer = [], ...holes] = rings;
    const isRing = (ring: FlatPoints): boolean =>
      countOf(ring) >= 3 && countOf(ring) <= LIMITS.points && allInside(ring, image) && !ringCrossesItself(ring);
    return (
      rings.every(isRing) &&
      polygonArea(rings) >= 1 &&
      holes.every((hole) => ringContains(outer, pointAt(hole, 0)) && !ringsCross(outer, hole)) &&
      !holes.some((hole, at) => holes.slice(at + 1).some((other) => overlap(hole, other)))
    );
  },
};

const overlap = (a: FlatPoints, b: FlatPoints): boolean =>
  ringsCross(a, b) || ringContains(a, pointAt(b, 0)) || ringContains(b, pointAt(a, 0));
