/**
 * Shapes of any kind. Boxes are always there; the others come with `./all`, which the workbench fetches when a
 * schema asks for them and a worker that draws imports at once.
 */
import type { Geometries, Kind, Shape } from "../contract";
import { boundsOf, geometryOf } from "../model/bounds";
import type { Point, Size } from "../model/geometry";
import { box } from "./box";
import type { GeometryKind, Grip, Look, Pen } from "./kind";

export type { Grip, Look, Pen } from "./kind";

type AnyKind = GeometryKind;
const known = new Map<Kind, AnyKind>([["box", box as unknown as AnyKind]]);

export function addKinds(kinds: { readonly [K in Kind]?: GeometryKind<K> }): void {
  for (const [name, kind] of Object.entries(kinds)) known.set(name as Kind, kind as unknown as AnyKind);
}

export const hasKinds = (names: Iterable<string>): boolean => [...names].every((name) => known.has(name as Kind));

function kindOf({ type }: Shape): AnyKind {
  const kind = known.get(type);
  if (!kind) throw new Error(`The geometry ${type} is not loaded.`);
  return kind;
}

/** A shape with another geometry of its own kind. */
export const withGeometry = <S extends Shape>(shape: S, geometry: Geometries[Kind]): S => ({ ...shape, [shape.type]: geometry });

export const distanceTo = (shape: Shape, point: Point, look?: Look): number =>
  kindOf(shape).distance(geometryOf(shape), point, look);

const areas = new WeakMap<Shape, number>();

export function areaOf(shape: Shape): number {
  let area = areas.get(shape);
  if (area === undefined) areas.set(shape, (area = kindOf(shape).area(geometryOf(shape))));
  return area;
}

export const pathOf = (shape: Shape, pen: Pen, look: Look): void => kindOf(shape).path(geometryOf(shape), pen, look);

export const gripsOf = (shape: Shape, look: Look): readonly Grip[] => kindOf(shape).grips(geometryOf(shape), look);

/** The grip within reach of a point: a vertex before the middles beside it. */
export function gripAt(shape: Shape, point: Point, slack: number, look: Look): string | null {
  const kind = kindOf(shape);
  if (kind.gripAt) return kind.gripAt(geometryOf(shape), point, slack, look);
  let best: { id: string; far: number } | null = null;
  for (const { id, x, y, role } of kind.grips(geometryOf(shape), look)) {
    const far = Math.hypot(x - point.x, y - point.y) * (role === "middle" ? 2 : 1);
    if (far <= slack && (best === null || far <= best.far)) best = { id, far };
  }
  return best?.id ?? null;
}

export function gripMoved<S extends Shape>(shape: S, id: string, to: Point, image: Size): S {
  const point = { x: clamp(to.x, 0, image.width), y: clamp(to.y, 0, image.height) };
  return withGeometry(shape, kindOf(shape).moveGrip(geometryOf(shape), id, point));
}

export const rounded = <S extends Shape>(shape: S): S => withGeometry(shape, kindOf(shape).round(geometryOf(shape)));

export const isValid = (shape: Shape, image: Size): boolean => kindOf(shape).valid(geometryOf(shape), image);

/** Moves a shape as far as it may: what must lie in the image stays there. */
export function moved<S extends Shape>(shape: S, dx: number, dy: number, image: Size): S {
  const [x, y, width, height] = mustStay(shape);
  const to = {
    x: clamp(x + dx, 0, Math.max(0, image.width - width)) - x,
    y: clamp(y + dy, 0, Math.max(0, image.height - height)) - y,
  };
  return withGeometry(shape, kindOf(shape).translate(geometryOf(shape), to.x, to.y));
}

/** Of what may be turned only the centre has to lie in the image. */
function mustStay(shape: Shape): readonly [number, number, number, number] {
  if (shape.type === "rotated_box") return [shape.rotated_box[0], shape.rotated_box[1], 0, 0];
  if (shape.type === "ellipse") return [shape.ellipse[0], shape.ellipse[1], 0, 0];
  return boundsOf(shape);
}

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
