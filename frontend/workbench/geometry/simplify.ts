/** Fewer points for a line drawn by hand (Douglas and Peucker, 1973). */
import type { FlatPoints } from "../contract";
import { countOf, distanceToSegment, flat, pointAt, pointsOf } from "./points";

/** @param tolerance how far, in pixels, a point that is left out may lie from what is kept. */
export function simplify(run: FlatPoints, tolerance: number): FlatPoints {
  const count = countOf(run);
  if (count < 3) return run;
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const open: [number, number][] = [[0, count - 1]];
  for (let span = open.pop(); span; span = open.pop()) {
    const [first, last] = span;
    const [a, b] = [pointAt(run, first), pointAt(run, last)];
    let [farthest, at] = [tolerance, -1];
    for (let nth = first + 1; nth < last; nth++) {
      const far = distanceToSegment(pointAt(run, nth), a, b);
      if (far > farthest) [farthest, at] = [far, nth];
    }
    if (at < 0) continue;
    keep[at] = 1;
    open.push([first, at], [at, last]);
  }
  return flat(pointsOf(run).filter((_, nth) => keep[nth]));
}

/** Raises the tolerance until no more than `most` points are left. */
export function simplifyTo(run: FlatPoints, tolerance: number, most: number): FlatPoints {
  let simple = simplify(run, tolerance);
  for (let wider = tolerance * 2; countOf(simple) > most; wider *= 2) simple = simplify(run, wider);
  return simple;
}
