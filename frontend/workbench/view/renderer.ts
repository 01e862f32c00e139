/** Keeps the painted bitmap of the shapes in step with what there is to see, without ever waiting for it. */
import { signal } from "@preact/signals";
import type { Shape } from "../contract";
import type { Size } from "../model/geometry";
import { type Brush, loseWorker, WorkerBrush } from "./brush";
import type { View } from "./camera";
import { bitmapSize, covers, type Frame, isSharp, transformOf } from "./plane";
import { type Looks, type Splice, spliceOf } from "./scene";

export interface Scene {
  /** What the shapes lie on. Another picture: the bitmap is hidden until the new shapes are painted. */
  readonly picture: object;
  readonly image: Size;
  readonly shapes: readonly Shape[];
  /** So many of them are part of the answer; those after them are only suggested. */
  readonly decided: number;
  /** Left out: the overlay draws them. */
  readonly without: readonly string[];
  readonly looks: Looks;
}

function placesOf({ shapes, without }: Scene): number[] {
  return without.map((id) => shapes.findIndex((shape) => shape.id === id)).filter((at) => at >= 0);
}

/** This long after the last movement the bitmap is drawn anew, at its exact size. */
const REST_MS = 120;
/** More shapes than this in flight are waited for; fewer are shown by the overlay meanwhile. */
const FEW = 50;

export class Renderer {
  /** Shapes that are settled and not yet painted: the overlay shows them, so that nothing blinks. */
  readonly unpainted = signal<readonly Shape[]>([]);
  private canvas: HTMLCanvasElement;
  /** Null while the page's own painter is on its way. */
  private brush: Brush | null = null;
  private scene: Scene | null = null;
  private view: View = { x: 0, y: 0, scale: 1 };
  private screen: Size = { width: 1, height: 1 };
  private density = 1;
  /** The screen that the canvas has the size for. */
  private fitted: Size | null = null;
  private drawn: Frame | null = null;
  private drawing: { frame: Frame; scene: Scene } | null = null;
  /** The scene has changed since what is drawn, or being drawn. */
  private stale = false;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private movedAt = -Infinity;

  /** @param host gets the canvas; @param worker paints, null: the page does. */
  constructor(
    private readonly host: HTMLElement,
    worker: Worker | null,
  ) {
    this.canvas = this.freshCanvas();
    if (worker) this.brush = new WorkerBrush(this.canvas, worker, () => void this.doWithoutWorker());
    else void this.doWithoutWorker();
  }

  /** Screen in CSS pixels; density in device pixels a CSS pixel. */
  resize(screen: Size, density: number): void {
    if (screen.width === this.screen.width && screen.height === this.screen.height && density === this.density) return;
    this.screen = screen;
    this.density = density;
    this.stale = true;
    this.pump();
  }

  show(scene: Scene): void {
    const before = this.scene;
    const looks = scene.looks !== before?.looks;
    const splice = spliceOf(before?.shapes ?? [], scene.shapes);
    const without = scene.without.join() !== before?.without.join();
    const decided = scene.decided !== before?.decided;
    if (scene.picture !== before?.picture) this.hide();
    this.scene = scene;
    if (!looks && !splice && !without && !decided && this.drawn) return;
    if (looks) this.brush?.tell({ do: "looks", looks: scene.looks });
    if (splice) this.brush?.tell({ do: "splice", splice });
    this.remember(splice, before, scene);
    this.stale = true;
    this.pump();
  }

  /** Moves the bitmap at once; draws it anew when it must be, or when the hand rests. */
  move(view: View): void {
    this.view = view;
    if (this.drawn) this.place(this.drawn);
    this.movedAt = performance.now();
    if (this.drawn && isSharp(this.drawn, view)) return;
    if (this.isCovered()) this.rest ??= setTimeout(() => this.settle(), REST_MS);
    else this.pump();
  }

  /** One timer lasts a whole movement: setting it anew costs something at each frame. */
  private settle(): void {
    const left = REST_MS - (performance.now() - this.movedAt);
    this.rest = left > 1 ? setTimeout(() => this.settle(), left) : undefined;
    if (left <= 1 && !(this.drawn && isSharp(this.drawn, this.view))) this.pump(true);
  }

  stop(): void {
    clearTimeout(this.rest);
    this.brush?.stop();
  }

  private isCovered(): boolean {
    return this.drawn !== null && this.scene !== null && covers(this.drawn, this.view, this.scene.image);
  }

  /** Draws when there is reason to and nothing is being drawn; otherwise the end of that drawing comes here. */
  private pump(sharpen = false): void {
    const { scene, view, screen } = this;
    if (this.drawing || !this.brush || !scene || screen.width <= 1) return;
    if (!this.stale && !sharpen && this.isCovered()) return;
    this.stale = false;
    const frame: Frame = { view, screen };
    this.drawing = { frame, scene };
    this.brush.paint({ frame, density: this.density, decided: scene.decided, without: placesOf(scene) }, () => this.painted());
  }

  private painted(): void {
    const drawing = this.drawing;
    this.drawing = null;
    if (!drawing) return;
    const isCurrent = drawing.scene.picture === this.scene?.picture;
    if (isCurrent) {
      this.drawn = drawing.frame;
      this.fit(drawing.frame);
      this.canvas.hidden = false;
    }
    if (!this.stale) this.unpainted.value = [];
    this.pump();
    if (!this.drawing && !isSharp(drawing.frame, this.view)) this.move(this.view);
  }

  private place(frame: Frame): void {
    this.canvas.style.transform = transformOf(frame, this.view);
  }

  private fit(frame: Frame): void {
    if (frame.screen !== this.fitted) {
      const { width, height } = bitmapSize((this.fitted = frame.screen));
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    this.place(frame);
  }

  private hide(): void {
    this.drawn = null;
    this.canvas.hidden = true;
    this.unpainted.value = [];
  }

  private remember(splice: Splice | null, before: Scene | null, scene: Scene): void {
    if (scene.picture !== before?.picture) return;
    const left = new Set(before.without);
    for (const id of scene.without) left.delete(id);
    const back = left.size > 0 ? scene.shapes.filter(({ id }) => left.has(id)) : [];
    const held = new Set(scene.without);
    const there = new Set(scene.shapes);
    const fresh = [...this.unpainted.peek(), ...(splice?.insert ?? []), ...back];
    const waiting = [...new Set(fresh)].filter((shape) => there.has(shape) && !held.has(shape.id));
    this.unpainted.value = waiting.length > FEW ? [] : waiting;
  }

  private freshCanvas(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.className = "shapes";
    this.fitted = null;
    canvas.hidden = true;
    this.host.replaceChildren(canvas);
    return canvas;
  }

  /** A canvas that took the worker's pixels takes no others: a fresh one takes its place, and the page paints. */
  private async doWithoutWorker(): Promise<void> {
    loseWorker();
    this.brush = null;
    const { PageBrush } = await import("./page_brush");
    this.canvas = this.freshCanvas();
    this.brush = new PageBrush(this.canvas);
    const scene = this.scene;
    this.scene = this.drawing = null;
    this.hide();
    if (scene) this.show(scene);
  }
}
