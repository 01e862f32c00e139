/** Points: [x, y], drawn as a mark that keeps its size on the screen. */
import { type GeometryKind, isInside, type Pen, round2 } from "./kind";

const MARK_PX = 5;

export function mark(pen: Pen, x: number, y: number, radius: number): void {
  pen.moveTo(x + radius, y);
  pen.ellipse(x, y, radius, radius, 0, 0, 2 * Math.PI);
  pen.closePath();
}

export const point: GeometryKind<"point"> = {
  distance: ([x, y], to) => Math.hypot(to.x - x, to.y - y),
  area: () => 0,
  path: ([x, y], pen, { unit }) => mark(pen, x, y, MARK_PX * unit),
  translate: ([x, y], dx, dy) => [x + dx, y + dy],
  grips: ([x, y]) => [{ id: "v0.0", x, y, role: "vertex" }],
  moveGrip: (_geometry, _id, to) => [to.x, to.y],
  round: ([x, y]) => [round2(x), round2(y)],
  valid: ([x, y], image) => isInside(x, y, image),
};
