/** Draws all settled shapes but the active one, which the SVG overlay shows with its handles. */
import type { Shape } from "../contract";
import { boundsOf } from "../model/bounds";
import type { Size } from "../model/geometry";
import type { View } from "./camera";

export interface Scene {
  readonly view: View;
  readonly shapes: readonly Shape[];
  /** Left out: the overlay draws it. */
  readonly active: string | null;
  readonly colors: ReadonlyMap<string, string>;
}

/** One way to draw; a worker with an OffscreenCanvas can take this one's place. */
export interface Renderer {
  /** @param screen CSS pixels; @param density device pixels per CSS pixel. */
  resize(screen: Size, density: number): void;
  draw(scene: Scene): void;
}

const UNKNOWN_COLOR = "#ffffff";

export class CanvasRenderer implements Renderer {
  private density = 1;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  resize(screen: Size, density: number): void {
    this.density = density;
    this.canvas.width = Math.round(screen.width * density);
    this.canvas.height = Math.round(screen.height * density);
  }

  draw(scene: Scene): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const { width, height } = this.canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    // One path a class: far fewer state changes than one a shape.
    const paths = new Map<string, Path2D>();
    for (const shape of scene.shapes) {
      if (shape.id === scene.active) continue;
      let path = paths.get(shape.class);
      if (!path) paths.set(shape.class, (path = new Path2D()));
      path.rect(...this.place(scene.view, shape));
    }
    for (const [name, path] of paths) this.outline(context, path, scene.colors.get(name) ?? UNKNOWN_COLOR);
  }

  private outline(context: CanvasRenderingContext2D, path: Path2D, color: string): void {
    // A dark line under the coloured one keeps it visible on any photograph.
    context.lineWidth = 4 * this.density;
    context.strokeStyle = "rgba(0, 0, 0, 0.45)";
    context.stroke(path);
    context.lineWidth = 2 * this.density;
    context.strokeStyle = color;
    context.stroke(path);
  }

  private place(view: View, shape: Shape): [number, number, number, number] {
    const [x, y, width, height] = boundsOf(shape);
    const scale = view.scale * this.density;
    return [
      x * scale + view.x * this.density,
      y * scale + view.y * this.density,
      width * scale,
      height * scale,
    ];
  }
}
