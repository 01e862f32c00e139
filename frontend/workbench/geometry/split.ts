/** A polygon split by a line that goes right across it. Both halves get the same numbers along the cut. */
import type { FlatPoints } from "../contract";
import type { Point } from "../model/geometry";
import { round2 } from "./kind";
import { apart, countOf, distanceToRun, flat, pointAt, ringContains } from "./points";
import { ringsCross } from "./simple";

type Rings = readonly FlatPoints[];

interface Crossing {
  readonly point: Point;
  /** Where on the line, and where on the ring: segment and share of it. */
  readonly onLine: number;
  readonly onRing: number;
}

function crossing(a: Point, b: Point, c: Point, d: Point): { line: number; ring: number } | null {
  const across = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
  if (across === 0) return null;
  const line = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / across;
  const ring = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / across;
  return line >= 0 && line <= 1 && ring >= 0 && ring < 1 ? { line, ring } : null;
}

function crossingsOf(line: FlatPoints, ring: FlatPoints): Crossing[] {
  const found: Crossing[] = [];
  const count = countOf(ring);
  for (let at = 0; at + 1 < countOf(line); at++) {
    const [a, b] = [pointAt(line, at), pointAt(line, at + 1)];
    for (let nth = 0; nth < count; nth++) {
      const met = crossing(a, b, pointAt(ring, nth), pointAt(ring, (nth + 1) % count));
      if (!met) continue;
      const point = { x: round2(a.x + (b.x - a.x) * met.line), y: round2(a.y + (b.y - a.y) * met.line) };
      found.push({ point, onLine: at + met.line, onRing: nth + met.ring });
    }
  }
  return found.sort((one, other) => one.onLine - other.onLine);
}

/** Vertices strictly between two places, going forward, round the end when `to` lies before. */
function between(run: FlatPoints, from: number, to: number, wraps: boolean): Point[] {
  const count = countOf(run);
  const last = wraps && to <= from ? to + count : to;
  const met: Point[] = [];
  for (let at = Math.floor(from) + 1; at < last; at++) met.push(pointAt(run, at % count));
  return met;
}

/** The first stretch of the line inside the ring cuts it in two; null when there is none. */
function cutOnce(ring: FlatPoints, line: FlatPoints): [FlatPoints, FlatPoints] | null {
  const met = crossingsOf(line, ring);
  for (let at = 0; at + 1 < met.length; at++) {
    const [enter, leave] = [met[at], met[at + 1]];
    if (!enter || !leave || apart(enter.point, leave.point) < 0.05) continue;
    const inner = between(line, enter.onLine, leave.onLine, false);
    const probe = inner[0] ?? leave.point;
    const middle = { x: (enter.point.x + probe.x) / 2, y: (enter.point.y + probe.y) / 2 };
    if (!ringContains(ring, middle) || distanceToRun(ring, middle, true) < 0.01) continue;
    const one = [enter.point, ...inner, leave.point, ...between(ring, leave.onRing, enter.onRing, true)];
    const other = [leave.point, ...[...inner].reverse(), enter.point, ...between(ring, enter.onRing, leave.onRing, true)];
    return [tidy(one), tidy(other)];
  }
  return null;
}

const tidy = (points: readonly Point[]): FlatPoints =>
  flat(points.filter((point, at) => apart(point, points[(at + 1) % points.length] ?? point) > 0.005));

export interface Part {
  readonly polygon: Rings;
  /** Holes that the line runs over: this part's piece of them is still to be taken away from it. */
  readonly over: Rings;
}

/** Parts; none when the line does not go right across. */
export function split([outer = [], ...holes]: Rings, line: FlatPoints): Part[] {
  const open = [outer];
  const done: FlatPoints[] = [];
  for (let ring = open.pop(); ring; ring = open.pop()) {
    const halves = cutOnce(ring, line);
    if (halves) open.push(...halves);
    else done.push(ring);
  }
  if (done.length < 2) return [];
  return done.map((ring) => {
    const over = holes.filter((hole) => ringsCross(ring, hole));
    const whole = holes.filter((hole) => !over.includes(hole) && ringContains(ring, pointAt(hole, 0)));
    return { polygon: [ring, ...whole], over };
  });
}
