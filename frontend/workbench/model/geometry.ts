/** Boxes in image pixels: pure functions, no rounding. */
import type { BoxTuple } from "../contract";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The compass names of the eight handles: "n" moves the top edge, "se" the bottom right corner. */
export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"] as const;
export type Handle = (typeof HANDLES)[number];

/** The server refuses anything thinner. */
export const SMALLEST_SIDE = 1;

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(value, low), high);

export function clampPoint(point: Point, image: Size): Point {
  return { x: clamp(point.x, 0, image.width), y: clamp(point.y, 0, image.height) };
}

export function boxFromCorners(a: Point, b: Point): BoxTuple {
  return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
}

export const area = ([, , width, height]: BoxTuple): number => width * height;

export const isBigEnough = ([, , width, height]: BoxTuple): boolean =>
  width >= SMALLEST_SIDE && height >= SMALLEST_SIDE;

/** Moves a box without changing its size; it stops at the image's edge. */
export function moveBox(box: BoxTuple, dx: number, dy: number, image: Size): BoxTuple {
  const [x, y, width, height] = box;
  return [
    clamp(x + dx, 0, Math.max(0, image.width - width)),
    clamp(y + dy, 0, Math.max(0, image.height - height)),
    width,
    height,
  ];
}

/** Drags one handle to a point. Dragging past the opposite side turns the box over. */
export function resizeBox(box: BoxTuple, handle: Handle, to: Point, image: Size): BoxTuple {
  const [x, y, width, height] = box;
  const point = clampPoint(to, image);
  const west = handle.includes("w") ? point.x : x;
  const east = handle.includes("e") ? point.x : x + width;
  const north = handle.includes("n") ? point.y : y;
  const south = handle.includes("s") ? point.y : y + height;
  return boxFromCorners({ x: west, y: north }, { x: east, y: south });
}

/** Grows (or with negative steps shrinks) a box from its right and bottom side. */
export function growBox(box: BoxTuple, dx: number, dy: number, image: Size): BoxTuple {
  const [x, y, width, height] = box;
  return [
    x,
    y,
    clamp(width + dx, SMALLEST_SIDE, image.width - x),
    clamp(height + dy, SMALLEST_SIDE, image.height - y),
  ];
}

export function contains([x, y, width, height]: BoxTuple, point: Point, slack = 0): boolean {
  return (
    point.x >= x - slack &&
    point.y >= y - slack &&
    point.x <= x + width + slack &&
    point.y <= y + height + slack
  );
}

export function handlePoint([x, y, width, height]: BoxTuple, handle: Handle): Point {
  const across = handle.includes("w") ? 0 : handle.includes("e") ? 1 : 0.5;
  const down = handle.includes("n") ? 0 : handle.includes("s") ? 1 : 0.5;
  return { x: x + across * width, y: y + down * height };
}

/** The handle under a point, corners before sides; a side is grabbed along its whole length. */
export function handleAt(box: BoxTuple, point: Point, slack: number): Handle | null {
  for (const handle of ["nw", "ne", "se", "sw"] as const) {
    const corner = handlePoint(box, handle);
    if (Math.max(Math.abs(corner.x - point.x), Math.abs(corner.y - point.y)) <= slack) return handle;
  }
  if (!contains(box, point, slack)) return null;
  const [x, y, width, height] = box;
  // On a box smaller than the grip only its corners and outside count: its inside must stay free.
  const grip = Math.min(slack, width / 4, height / 4);
  const within = (value: number, edge: number, sign: number): boolean =>
    (value - edge) * sign <= grip && (edge - value) * sign <= slack;
  if (within(point.y, y, 1)) return "n";
  if (within(point.y, y + height, -1)) return "s";
  if (within(point.x, x, 1)) return "w";
  if (within(point.x, x + width, -1)) return "e";
  return null;
}
