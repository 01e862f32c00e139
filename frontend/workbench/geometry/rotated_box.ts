/** Turned boxes: [cx, cy, width, height, angle]. */
import type { RotatedBoxTuple } from "../contract";
import { boxFromCorners, handleAt, handlePoint, HANDLES, SMALLEST_SIDE } from "../model/geometry";
import { type GeometryKind, round2, turned } from "./kind";
import { angleTowards, type Frame, fromFrame, toFrame, TURN_REACH_PX } from "./turned";

const frameOf = ([cx, cy, , , angle]: RotatedBoxTuple): Frame => ({ cx, cy, angle });

/** The four corners, clockwise from the one that is top left before turning. */
export function cornersOf(geometry: RotatedBoxTuple): readonly { x: number; y: number }[] {
  const [, , width, height] = geometry;
  const frame = frameOf(geometry);
  return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x = 0, y = 0]) => fromFrame(frame, { x: (x * width) / 2, y: (y * height) / 2 }));
}

export const rotated_box: GeometryKind<"rotated_box"> = {
  distance(geometry, point) {
    const [, , width, height] = geometry;
    const { x, y } = toFrame(frameOf(geometry), point);
    return Math.hypot(Math.max(Math.abs(x) - width / 2, 0), Math.max(Math.abs(y) - height / 2, 0));
  },
  area: ([, , width, height]) => width * height,
  path(geometry, pen) {
    cornersOf(geometry).forEach(({ x, y }, at) => (at === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
    pen.closePath();
  },
  translate: ([cx, cy, width, height, angle], dx, dy) => [cx + dx, cy + dy, width, height, angle],
  grips(geometry, { unit }) {
    const [, , width, height] = geometry;
    const frame = frameOf(geometry);
    const sides = HANDLES.map((id) => {
      const at = handlePoint([-width / 2, -height / 2, width, height], id);
      return { id, ...fromFrame(frame, at), role: id.length === 2 ? ("corner" as const) : ("side" as const) };
    });
    const turn = fromFrame(frame, { x: 0, y: -height / 2 - TURN_REACH_PX * unit });
    return [...sides, { id: "turn", ...turn, role: "turn" }];
  },
  gripAt(geometry, point, slack, { unit }) {
    const [, , width, height] = geometry;
    const { x, y } = toFrame(frameOf(geometry), point);
    if (Math.hypot(x, y + height / 2 + TURN_REACH_PX * unit) <= slack) return "turn";
    return handleAt([-width / 2, -height / 2, width, height], { x, y }, slack);
  },
  /** What lies opposite the grip stays where it is. */
  moveGrip(geometry, id, to) {
    const [cx, cy, width, height, angle] = geometry;
    const frame = frameOf(geometry);
    if (id === "turn") return [cx, cy, width, height, turned(angleTowards(frame, to))];
    const { x, y } = toFrame(frame, to);
    const west = id.includes("w") ? x : -width / 2;
    const east = id.includes("e") ? x : width / 2;
    const north = id.includes("n") ? y : -height / 2;
    const south = id.includes("s") ? y : height / 2;
    const [left, top, across, down] = boxFromCorners({ x: west, y: north }, { x: east, y: south });
    const middle = fromFrame(frame, { x: left + across / 2, y: top + down / 2 });
    return [middle.x, middle.y, across, down, angle];
  },
  round: ([cx, cy, width, height, angle]) => [round2(cx), round2(cy), round2(width), round2(height), turned(angle)],
  valid: ([cx, cy, width, height], image) =>
    width >= SMALLEST_SIDE && height >= SMALLEST_SIDE && cx >= 0 && cy >= 0 && cx <= image.width && cy <= image.height,
};
