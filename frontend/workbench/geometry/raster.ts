/** Painting on a mask: polygons, the way of a round brush, enclosed places. A pixel is in when its centre is. */
import type { FlatPoints } from "../contract";
import { countOf, pointAt } from "./points";
import type { Columns } from "./columns";

/** Pixels of one column whose centres lie from `top` to `bottom`. */
function fillColumn(columns: Columns, x: number, top: number, bottom: number, value: 0 | 1): void {
  columns.fill(x, Math.ceil(top - 0.5), Math.floor(bottom - 0.5) + 1, value);
}

/** By the even-odd rule over all rings. */
export function fillRings(columns: Columns, rings: readonly FlatPoints[], value: 0 | 1): void {
  const crossings = new Map<number, number[]>();
  for (const ring of rings) {
    const count = countOf(ring);
    for (let at = 0; at < count; at++) {
      const [one, other] = [pointAt(ring, at), pointAt(ring, (at + 1) % count)];
      const [a, b] = one.x < other.x ? [one, other] : [other, one];
      const last = Math.min(Math.ceil(b.x - 0.5), columns.width);
      for (let x = Math.max(Math.ceil(a.x - 0.5), 0); x < last; x++) {
        const y = a.y + ((b.y - a.y) * (x + 0.5 - a.x)) / (b.x - a.x);
        const column = crossings.get(x);
        if (column) column.push(y);
        else crossings.set(x, [y]);
      }
    }
  }
  for (const [x, rows] of crossings) {
    rows.sort((a, b) => a - b);
    for (let at = 0; at + 1 < rows.length; at += 2) fillColumn(columns, x, rows[at] ?? 0, (rows[at + 1] ?? 0) - 1e-9, value);
  }
}

/** A round brush of a radius in pixels, drawn along a way: discs and the bands between them. */
export function fillStroke(columns: Columns, way: FlatPoints, radius: number, value: 0 | 1): void {
  // Each piece of the way overlaps the one before: what they cover of a column is put together first.
  const covered = new Map<number, { top: number; bottom: number }>();
  for (let at = 0; at < countOf(way); at++) {
    const [a, b] = [pointAt(way, Math.max(at - 1, 0)), pointAt(way, at)];
    const first = Math.max(Math.floor(Math.min(a.x, b.x) - radius), 0);
    const last = Math.min(Math.ceil(Math.max(a.x, b.x) + radius), columns.width - 1);
    for (let x = first; x <= last; x++) {
      const reach = capsuleColumn(a.x, a.y, b.x, b.y, radius, x + 0.5);
      if (!reach) continue;
      const [top, bottom] = reach;
      const now = covered.get(x);
      if (now && top <= now.bottom && bottom >= now.top) {
        now.top = Math.min(now.top, top);
        now.bottom = Math.max(now.bottom, bottom);
        continue;
      }
      if (now) fillColumn(columns, x, now.top, now.bottom, value);
      covered.set(x, { top, bottom });
    }
  }
  for (const [x, { top, bottom }] of covered) fillColumn(columns, x, top, bottom, value);
}

/** Where an upright line meets everything within `radius` of the segment: one stretch, since that is convex. */
function capsuleColumn(ax: number, ay: number, bx: number, by: number, radius: number, x: number): [number, number] | null {
  const [nearA, nearB] = [radius * radius - (x - ax) * (x - ax), radius * radius - (x - bx) * (x - bx)];
  const [halfA, halfB] = [nearA < 0 ? NaN : Math.sqrt(nearA), nearB < 0 ? NaN : Math.sqrt(nearB)];
  const length = Math.hypot(bx - ax, by - ay);
  const [nx, ny] = length > 0 ? [((ay - by) / length) * radius, ((bx - ax) / length) * radius] : [NaN, NaN];
  const left = sideAt(ax + nx, ay + ny, bx + nx, by + ny, x);
  const right = sideAt(ax - nx, ay - ny, bx - nx, by - ny, x);
  // What the line misses is NaN and out of the comparison.
  let [top, bottom] = [Infinity, -Infinity];
  for (const y of [ay - halfA, ay + halfA, by - halfB, by + halfB, left, right]) {
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return top <= bottom ? [top, bottom] : null;
}

/** Where the side of the band crosses the upright line; NaN: it does not. */
function sideAt(fromX: number, fromY: number, toX: number, toY: number, x: number): number {
  if (fromX === toX || (x - fromX) * (x - toX) > 0) return NaN;
  return fromY + ((toY - fromY) * (x - fromX)) / (toX - fromX);
}

/** Fills the place around a pixel that the mask encloses; false, and nothing done, when it reaches the image's edge. */
export function fillEnclosed(columns: Columns, x: number, y: number): boolean {
  const { width, height } = columns;
  if (x < 0 || y < 0 || x >= width || y >= height || columns.has(x, y)) return false;
  const seen = new Set<number>();
  const found: (readonly [x: number, from: number, to: number])[] = [];
  /** Joins the gaps of a column that share a row with what has been reached beside it. */
  const reach = (column: number, top: number, foot: number): void => {
    const edges = columns.at(column);
    for (let at = 0; at <= edges.length; at += 2) {
      const [from, to] = [edges[at - 1] ?? 0, edges[at] ?? height];
      if (from >= to || from >= foot || to <= top || seen.has(column * height + from)) continue;
      seen.add(column * height + from);
      found.push([column, from, to]);
    }
  };
  reach(x, y, y + 1);
  for (const [column, from, to] of found) {
    if (column === 0 || column === width - 1 || from === 0 || to === height) return false;
    reach(column - 1, from, to);
    reach(column + 1, from, to);
  }
  for (const [column, from, to] of found) columns.fill(column, from, to, 1);
  return true;
}
