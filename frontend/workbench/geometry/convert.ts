/** Polygons into masks and back. */
import { type FlatPoints, LIMITS, type Mask } from "../contract";
import type { Size } from "../model/geometry";
import { Columns } from "./columns";
import { contoursOf } from "./contours";
import { round2 } from "./kind";
import { countOf, doubleArea, pointAt, ringContains } from "./points";
import { fillRings } from "./raster";
import { ringCrossesItself, ringsCross } from "./simple";
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

/** Contours that meet at a corner, or one that meets itself there, pass it a quarter of a pixel apart. */
function apart(rings: readonly FlatPoints[]): FlatPoints[] {
  const passes = new Map<string, number>();
  const at = (ring: FlatPoints, nth: number): string => `${String(ring[nth])},${String(ring[nth + 1])}`;
  for (const ring of rings) {
    for (let nth = 0; nth < ring.length; nth += 2) passes.set(at(ring, nth), (passes.get(at(ring, nth)) ?? 0) + 1);
  }
  return rings.map((ring) =>
    ring.map((value, nth) => {
      if ((passes.get(at(ring, nth - (nth % 2))) ?? 0) < 2) return value;
      // Towards the pixel whose corner it is: back by the way it came, on by the way it goes.
      const before = ring.at(nth - 2) ?? value;
      const after = ring[(nth + 2) % ring.length] ?? value;
      return value + (Math.sign(after - value) - Math.sign(value - before)) / 4;
    }),
  );
}

/** The rings as lines, or as they are where lines of different rings would cross. */
function smoothed(rings: Rings): Rings {
  const smooths = rings.map(smooth);
  const crossed = smooths.some((ring, nth) => smooths.slice(nth + 1).some((other) => ringsCross(ring, other)));
  return crossed ? rings : smooths;
}

/** The largest part first. */
export function polygonsFrom(mask: Mask): Rings[] {
  const rings = apart(contoursOf(mask)).filter((ring) => Math.abs(doubleArea(ring)) >= 2 * SPECK);
  const outer = rings.filter((ring) => doubleArea(ring) > 0).sort((a, b) => doubleArea(b) - doubleArea(a));
  const holes = rings.filter((ring) => doubleArea(ring) < 0);
  const owner = (hole: FlatPoints): FlatPoints | undefined => {
    const { x, y } = pointAt(hole, 0);
    // The corner of a pixel: the ring that holds the pixel beside it, the smallest first.
    return outer.findLast((ring) => ringContains(ring, { x: x + 0.5, y: y + 0.5 }) || ringContains(ring, { x: x - 0.5, y: y - 0.5 }));
  };
  return outer.map((ring) => smoothed([ring, ...holes.filter((hole) => owner(hole) === ring)]));
}
