/** Jumping to a neighbour's edge, and going along it, so that two polygons share it number by number. */
import type { FlatPoints, Shape } from "../contract";
import { shapesIn } from "../model/hit";
import type { Point } from "../model/geometry";
import { alongSegment, apart, between, countOf, flat, pointAt } from "./points";

interface Place {
  readonly ring: FlatPoints;
  /** The segment from vertex `at` to the next, and how far along it. */
  readonly at: number;
  readonly share: number;
  readonly point: Point;
  readonly far: number;
}

const ringsOf = (shape: Shape): readonly FlatPoints[] => (shape.type === "polygon" ? shape.polygon : []);

function placeOn(ring: FlatPoints, to: Point): Place | null {
  const count = countOf(ring);
  let best: Place | null = null;
  for (let at = 0; at < count; at++) {
    const [a, b] = [pointAt(ring, at), pointAt(ring, (at + 1) % count)];
    const share = alongSegment(to, a, b);
    const point = between(a, b, share);
    const far = apart(point, to);
    if (best === null || far < best.far) best = { ring, at, share, point, far };
  }
  return best;
}

/** Polygons whose edge may be near. */
function neighbours(shapes: readonly Shape[], { x, y }: Point, reach: number, own: string | null): FlatPoints[] {
  const near = shapesIn(shapes, [x - reach, y - reach, 2 * reach, 2 * reach]);
  return near.filter(({ id }) => id !== own).flatMap(ringsOf);
}

/** The neighbour's vertex within reach, else the closest place on an edge; null when there is none. */
export function snapped(shapes: readonly Shape[], to: Point, reach: number, own: string | null = null): Point | null {
  const places = neighbours(shapes, to, reach, own).flatMap((ring) => placeOn(ring, to) ?? []);
  const closest = places.filter(({ far }) => far <= reach).sort((a, b) => a.far - b.far)[0];
  if (!closest) return null;
  const { ring, at, point } = closest;
  const ends = [pointAt(ring, at), pointAt(ring, (at + 1) % countOf(ring))];
  return ends.filter((end) => apart(end, to) <= reach).sort((a, b) => apart(a, to) - apart(b, to))[0] ?? point;
}

/** As close as two stored decimals can tell. */
const SAME_PLACE = 0.02;

/**
 * The neighbour's vertices between two places on one of its edges, without the two: the shorter way round, or the
 * longer. Empty when the two do not lie on one ring.
 */
export function borderBetween(shapes: readonly Shape[], from: Point, to: Point, longer: boolean): FlatPoints {
  for (const ring of neighbours(shapes, from, 1, null)) {
    const [a, b] = [placeOn(ring, from), placeOn(ring, to)];
    if (!a || !b || a.far > SAME_PLACE || b.far > SAME_PLACE) continue;
    const ways = [walk(a, b), walk(b, a).reverse()].sort((one, other) => lengthOf(from, one, to) - lengthOf(from, other, to));
    return flat((longer ? ways[1] : ways[0]) ?? []);
  }
  return [];
}

/** Vertices met going forward from one place to the other. */
function walk(from: Place, to: Place): Point[] {
  const count = countOf(from.ring);
  const met: Point[] = [];
  if (from.at === to.at && to.share >= from.share) return met;
  for (let at = (from.at + 1) % count, steps = 0; steps < count; at = (at + 1) % count, steps++) {
    met.push(pointAt(from.ring, at));
    if (at === to.at) break;
  }
  return met.filter((one) => apart(one, from.point) > SAME_PLACE && apart(one, to.point) > SAME_PLACE);
}

function lengthOf(from: Point, way: readonly Point[], to: Point): number {
  let [length, last] = [0, from];
  for (const point of [...way, to]) {
    length += apart(last, point);
    last = point;
  }
  return length;
}
