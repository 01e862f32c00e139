/** Painting on a bitmap: polygons, the way of a round brush, enclosed places. A pixel is in when its centre is. */
import type { FlatPoints } from "../contract";
import { countOf, pointAt } from "./points";
import type { Bitmap } from "./rle";

/** Pixels of one column whose centres lie from `top` to `bottom`. */
function fillColumn({ width, height, data }: Bitmap, x: number, top: number, bottom: number, value: 0 | 1): void {
  if (x < 0 || x >= width) return;
  const from = Math.max(Math.ceil(top - 0.5), 0);
  const to = Math.min(Math.floor(bottom - 0.5) + 1, height);
  if (from < to) data.fill(value, x * height + from, x * height + to);
}

/** By the even-odd rule over all rings. */
export function fillRings(bitmap: Bitmap, rings: readonly FlatPoints[], value: 0 | 1): void {
  const crossings = new Map<number, number[]>();
  for (const ring of rings) {
    const count = countOf(ring);
    for (let at = 0; at < count; at++) {
      const [one, other] = [pointAt(ring, at), pointAt(ring, (at + 1) % count)];
      const [a, b] = one.x < other.x ? [one, other] : [other, one];
      const last = Math.min(Math.ceil(b.x - 0.5), bitmap.width);
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
    for (let at = 0; at + 1 < rows.length; at += 2) fillColumn(bitmap, x, rows[at] ?? 0, (rows[at + 1] ?? 0) - 1e-9, value);
  }
}

/** A round brush of a radius in pixels, drawn along a way: discs and the bands between them. */
export function fillStroke(bitmap: Bitmap, way: FlatPoints, radius: number, value: 0 | 1): void {
  for (let at = 0; at < countOf(way); at++) {
    const [a, b] = [pointAt(way, Math.max(at - 1, 0)), pointAt(way, at)];
    const first = Math.floor(Math.min(a.x, b.x) - radius);
    const last = Math.ceil(Math.max(a.x, b.x) + radius);
    for (let x = first; x <= last; x++) {
      const reach = capsuleColumn(a.x, a.y, b.x, b.y, radius, x + 0.5);
      if (reach) fillColumn(bitmap, x, reach[0], reach[1], value);
    }
  }
}

/** Where an upright line meets everything within `radius` of the segment: one stretch, since that is convex. */
function capsuleColumn(ax: number, ay: number, bx: number, by: number, radius: number, x: number): [number, number] | null {
  let [top, bottom] = [Infinity, -Infinity];
  const meet = (from: number, to: number): void => {
    top = Math.min(top, from);
    bottom = Math.max(bottom, to);
  };
  for (const [cx, cy] of [[ax, ay], [bx, by]] as const) {
    const half = radius * radius - (x - cx) * (x - cx);
    if (half >= 0) meet(cy - Math.sqrt(half), cy + Math.sqrt(half));
  }
  const length = Math.hypot(bx - ax, by - ay);
  if (length > 0) {
    const [nx, ny] = [(-(by - ay) / length) * radius, ((bx - ax) / length) * radius];
    for (const sign of [1, -1]) {
      const [fromX, toX] = [ax + sign * nx, bx + sign * nx];
      if (fromX === toX || (x - fromX) * (x - toX) > 0) continue;
      const y = ay + sign * ny + ((by - ay) * (x - fromX)) / (toX - fromX);
      meet(y, y);
    }
  }
  return top <= bottom ? [top, bottom] : null;
}

/** Fills the place around a pixel that the mask encloses; false, and nothing done, when it reaches the image's edge. */
export function fillEnclosed(bitmap: Bitmap, x: number, y: number): boolean {
  const { width, height, data } = bitmap;
  const start = x * height + y;
  if (x < 0 || y < 0 || x >= width || y >= height || data[start] === 1) return false;
  const open = [start];
  const found: number[] = [start];
  data[start] = 1;
  let enclosed = true;
  for (let at = open.pop(); at !== undefined && enclosed; at = open.pop()) {
    const row = at % height;
    if (row === 0 || row === height - 1 || at < height || at >= data.length - height) enclosed = false;
    else {
      for (const next of [at - 1, at + 1, at - height, at + height]) {
        if (data[next] !== 0) continue;
        data[next] = 1;
        open.push(next);
        found.push(next);
      }
    }
  }
  if (!enclosed) for (const at of found) data[at] = 0;
  return enclosed;
}
