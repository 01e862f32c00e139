/**
 * Points of a sketch led along the picture's edges while intelligent scissors are on. A point is placed at once, by a
 * straight line; the way along the edges takes its place when it is found, so that nobody waits for it.
 */
import type { FlatPoints } from "../contract";
import { countOf, doubleArea, pointAt } from "../geometry/points";
import { ringCrossesItself } from "../geometry/simple";
import type { Point } from "../model/geometry";
import type { Guide, Press, ToolContext } from "./context";
import type { Target } from "./aim";
import { placed, plot } from "./plot";

/** What remains of an outline whose little loops are cut off must be most of it. */
const MOST = 0.8;

interface Wanted {
  readonly guide: Guide;
  readonly points: FlatPoints;
  readonly to: Point;
  readonly reach: number;
  again(): void;
}

type Show = (context: ToolContext, press: Press) => void;

const lastOf = (points: FlatPoints): Point | null => (points.length > 0 ? pointAt(points, countOf(points) - 1) : null);

const isSame = (a: Point | null, b: Point): boolean => a !== null && a.x === b.x && a.y === b.y;

export class Led {
  private known: { readonly points: FlatPoints; readonly to: Point; readonly way: FlatPoints } | null = null;
  private wanted: Wanted | null = null;
  private looking = false;
  /** The newest move, so that a way which comes late is not shown for another one. */
  private hovering: Press | null = null;
  /** One after the other: each begins where the one before has ended. */
  private chain: Promise<void> = Promise.resolve();

  constructor(private readonly name: string) {}

  /** The newest way that is known from where the sketch stands towards the pointer; `show` again when a newer one is. */
  preview(context: ToolContext, press: Press, { point: to, snap }: Target, show: Show): FlatPoints | null {
    this.hovering = press;
    const guide = press.alt || snap ? null : context.guide();
    const points = placed(context);
    if (!guide || points.length === 0) return null;
    const mine = this.known?.points === points ? this.known : null;
    const again = (): void => {
      if (points === placed(context) && press === this.hovering) show(context, press);
    };
    if (!isSame(mine?.to ?? null, to)) this.look({ guide, points, to, reach: press.slack, again });
    return mine?.way ?? null;
  }

  /** Leads the newest part of the sketch, which ends at a place, along the edges; then shows where it stands. */
  follow(context: ToolContext, to: Point, reach: number, show: Show, rest: (context: ToolContext) => void): void {
    this.hovering = null;
    const guide = context.guide();
    const nth = (context.editor.sketch.peek()?.marks.length ?? 0) - 1;
    if (!guide || nth < 0) return;
    this.chain = this.chain.then(async () => {
      const [start, from] = this.partAt(context, nth, to) ?? [];
      if (start === undefined) return;
      const way = await guide.lead(from ?? null, to, reach);
      if (this.partAt(context, nth, to)?.[0] !== start) return;
      this.replace(context, nth, start, way);
      if (this.hovering) show(context, this.hovering);
      else rest(context);
    });
  }

  /** When all parts are led, closes the outline along the edges; true when the sketch is still there. */
  async close(context: ToolContext, closed: boolean): Promise<boolean> {
    await this.chain;
    const points = placed(context);
    const last = lastOf(points);
    const guide = context.guide();
    if (!last || context.editor.sketch.peek()?.tool !== this.name) return false;
    if (!closed || !guide) return true;
    const way = await guide.lead(last, pointAt(points, 0), 0);
    if (placed(context) !== points) return false;
    if (way.length > 2) plot(context, this.name, way.slice(0, -2));
    return this.untangle(context);
  }

  /** Ways that meet at a point may run over each other for some pixels: such little loops are cut off. */
  private async untangle(context: ToolContext): Promise<boolean> {
    const ring = placed(context);
    if (!ringCrossesItself(ring)) return true;
    const { difference } = await import("../geometry/boolean");
    if (placed(context) !== ring) return false;
    const [largest] = difference([ring], []);
    const whole = Math.abs(doubleArea(ring));
    const outer = largest?.[0] ?? [];
    if (Math.abs(doubleArea(outer)) >= MOST * whole) context.editor.plot(this.name, context.shapeClass()?.key ?? "", outer, 0);
    return true;
  }

  /** Where the nth part of the sketch begins among its numbers, and the point before it; null: it is not there any more. */
  private partAt(context: ToolContext, nth: number, to: Point): readonly [start: number, from: Point | null] | null {
    const sketch = context.editor.sketch.peek();
    const end = sketch?.marks[nth];
    if (!sketch || sketch.tool !== this.name || end === undefined) return null;
    const start = nth > 0 ? (sketch.marks[nth - 1] ?? 0) : 0;
    return isSame(lastOf(sketch.points.slice(start, end)), to) ? [start, lastOf(sketch.points.slice(0, start))] : null;
  }

  private replace({ editor }: ToolContext, nth: number, start: number, way: FlatPoints): void {
    const sketch = editor.sketch.peek();
    if (!sketch) return;
    const later = sketch.marks.slice(nth);
    editor.plot(sketch.tool, sketch.class, way, start);
    later.slice(1).forEach((mark, at) => editor.plot(sketch.tool, sketch.class, sketch.points.slice(later[at], mark)));
  }

  /** Of all that is asked for while the worker is busy only the newest counts. */
  private look(wanted: Wanted): void {
    this.wanted = wanted;
    if (this.looking) return;
    this.looking = true;
    void this.lookAtNewest().finally(() => (this.looking = false));
  }

  private async lookAtNewest(): Promise<void> {
    for (let next = this.wanted; next; next = this.wanted) {
      this.wanted = null;
      const { guide, points, to, reach, again } = next;
      this.known = { points, to, way: await guide.lead(lastOf(points), to, reach) };
      again();
    }
  }
}
