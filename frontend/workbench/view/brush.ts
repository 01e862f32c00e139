/** Who paints: a worker where the browser lets one, else the page itself. Both give the same pixels. */
import type { Size } from "../model/geometry";
import { type Canvas2d, type Job, Painter } from "./painter";
import { bitmapSize } from "./plane";
import type { Looks, Splice } from "./scene";

/** What the worker is told. */
export type Order =
  | { readonly do: "looks"; readonly looks: Looks }
  | { readonly do: "splice"; readonly splice: Splice }
  | { readonly do: "paint"; readonly job: Job };

/** What the worker answers to "paint". */
export interface Painted {
  readonly bitmap: ImageBitmap;
}

export interface Brush {
  tell(order: Exclude<Order, { do: "paint" }>): void;
  /** One at a time. `done` runs in the turn in which the canvas has the new pixels. */
  paint(job: Job, done: () => void): void;
  stop(): void;
}

export const pixelsOf = (screen: Size, density: number): Size => {
  const { width, height } = bitmapSize(screen);
  return { width: Math.round(width * density), height: Math.round(height * density) };
};

export const canUseWorker = (): boolean =>
  typeof OffscreenCanvas !== "undefined" &&
  typeof Worker !== "undefined" &&
  typeof ImageBitmapRenderingContext !== "undefined" &&
  // Older browsers have the class and no 2D context on it.
  "OffscreenCanvasRenderingContext2D" in globalThis;

export class WorkerBrush implements Brush {
  private readonly worker: Worker;
  private readonly context: ImageBitmapRenderingContext | null;
  private done: () => void = () => {};

  /** @param onLost the worker could not be loaded or has failed. */
  constructor(canvas: HTMLCanvasElement, url: string, onLost: () => void) {
    this.context = canvas.getContext("bitmaprenderer");
    this.worker = new Worker(url);
    this.worker.onerror = onLost;
    this.worker.onmessage = ({ data }: MessageEvent<Painted>) => {
      this.context?.transferFromImageBitmap(data.bitmap);
      this.done();
    };
  }

  tell(order: Order): void {
    this.worker.postMessage(order);
  }

  paint(job: Job, done: () => void): void {
    this.done = done;
    this.tell({ do: "paint", job });
  }

  stop(): void {
    this.worker.onmessage = null;
    this.worker.terminate();
  }
}

export class PageBrush implements Brush {
  private readonly painter = new Painter();
  private readonly context: Canvas2d | null;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d");
  }

  tell(order: Exclude<Order, { do: "paint" }>): void {
    this.painter.take(order);
  }

  paint(job: Job, done: () => void): void {
    const { width, height } = pixelsOf(job.frame.screen, job.density);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    if (this.context) this.painter.paint(this.context, job);
    done();
  }

  stop(): void {}
}
