/** Draws all settled shapes but the active one, which the SVG overlay shows with its handles. */
import type { Shape } from "../contract";
import type { Size } from "../model/geometry";
import type { View } from "./camera";

export interface Scene {
  readonly view: View;
  readonly shapes: readonly Shape[];
  /** Left out: the overlay draws it. */
  readonly active: string | null;
  readonly hovered: string | null;
  readonly colors: ReadonlyMap<string, string>;
}

/** One way to draw; a worker with an OffscreenCanvas can take this one's place. */
export interface Renderer {
  /** @param screen CSS pixels; @param density device pixels per CSS pixel. */
  resize(screen: Size, density: number): void;
  draw(scene: Scene): void;
}

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
    for (const [name, color] of scene.colors) {
      const shapes = scene.shapes.filter((shape) => shape.class === name && shape.id !== scene.active);
      if (shapes.length > 0) this.outline(context, scene, shapes, color);
    }
    const hovered = scene.shapes.find((shape) => shape.id === scene.hovered);
    if (hovered && hovered.id !== scene.active) this.fill(context, scene, hovered);
  }

  private outline(context: CanvasRenderingContext2D, scene: Scene, shapes: readonly Shape[], color: string): void {
    context.beginPath();
    for (const shape of shapes) context.rect(...this.place(scene.view, shape));
    // A dark line under the coloured one keeps it visible on any photograph.
    context.lineWidth = 3.5 * this.density;
    context.strokeStyle = "rgba(0, 0, 0, 0.45)";
    context.stroke();
    context.lineWidth = 2 * this.density;
    context.strokeStyle = color;
    context.stroke();
  }

  private fill(context: CanvasRenderingContext2D, scene: Scene, shape: Shape): void {
    context.globalAlpha = 0.25;
    context.fillStyle = scene.colors.get(shape.class) ?? "#ffffff";
    context.fillRect(...this.place(scene.view, shape));
    context.globalAlpha = 1;
  }

  private place(view: View, { box: [x, y, width, height] }: Shape): [number, number, number, number] {
    const scale = view.scale * this.density;
    return [
      x * scale + view.x * this.density,
      y * scale + view.y * this.density,
      width * scale,
      height * scale,
    ];
  }
}
