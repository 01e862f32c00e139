/** Painting on the page itself, for browsers whose workers have no canvas. */
import { type Brush, type Order, pixelsOf } from "./brush";
import { type Canvas2d, type Job, Painter } from "./painter";

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
