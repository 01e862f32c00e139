/** Whether rings cross: what a polygon must not. */
import type { FlatPoints } from "../contract";

type Segment = readonly [ax: number, ay: number, bx: number, by: number];

function segmentsOf(ring: FlatPoints): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0, before = ring.length - 2; at + 1 < ring.length; before = at, at += 2) {
    segments.push([ring[before] ?? 0, ring[before + 1] ?? 0, ring[at] ?? 0, ring[at + 1] ?? 0]);
  }
  return segments;
}

const side = (ax: number, ay: number, bx: number, by: number, x: number, y: number): number =>
  Math.sign((bx - ax) * (y - ay) - (by - ay) * (x - ax));

const onSegment = ([ax, ay, bx, by]: Segment, x: number, y: number): boolean =>
  x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);

/** Touching counts. */
export function segmentsMeet(a: Segment, b: Segment): boolean {
  if (Math.max(a[0], a[2]) < Math.min(b[0], b[2]) || Math.max(b[0], b[2]) < Math.min(a[0], a[2])) return false;
  if (Math.max(a[1], a[3]) < Math.min(b[1], b[3]) || Math.max(b[1], b[3]) < Math.min(a[1], a[3])) return false;
  const [b0, b1] = [side(...a, b[0], b[1]), side(...a, b[2], b[3])];
  const [a0, a1] = [side(...b, a[0], a[1]), side(...b, a[2], a[3])];
  if (b0 * b1 < 0 && a0 * a1 < 0) return true;
  return (
    (b0 === 0 && onSegment(a, b[0], b[1])) || (b1 === 0 && onSegment(a, b[2], b[3])) ||
    (a0 === 0 && onSegment(b, a[0], a[1])) || (a1 === 0 && onSegment(b, a[2], a[3]))
  );
}

/** Segment number n ends at vertex n. Neighbours share a vertex and must not fold back on each other. */
export function ringCrossesItself(ring: FlatPoints): boolean {
  const segments = segmentsOf(ring);
  const last = segments.length - 1;
  return segments.some((a, at) => {
    if (a[0] === a[2] && a[1] === a[3]) return true;
    const next = segments[at === last ? 0 : at + 1];
    if (next && foldsBack(a, next)) return true;
    for (let other = at + 2; other <= last; other++) {
      if (at === 0 && other === last) continue;
      if (segmentsMeet(a, segments[other] ?? a)) return true;
    }
    return false;
  });
}

function foldsBack(a: Segment, b: Segment): boolean {
  if (side(...a, b[2], b[3]) !== 0) return false;
  return (a[2] - a[0]) * (b[2] - b[0]) + (a[3] - a[1]) * (b[3] - b[1]) < 0;
}

export function ringsCross(a: FlatPoints, b: FlatPoints): boolean {
  const others = segmentsOf(b);
  return segmentsOf(a).some((segment) => others.some((other) => segmentsMeet(segment, other)));
}
