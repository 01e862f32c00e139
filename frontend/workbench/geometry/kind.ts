/** What every kind of geometry can do: one file a kind, pure functions over the contract's numbers. */
import type { Geometries, Kind } from "../contract";
import type { Point, Size } from "../model/geometry";

/** The part of a canvas path that shapes are drawn with; coordinates are image pixels. */
export type Pen = Pick<CanvasPath, "moveTo" | "lineTo" | "closePath" | "rect" | "ellipse">;

/** What numbers alone do not say about how a shape looks. */
export interface Look {
  /** Image pixels per CSS pixel: marks that keep their size on the screen are drawn by it. */
  readonly unit: number;
  /** Of a skeleton: which points are joined. */
  readonly edges?: readonly (readonly [from: number, to: number])[];
}

export type Role = "corner" | "side" | "turn" | "vertex" | "middle";

/** A place to take hold of. Taking a "middle" makes a vertex there. */
export interface Grip {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly role: Role;
}

export interface GeometryKind<K extends Kind = Kind> {
  /** Pixels from the point to the shape: 0 inside an area or on a line. */
  distance(geometry: Geometries[K], point: Point, look?: Look): number;
  /** Square pixels; 0 for points and lines, so that they win a hit over the area they lie in. */
  area(geometry: Geometries[K]): number;
  /** Closed where the kind is an area (holes by the even-odd rule), open for lines; marks for points. */
  path(geometry: Geometries[K], pen: Pen, look: Look): void;
  translate(geometry: Geometries[K], dx: number, dy: number): Geometries[K];
  grips(geometry: Geometries[K], look: Look): readonly Grip[];
  /** The grip that a press takes; without this, the nearest one. */
  gripAt?(geometry: Geometries[K], point: Point, slack: number, look: Look): string | null;
  /** The geometry with one grip dragged to a point of the image. */
  moveGrip(geometry: Geometries[K], id: string, to: Point): Geometries[K];
  /** Rounded as it is stored: two decimals. */
  round(geometry: Geometries[K]): Geometries[K];
  /** What the server would take. */
  valid(geometry: Geometries[K], image: Size): boolean;
}

/** The closest two decimals; what is stored. */
export const round2 = (value: number): number => Math.round(value * 100) / 100;

/** 0 <= angle < 360. */
export const turned = (degrees: number): number => round2(((degrees % 360) + 360) % 360) % 360;

export const isInside = (x: number, y: number, image: Size): boolean =>
  x >= -0.5 && y >= -0.5 && x <= image.width + 0.5 && y <= image.height + 0.5;
