/** Who paints: a worker where the browser lets one, else the page itself. Both give the same pixels. */
import type { Size } from "../model/geometry";
import type { Job } from "./painter";
import { bitmapSize } from "./plane";
import { type Looks, type Packed, packed, type Splice } from "./scene";

/** What whoever paints is told. */
export type Order =
  /** A renderer begins: whatever another one has told does not hold any more. */
  | { readonly do: "clear" }
  | { readonly do: "looks"; readonly looks: Looks }
  | { readonly do: "splice"; readonly splice: Splice }
  | { readonly do: "paint"; readonly job: Job };

/** The same on its way to the worker. */
export type Message = Exclude<Order, { do: "splice" }> | { readonly do: "splice"; readonly packed: Packed };

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

/** Older browsers have an OffscreenCanvas without a 2D context, or none. */
const canUseWorker = (): boolean =>
  ["Worker", "OffscreenCanvas", "OffscreenCanvasRenderingContext2D", "ImageBitmapRenderingContext"].every(
    (name) => name in globalThis,
  );

let worker: Worker | null = null;
let isLost = false;

/** The page's painting worker, started at the first call; null where there can be none. */
export function paintingWorker(url: string): Worker | null {
  if (isLost || !canUseWorker()) return null;
  if (worker) return worker;
  worker = new Worker(url);
  worker.onerror = loseWorker;
  return worker;
}

/** It could not be loaded, or has failed: the page paints from now on. */
export function loseWorker(): void {
  isLost = true;
  worker?.terminate();
}

export class WorkerBrush implements Brush {
  private readonly context: ImageBitmapRenderingContext | null;
  private done: () => void = () => {};

  /** @param onLost the worker could not be loaded or has failed. */
  constructor(
    canvas: HTMLCanvasElement,
    private readonly worker: Worker,
    onLost: () => void,
  ) {
    this.context = canvas.getContext("bitmaprenderer");
    this.tell({ do: "clear" });
    this.worker.onerror = onLost;
    this.worker.onmessage = ({ data }: MessageEvent<Painted>) => {
      this.context?.transferFromImageBitmap(data.bitmap);
      this.done();
    };
  }

  tell(order: Order): void {
    if (order.do !== "splice") return this.worker.postMessage(order satisfies Message);
    const message = { do: "splice", packed: packed(order.splice) } as const;
    const { classOf, ringsOf, numbers } = message.packed;
    this.worker.postMessage(message satisfies Message, [classOf.buffer, ringsOf.buffer, numbers.buffer]);
  }

  paint(job: Job, done: () => void): void {
    this.done = done;
    this.tell({ do: "paint", job });
  }

  /** The worker stays, for the next picture. */
  stop(): void {
    this.worker.onmessage = this.worker.onerror = null;
  }
}
