/** Upright boxes: [x, y, width, height]. */
import type { BoxTuple } from "../contract";
import { type Handle, handleAt, handlePoint, HANDLES, resizeBox, SMALLEST_SIDE } from "../model/geometry";
import { type GeometryKind, isInside, round2 } from "./kind";

export const box: GeometryKind<"box"> = {
  distance([x, y, width, height], point) {
    const across = Math.max(x - point.x, 0, point.x - x - width);
    const down = Math.max(y - point.y, 0, point.y - y - height);
    return Math.hypot(across, down);
  },
  area: ([, , width, height]) => width * height,
  path: ([x, y, width, height], pen) => pen.rect(x, y, width, height),
  translate: ([x, y, width, height], dx, dy) => [x + dx, y + dy, width, height],
  grips: (geometry) =>
    HANDLES.map((id) => ({ id, ...handlePoint(geometry, id), role: id.length === 2 ? "corner" : "side" })),
  gripAt: handleAt,
  moveGrip: (geometry, id, to) => resizeBox(geometry, id as Handle, to, { width: Infinity, height: Infinity }),
  /** Corners are rounded, not sizes: neighbours that touched still touch. */
  round([x, y, width, height]): BoxTuple {
    const [left, top] = [round2(x), round2(y)];
    return [left, top, round2(round2(x + width) - left), round2(round2(y + height) - top)];
  },
  valid: ([x, y, width, height], image) =>
    width >= SMALLEST_SIDE && height >= SMALLEST_SIDE && isInside(x, y, image) && isInside(x + width, y + height, image),
};
