/** Lines of several pieces: [x1, y1, x2, y2, ...]. */
import { LIMITS } from "../contract";
import { type GeometryKind, round2 } from "./kind";
import { allInside, countOf, distanceToRun, drawRun, moveVertex, placeOf, runGrips, shift } from "./points";

export const polyline: GeometryKind<"polyline"> = {
  distance: (run, point) => distanceToRun(run, point, false),
  area: () => 0,
  path: (run, pen) => drawRun(run, pen),
  translate: shift,
  grips: (run) => runGrips(run, 0, false),
  moveGrip: (run, id, to) => moveVertex(run, placeOf(id), to),
  round: (run) => run.map(round2),
  valid: (run, image) => countOf(run) >= 2 && countOf(run) <= LIMITS.points && allInside(run, image),
};
