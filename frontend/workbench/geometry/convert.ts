/** Polygons into masks and back. */
import { type FlatPoints, LIMITS, type Mask } from "../contract";
import type { Size } from "../model/geometry";
import { Columns } from "./columns";
import { contoursOf } from "./contours";
import { round2 } from "./kind";
import { countOf, doubleArea, pointAt, ringContains } from "./points";
import { fillRings } from "./raster";
import { ringCrossesItself } from "./simple";
import { simplifyTo } from "./simplify";

type Rings = readonly FlatPoints[];

export function maskFrom(rings: Rings, { width, height }: Size): Mask {
  const columns = new Columns(width, height);
  fillRings(columns, rings, 1);
  return columns.toMask();
}

/** Pixels that the outline may be off; what is smaller than this squared is a speck. */
const TOLERANCE = 0.75;
const SPECK = 4;

/** A pixel staircase becomes a line, unless that would make the ring cross itself. */
function smooth(ring: FlatPoints): FlatPoints {
  const closed = [...ring, ring[0] ?? 0, ring[1] ?? 0];
  for (let tolerance = TOLERANCE; tolerance > 0.05; tolerance /= 2) {
    const simple = simplifyTo(closed, tolerance, LIMITS.points).slice(0, -2).map(round2);
    if (countOf(simple) >= 3 && !ringCrossesItself(simple)) return simple;
  }
  return ring;
}

/** The largest part first. */
export function polygonsFrom(mask: Mask): Rings[] {
  const rings = contoursOf(mask).filter((ring) => Math.abs(doubleArea(ring)) >= 2 * SPECK);
  const outer = rings.filter((ring) => doubleArea(ring) > 0).sort((a, b) => doubleArea(b) - doubleArea(a));
  const holes = rings.filter((ring) => doubleArea(ring) < 0);
  const owner = (hole: FlatPoints): FlatPoints | undefined => {
    const { x, y } = pointAt(hole, 0);
    // The corner of a pixel: the ring that holds the pixel beside it, the smallest first.
    return outer.findLast((ring) => ringContains(ring, { x: x + 0.5, y: y + 0.5 }) || ringContains(ring, { x: x - 0.5, y: y - 0.5 }));
  };
  return outer.map((ring) => [smooth(ring), ...holes.filter((hole) => owner(hole) === ring).map(smooth)]);
}
