/** Where the next point of a sketch goes, and by which way. */
import type { FlatPoints } from "../contract";
import { apart, countOf, pointAt } from "../geometry/points";
import { borderBetween, snapped } from "../geometry/snap";
import type { Point } from "../model/geometry";
import { inImage, type Press, type ToolContext } from "./context";
import { placed } from "./plot";

interface Rules {
  readonly closed: boolean;
  readonly least: number;
  readonly snaps: boolean;
}

export interface Target {
  readonly point: Point;
  /** It jumped there. */
  readonly snap: boolean;
  /** A place that ends the sketch: its first point, or its last one again. */
  readonly ends: boolean;
}

export function aim({ closed, least, snaps }: Rules, context: ToolContext, press: Press): Target {
  const points = placed(context);
  const count = countOf(points);
  const free = inImage(context, press);
  const near = (at: number): boolean => apart(pointAt(points, at), free) <= press.slack;
  if (count >= least && closed && near(0)) return { point: pointAt(points, 0), snap: true, ends: true };
  if (count >= least && near(count - 1)) return { point: pointAt(points, count - 1), snap: true, ends: true };
  const edge = snaps && !press.alt && context.snaps() ? snapped(context.shapes, free, press.slack) : null;
  return { point: edge ?? free, snap: edge !== null, ends: false };
}

/** Numbers to be added for a new place: the border that leads there, then itself. */
export function way(context: ToolContext, press: Press, { point, snap }: Target): FlatPoints {
  const points = placed(context);
  const last = points.length > 0 ? pointAt(points, countOf(points) - 1) : null;
  const border = snap && last ? borderBetween(context.shapes, last, point, press.shift === true) : [];
  return [...border, point.x, point.y];
}
