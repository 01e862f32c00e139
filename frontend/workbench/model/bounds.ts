/** The upright box around any shape, in image pixels: what lists, hits and zooming need of every kind. */
import type { BoxTuple, FlatPoints, Geometries, Kind, Mask, Shape } from "../contract";

export type Geometry = Geometries[Kind];

/** What lies under the key that the shape's type names. */
export const geometryOf = (shape: Shape): Geometry => (shape as unknown as Geometries)[shape.type];

// Shapes are never changed in place, so what was found for one holds as long as it lives.
const known = new WeakMap<Shape, BoxTuple>();

export function boundsOf(shape: Shape): BoxTuple {
  if (shape.type === "box") return shape.box;
  let bounds = known.get(shape);
  if (!bounds) known.set(shape, (bounds = measure(shape)));
  return bounds;
}

function measure(shape: Exclude<Shape, { type: "box" }>): BoxTuple {
  switch (shape.type) {
    case "rotated_box": {
      const [cx, cy, width, height, angle] = shape.rotated_box;
      const [cos, sin] = [Math.abs(Math.cos(radians(angle))), Math.abs(Math.sin(radians(angle)))];
      return around(cx, cy, (width * cos + height * sin) / 2, (width * sin + height * cos) / 2);
    }
    case "ellipse": {
      const [cx, cy, rx, ry, angle] = shape.ellipse;
      const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
      return around(cx, cy, Math.hypot(rx * cos, ry * sin), Math.hypot(rx * sin, ry * cos));
    }
    case "polygon":
      return ofPoints(shape.polygon[0] ?? []);
    case "polyline":
      return ofPoints(shape.polyline);
    case "point":
      return [...shape.point, 0, 0];
    case "skeleton":
      return ofPoints(present(shape.skeleton));
    case "mask":
      return ofMask(shape.mask);
  }
}

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;

const around = (cx: number, cy: number, across: number, down: number): BoxTuple => [cx - across, cy - down, 2 * across, 2 * down];

/** x, y of the skeleton's points that are there. */
function present(triples: FlatPoints): number[] {
  const points: number[] = [];
  for (let at = 0; at + 2 < triples.length; at += 3) {
    if (triples[at + 2] !== 0) points.push(triples[at] ?? 0, triples[at + 1] ?? 0);
  }
  return points;
}

function ofPoints(points: FlatPoints): BoxTuple {
  if (points.length === 0) return [0, 0, 0, 0];
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const [x, y] = [points[at] ?? 0, points[at + 1] ?? 0];
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return [left, top, right - left, bottom - top];
}

/** Runs go down the columns, first those outside; read without unpacking a pixel. */
function ofMask(mask: Mask): BoxTuple {
  const [height] = mask.size;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  let at = 0;
  runsIn(mask).forEach((length, nth) => {
    const end = at + length;
    if (nth % 2 === 1 && length > 0) {
      const [first, last] = [Math.floor(at / height), Math.floor((end - 1) / height)];
      left = Math.min(left, first);
      right = Math.max(right, last + 1);
      // A run over the foot of a column goes on at the head of the next.
      top = Math.min(top, first === last ? at % height : 0);
      bottom = Math.max(bottom, first === last ? ((end - 1) % height) + 1 : height);
    }
    at = end;
  });
  return left === Infinity ? [0, 0, 0, 0] : [left, top, right - left, bottom - top];
}

/** Those that were asked for last: what is under the pointer is asked for at each movement. */
const unpacked = new Map<Mask, readonly number[]>();
const UNPACKED = 16;

export function runsIn(mask: Mask): readonly number[] {
  const runs = unpacked.get(mask) ?? runLengths(mask.counts);
  unpacked.delete(mask);
  unpacked.set(mask, runs);
  if (unpacked.size > UNPACKED) unpacked.delete(unpacked.keys().next().value!);
  return runs;
}

/** Its outline has so many corners that the page would stop to draw it: it is left to the painting worker. */
export const isIntricate = (shape: Shape): boolean => shape.type === "mask" && shape.mask.counts.length > INTRICATE;
const INTRICATE = 1_000;

/**
 * COCO's string as run lengths: five bits a character from 48 on, the sixth says that more follow;
 * from the fourth run on each is the difference to the one two before.
 */
export function runLengths(counts: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < counts.length; ) {
    let [value, shift, more] = [0, 0, true];
    while (more && at < counts.length) {
      const bits = counts.charCodeAt(at++) - 48;
      value |= (bits & 31) << shift;
      more = (bits & 32) !== 0;
      shift += 5;
      if (!more && bits & 16 && shift < 32) value |= -1 << shift;
    }
    runs.push(value + (runs.length > 2 ? (runs[runs.length - 2] ?? 0) : 0));
  }
  return runs;
}
