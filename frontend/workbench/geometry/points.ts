/** Runs of points, [x1, y1, x2, y2, ...]: what polygons, lines and skeletons are made of. */
import type { FlatPoints } from "../contract";
import type { Point, Size } from "../model/geometry";
import { type Grip, isInside, type Pen } from "./kind";

export const pointAt = (run: FlatPoints, at: number): Point => ({ x: run[2 * at] ?? 0, y: run[2 * at + 1] ?? 0 });

export const countOf = (run: FlatPoints): number => run.length >> 1;

export const pointsOf = (run: FlatPoints): Point[] => Array.from({ length: countOf(run) }, (_, at) => pointAt(run, at));

export const flat = (points: readonly Point[]): FlatPoints => points.flatMap(({ x, y }) => [x, y]);

export const shift = (run: FlatPoints, dx: number, dy: number): FlatPoints => run.map((value, at) => value + (at % 2 ? dy : dx));

export const allInside = (run: FlatPoints, image: Size): boolean => pointsOf(run).every(({ x, y }) => isInside(x, y, image));

/** The place on the segment from a to b that is closest to p, as a share of its length. */
export function alongSegment(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  return length === 0 ? 0 : Math.min(Math.max(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0), 1);
}

export const between = (a: Point, b: Point, share: number): Point => ({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share });

export const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

export function distanceToSegment(p: Point, a: Point, b: Point): number {
  return apart(p, between(a, b, alongSegment(p, a, b)));
}

export function distanceToRun(run: FlatPoints, point: Point, closed: boolean): number {
  const count = countOf(run);
  let least = count > 0 ? apart(point, pointAt(run, 0)) : Infinity;
  for (let at = closed ? 0 : 1; at < count; at++) {
    least = Math.min(least, distanceToSegment(point, pointAt(run, (at + count - 1) % count), pointAt(run, at)));
  }
  return least;
}

export function drawRun(run: FlatPoints, pen: Pen): void {
  for (let at = 0; at + 1 < run.length; at += 2) {
    if (at === 0) pen.moveTo(run[0] ?? 0, run[1] ?? 0);
    else pen.lineTo(run[at] ?? 0, run[at + 1] ?? 0);
  }
}

/** Twice the signed area; positive when clockwise on the screen. */
export function doubleArea(run: FlatPoints): number {
  let sum = 0;
  for (let at = 0, before = run.length - 2; at + 1 < run.length; before = at, at += 2) {
    sum += (run[before] ?? 0) * (run[at + 1] ?? 0) - (run[at] ?? 0) * (run[before + 1] ?? 0);
  }
  return sum;
}

/** By the even-odd rule. */
export function ringContains(run: FlatPoints, { x, y }: Point): boolean {
  let inside = false;
  for (let at = 0, before = run.length - 2; at + 1 < run.length; before = at, at += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [run[at], run[at + 1], run[before], run[before + 1]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Vertices as "v<ring>.<nth>", and the middles between as "m<ring>.<nth>" after the vertex they follow. */
export function runGrips(run: FlatPoints, ring: number, closed: boolean): Grip[] {
  const points = pointsOf(run);
  const vertices = points.map(({ x, y }, at): Grip => ({ id: `v${ring}.${at}`, x, y, role: "vertex" }));
  const middles = points.slice(0, closed ? undefined : -1).map((a, at): Grip => {
    return { id: `m${ring}.${at}`, ...between(a, points[(at + 1) % points.length] ?? a, 0.5), role: "middle" };
  });
  return [...middles, ...vertices];
}

export interface GripPlace {
  readonly made: boolean;
  readonly ring: number;
  readonly at: number;
}

export function placeOf(id: string): GripPlace {
  const [ring = 0, at = 0] = id.slice(1).split(".").map(Number);
  return { made: id.startsWith("m"), ring, at };
}

/** A vertex moved, or made from a middle. */
export function moveVertex(run: FlatPoints, { made, at }: GripPlace, to: Point): FlatPoints {
  const points = pointsOf(run);
  points.splice(made ? at + 1 : at, made ? 0 : 1, to);
  return flat(points);
}

export const withoutVertex = (run: FlatPoints, at: number): FlatPoints => flat(pointsOf(run).filter((_, nth) => nth !== at));
