/**
 * Drawing point by point: a click places a point, a drag draws freely and is simplified. Places jump to neighbours'
 * edges, and between two places on one edge the line goes along it; Alt draws as if nobody were there, Shift goes
 * the longer way round. With intelligent scissors the line follows the picture's own edges. A click on the first or
 * the last point ends it, as Enter does.
 */
import { type FlatPoints, LIMITS, type Shape } from "../contract";
import { apart, countOf, pointAt } from "../geometry/points";
import { simplifyTo } from "../geometry/simplify";
import { aim, way } from "./aim";
import { gestureAt, inImage, isDrag, type Node, preview, type Press, type ToolContext } from "./context";
import { drawingTool, selectInstead } from "./drawing";
import { Led } from "./led";
import { placed, plot, sketchWishes } from "./plot";

export interface SketchPlan {
  readonly name: string;
  /** An area and not a line. */
  readonly closed: boolean;
  /** Points it takes at least. */
  readonly least: number;
  /** Keeps the selected shape selected: it is what the sketch is for. */
  readonly about?: "selected";
  readonly snaps: boolean;
  /** Makes something of the points; false when they are no good yet. It ends the sketch itself, at once or later. */
  finish(context: ToolContext, points: FlatPoints): boolean;
}

/** A free line that comes back to its start ends there. */
const comesBack = (context: ToolContext, press: Press): boolean =>
  apart(pointAt(placed(context), 0), inImage(context, press)) <= press.slack;

/** CSS pixels that a line drawn by hand may be off. */
const TOLERANCE_PX = 1.2;

/** The pointer's way since the last point, with as few points as say the same. */
function traced(context: ToolContext): FlatPoints {
  const points = placed(context);
  const { unit } = context.lookOf(preview(context, "point", [0, 0]));
  const last = countOf(points) > 0 ? pointAt(points, countOf(points) - 1) : null;
  const trail = [...(last ? [last.x, last.y] : []), ...(context.gesture?.trail ?? [])];
  const simple = simplifyTo(trail, TOLERANCE_PX * unit, LIMITS.points - countOf(points));
  return last ? simple.slice(2) : simple;
}

/** Nothing is taken or selected: each press draws, for the polygon that is selected. */
const always: Node = {
  hand: "free",
  down(context, press) {
    context.gesture = gestureAt(press, { forced: true });
    return "drawing.pressing";
  },
};

/** The press goes on: what it will place is not there yet, and without it the sketch would end as nobody drew it. */
const notYet = (): void => {};

export function sketchTool(plan: SketchPlan): Node {
  const { name, closed, least } = plan;
  const led = new Led(name);

  function show(context: ToolContext, press: Press): void {
    const dots = placed(context);
    const to = aim(plan, context, press);
    const edge = led.preview(context, press, to, show);
    const run = [...dots, ...(to.ends ? [] : (edge ?? way(context, press, to)))];
    const shape = closed && countOf(run) > 2 ? preview(context, "polygon", [run]) : preview(context, "polyline", run);
    context.setDraft({ dots, shape, snap: to.snap ? to.point : null });
  }

  function rest(context: ToolContext): void {
    const dots = placed(context);
    const shape: Shape = closed ? preview(context, "polygon", [dots]) : preview(context, "polyline", dots);
    context.setDraft({ dots, shape });
  }

  function finish(context: ToolContext): string | void {
    const points = placed(context);
    if (countOf(points) < least) return context.say("unfinished");
    if (!context.guide()) return plan.finish(context, points) ? "idle" : undefined;
    void led.close(context, closed).then((there) => {
      if (there && !context.away && plan.finish(context, placed(context))) context.rest();
    });
  }

  function place(context: ToolContext, press: Press): string {
    const to = aim(plan, context, press);
    if (to.ends) return finish(context) ?? "drawing.waiting";
    if (countOf(placed(context)) >= LIMITS.points) return "drawing.waiting";
    plot(context, name, way(context, press, to));
    if (!to.snap && !press.alt) led.follow(context, to.point, press.slack, show, rest);
    return "drawing.waiting";
  }

  const pressing: Node = {
    finish: notYet,
    move(context, press) {
      if (!context.gesture || !isDrag(context.gesture.start, press)) return;
      context.gesture.trail = countOf(placed(context)) > 0 ? [] : startOf(context);
      return "drawing.tracing";
    },
    up(context, press) {
      const fresh = countOf(placed(context)) === 0;
      if (fresh && !plan.about && selectInstead(context)) return "idle";
      return place(context, press);
    },
  };

  const startOf = (context: ToolContext): number[] => {
    const { start } = context.gesture ?? {};
    const { point } = start ? aim(plan, context, start) : { point: { x: 0, y: 0 } };
    return [point.x, point.y];
  };

  const tracing: Node = {
    finish: notYet,
    move(context, press) {
      const { x, y } = inImage(context, press);
      context.gesture?.trail.push(x, y);
      const run = [...placed(context), ...(context.gesture?.trail ?? [])];
      context.setDraft({ shape: preview(context, "polyline", run) });
    },
    up(context, press) {
      plot(context, name, traced(context));
      return closed && countOf(placed(context)) >= least && comesBack(context, press) ? (finish(context) ?? "drawing.waiting") : "drawing.waiting";
    },
  };

  const waiting: Node = {
    enter(context) {
      if (!plan.about) context.editor.selectedId.value = null;
      rest(context);
    },
    move: show,
    down(context, press) {
      context.gesture = gestureAt(press, { forced: true });
      return "drawing.pressing";
    },
  };

  const tool = drawingTool({ ...sketchWishes, finish, states: { pressing, tracing, waiting } });
  return plan.about ? { ...tool, states: { ...tool.states, idle: always } } : tool;
}
