/** Paints shapes onto a bitmap. Runs in the worker, or on the page where there is none: no DOM here. */
import type { Shape } from "../contract";
import { type Look, pathOf } from "../geometry/kinds";
import { boundsOf } from "../model/bounds";
import { type Frame, marginOf } from "./plane";
import type { Order } from "./brush";
import { type Looks, spliced } from "./scene";

export type Canvas2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface Job {
  readonly frame: Frame;
  /** Device pixels a CSS pixel. */
  readonly density: number;
  /** So many of the painter's list are part of the answer; those after them are only suggested, and dashed. */
  readonly decided: number;
  /** Places, in the painter's list, of the shapes that the overlay shows. */
  readonly without: readonly number[];
}

const UNKNOWN_COLOR = "#ffffff";
const BACK_COLOR = "rgba(0, 0, 0, 0.45)";
/** A mask is an area: what lies under it must still be seen. */
const MASK_ALPHA = 0.3;
const LINE_PX = 2;
/** A dark line under the coloured one keeps it visible on any photograph. */
const BACK_PX = 4;
/**
 * From here on outlines are a hair wide: less hides less, and the rasteriser has a short way for lines of no more than
 * one device pixel. Their dark line lies beside them.
 */
const CROWD = 2000;
const HAIR = 0.99;
const DASH_PX = 5;

export class Painter {
  private shapes: readonly Shape[] = [];
  private looks: Looks = new Map();

  take(order: Exclude<Order, { do: "paint" }>): void {
    if (order.do === "clear") this.shapes = [];
    else if (order.do === "looks") this.looks = order.looks;
    else this.shapes = spliced(this.shapes, order.splice);
  }

  paint(context: Canvas2d, { frame, density, decided, without }: Job): void {
    const { view, screen } = frame;
    const margin = marginOf(screen);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    const scale = view.scale * density;
    context.setTransform(scale, 0, 0, scale, (view.x + margin.width) * density, (view.y + margin.height) * density);
    const seen = this.seen(frame, new Set(without));
    const shapes = seen.map((at) => this.shapes[at]!);
    const firstSuggested = seen.findIndex((at) => at >= decided);
    const unit = density / scale;
    const isCrowded = shapes.filter((shape) => !isSharp(shape)).length > CROWD;
    const isHair = (shape: Shape): boolean => isCrowded && !isSharp(shape);
    const line = (shape: Shape, px: number): void => {
      context.lineWidth = isHair(shape) ? HAIR / scale : px * unit;
      stroke(context, shape, this.lookOf(shape, unit));
    };
    context.strokeStyle = context.fillStyle = BACK_COLOR;
    for (const shape of shapes) if (!isHair(shape)) line(shape, BACK_PX);
    context.translate(unit, unit);
    for (const shape of shapes) if (isHair(shape)) line(shape, BACK_PX);
    context.translate(-unit, -unit);
    let last: string | null = null;
    shapes.forEach((shape, nth) => {
      if (shape.class !== last) {
        last = shape.class;
        context.strokeStyle = context.fillStyle = this.looks.get(last)?.color ?? UNKNOWN_COLOR;
      }
      // The suggested ones come last.
      if (nth === firstSuggested) context.setLineDash([DASH_PX * unit]);
      line(shape, LINE_PX);
    });
    context.setLineDash([]);
  }

  private lookOf(shape: Shape, unit: number): Look {
    const edges = shape.type === "skeleton" ? this.looks.get(shape.class)?.edges : undefined;
    return edges ? { unit, edges } : { unit };
  }

  /** Places of what touches the bitmap, in drawing order. */
  private seen({ view, screen }: Frame, without: ReadonlySet<number>): number[] {
    const margin = marginOf(screen);
    const edge = BACK_PX / view.scale;
    const left = (-view.x - margin.width) / view.scale - edge;
    const top = (-view.y - margin.height) / view.scale - edge;
    const right = (screen.width + margin.width - view.x) / view.scale + edge;
    const bottom = (screen.height + margin.height - view.y) / view.scale + edge;
    return this.shapes.flatMap((shape, at) => {
      if (without.has(at)) return [];
      const [x, y, width, height] = boundsOf(shape);
      return x <= right && y <= bottom && x + width >= left && y + height >= top ? [at] : [];
    });
  }
}

/** A rectangle with sharp corners has a way of its own through the rasteriser: round ones cost three times as much. */
const isSharp = (shape: Shape): shape is Extract<Shape, { type: "box" }> => shape.type === "box";

function stroke(context: Canvas2d, shape: Shape, look: Look): void {
  context.lineJoin = isSharp(shape) ? "miter" : "round";
  if (isSharp(shape)) return context.strokeRect(...shape.box);
  context.beginPath();
  pathOf(shape, context, look);
  if (shape.type === "mask") {
    context.globalAlpha = MASK_ALPHA;
    context.fill("evenodd");
    context.globalAlpha = 1;
  }
  context.stroke();
}
