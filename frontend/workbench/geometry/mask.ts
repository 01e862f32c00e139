/** Masks: COCO's run lengths over the whole image. */
import { Columns } from "./columns";
import { contoursOf } from "./contours";
import { type GeometryKind } from "./kind";
import { drawRun } from "./points";
import { columnRuns, pixelsIn } from "./rle";

export const mask: GeometryKind<"mask"> = {
  distance(geometry, point) {
    // To the nearest pixel; the outline would have to be traced first.
    let nearest = Infinity;
    for (const { x, from, to } of columnRuns(geometry)) {
      const dx = Math.max(x - point.x, point.x - x - 1, 0);
      const dy = Math.max(from - point.y, point.y - to, 0);
      nearest = Math.min(nearest, Math.hypot(dx, dy));
    }
    return nearest;
  },
  area: pixelsIn,
  path(geometry, pen) {
    for (const ring of contoursOf(geometry)) {
      drawRun(ring, pen);
      pen.closePath();
    }
  },
  /** By whole pixels; what leaves the image is cut off. */
  translate(geometry, dx, dy) {
    const [height, width] = geometry.size;
    const [right, down] = [Math.round(dx), Math.round(dy)];
    if (right === 0 && down === 0) return geometry;
    const columns = new Columns(width, height);
    for (const { x, from, to } of columnRuns(geometry)) columns.fill(x + right, from + down, to + down, 1);
    return columns.toMask();
  },
  grips: () => [],
  moveGrip: (geometry) => geometry,
  round: (geometry) => geometry,
  valid: (geometry, image) => geometry.size[0] === image.height && geometry.size[1] === image.width && pixelsIn(geometry) > 0,
};
