/** A grown region as the geometry of a class. */
import type { FlatPoints, Geometries, Kind } from "../contract";
import { maskFrom } from "../geometry/convert";
import type { Size } from "../model/geometry";

/** Rings in pixels of a rendition that is `scale` times as large as the image. */
export interface Region {
  readonly rings: readonly FlatPoints[];
  readonly scale: number;
}

export function geometryFrom(kind: Kind, { rings, scale }: Region, image: Size): Geometries[Kind] | null {
  const inside = (value: number, at: number): number => Math.min(value / scale, at % 2 ? image.height : image.width);
  const scaled = rings.map((ring) => ring.map(inside));
  const [outer] = scaled;
  if (!outer || outer.length < 6) return null;
  if (kind === "polygon") return scaled;
  if (kind === "mask") return maskFrom(scaled, image);
  if (kind !== "box") return null;
  const xs = outer.filter((_, at) => at % 2 === 0);
  const ys = outer.filter((_, at) => at % 2 === 1);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}
