/** Ellipses: [cx, cy, rx, ry, angle]. */
import type { EllipseTuple } from "../contract";
import { radians } from "../model/bounds";
import { type GeometryKind, round2, turned } from "./kind";
import { angleTowards, type Frame, fromFrame, toFrame, TURN_REACH_PX } from "./turned";

const SMALLEST_RADIUS = 0.5;
const frameOf = ([cx, cy, , , angle]: EllipseTuple): Frame => ({ cx, cy, angle });
const SIDES = { e: [1, 0], s: [0, 1], w: [-1, 0], n: [0, -1] } as const;

export const ellipse: GeometryKind<"ellipse"> = {
  /** Along the ray from the centre: exact on the rim and inside, which is what a hit asks for. */
  distance(geometry, point) {
    const [, , rx, ry] = geometry;
    const { x, y } = toFrame(frameOf(geometry), point);
    const out = Math.hypot(x / rx, y / ry);
    return out <= 1 ? 0 : Math.hypot(x, y) * (1 - 1 / out);
  },
  area: ([, , rx, ry]) => Math.PI * rx * ry,
  path([cx, cy, rx, ry, angle], pen) {
    const turn = radians(angle);
    pen.moveTo(cx + rx * Math.cos(turn), cy + rx * Math.sin(turn));
    pen.ellipse(cx, cy, rx, ry, turn, 0, 2 * Math.PI);
    pen.closePath();
  },
  translate: ([cx, cy, rx, ry, angle], dx, dy) => [cx + dx, cy + dy, rx, ry, angle],
  grips(geometry, { unit }) {
    const [, , rx, ry] = geometry;
    const frame = frameOf(geometry);
    const sides = Object.entries(SIDES).map(([id, [x, y]]) => {
      return { id, ...fromFrame(frame, { x: x * rx, y: y * ry }), role: "side" as const };
    });
    return [...sides, { id: "turn", ...fromFrame(frame, { x: 0, y: -ry - TURN_REACH_PX * unit }), role: "turn" }];
  },
  /** The centre stays. */
  moveGrip(geometry, id, to) {
    const [cx, cy, rx, ry, angle] = geometry;
    const frame = frameOf(geometry);
    if (id === "turn") return [cx, cy, rx, ry, turned(angleTowards(frame, to))];
    const { x, y } = toFrame(frame, to);
    const across = id === "e" || id === "w";
    return [cx, cy, across ? Math.abs(x) : rx, across ? ry : Math.abs(y), angle];
  },
  round: ([cx, cy, rx, ry, angle]) => [round2(cx), round2(cy), round2(rx), round2(ry), turned(angle)],
  valid: ([cx, cy, rx, ry], image) =>
    rx >= SMALLEST_RADIUS && ry >= SMALLEST_RADIUS && cx >= 0 && cy >= 0 && cx <= image.width && cy <= image.height,
};
