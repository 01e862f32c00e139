/** Masks: COCO's run lengths over the whole image. */
import { contoursOf } from "./contours";
import { type GeometryKind } from "./kind";
import { distanceToRun, drawRun } from "./points";
import { columnRuns, emptyBitmap, encode, maskContains, pixelsIn } from "./rle";

export const mask: GeometryKind<"mask"> = {
  distance(geometry, point) {
    if (maskContains(geometry, point.x, point.y)) return 0;
    return Math.min(Infinity, ...contoursOf(geometry).map((ring) => distanceToRun(ring, point, true)));
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
    const bitmap = emptyBitmap(width, height);
    for (const { x, from, to } of columnRuns(geometry)) {
      const column = x + right;
      if (column < 0 || column >= width) continue;
      const [top, bottom] = [Math.max(from + down, 0), Math.min(to + down, height)];
      if (top < bottom) bitmap.data.fill(1, column * height + top, column * height + bottom);
    }
    return encode(bitmap);
  },
  grips: () => [],
  moveGrip: (geometry) => geometry,
  round: (geometry) => geometry,
  valid: ({ size: [height, width], counts }, image) =>
    height === image.height && width === image.width && pixelsIn({ size: [height, width], counts }) > 0,
};
