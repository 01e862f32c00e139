/** Points in the frame of something turned: x along its width, y along its height, the centre at 0. */
import { radians } from "../model/bounds";
import type { Point } from "../model/geometry";

export interface Frame {
  readonly cx: number;
  readonly cy: number;
  /** Degrees clockwise on the screen. */
  readonly angle: number;
}

export function toFrame({ cx, cy, angle }: Frame, { x, y }: Point): Point {
  const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
  return { x: (x - cx) * cos + (y - cy) * sin, y: (y - cy) * cos - (x - cx) * sin };
}

export function fromFrame({ cx, cy, angle }: Frame, { x, y }: Point): Point {
  const [cos, sin] = [Math.cos(radians(angle)), Math.sin(radians(angle))];
  return { x: cx + x * cos - y * sin, y: cy + x * sin + y * cos };
}

/** CSS pixels from the top side to the grip that turns. */
export const TURN_REACH_PX = 26;

/** The angle at which the grip above the top side points to a place. */
export const angleTowards = ({ cx, cy }: Frame, to: Point): number =>
  (Math.atan2(to.y - cy, to.x - cx) * 180) / Math.PI + 90;
