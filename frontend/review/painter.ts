/** Draws the competing answers and, above them, the answer being made. */
import type { BoxTuple, Shape } from "../workbench/contract";
import { type Look, pathOf } from "../workbench/geometry/kinds";
import { boundsOf } from "../workbench/model/bounds";
import type { Size } from "../workbench/model/geometry";
import type { View } from "../workbench/view/camera";
import type { Layer } from "./bench";

export interface Scene {
  readonly view: View;
  readonly layers: readonly Layer[];
  readonly mine: readonly Shape[];
  /** Drawn by the overlay with its grips. */
  readonly active: string | null;
  readonly hovered: string | null;
  nameOf(shape: Shape): string;
  lookOf(shape: Shape): Look;
}

/** Lines of answers that lie on each other are set apart by this much, in CSS pixels. */
const APART = 2.5;
const MINE = "#ffffff";

export class Painter {
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
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    for (const shape of scene.mine) this.mine(context, scene, shape);
    scene.layers.forEach((layer, at) => this.layer(context, scene, layer, (at + 1) * APART));
  }

  private layer(context: CanvasRenderingContext2D, scene: Scene, { candidate, shapes }: Layer, apart: number): void {
    if (shapes.length === 0) return;
    const outline = new Path2D();
    for (const shape of shapes) {
      if (shape.type === "box") outline.rect(...grown(place(scene.view, shape.box), apart));
      else outline.addPath(this.outline(scene, shape));
    }
    context.lineWidth = 3.5;
    context.setLineDash([]);
    context.strokeStyle = "rgba(0, 0, 0, 0.4)";
    context.stroke(outline);
    context.lineWidth = 2;
    context.setLineDash([...candidate.style.dash]);
    context.strokeStyle = candidate.style.color;
    context.stroke(outline);
    context.setLineDash([]);
  }

  private mine(context: CanvasRenderingContext2D, scene: Scene, shape: Shape): void {
    if (shape.id === scene.active) return;
    const outline = this.outline(scene, shape);
    if (!isLine(shape)) {
      context.fillStyle = shape.id === scene.hovered ? "rgba(255, 255, 255, 0.3)" : "rgba(255, 255, 255, 0.12)";
      context.fill(outline, "evenodd");
    }
    context.lineWidth = shape.id === scene.hovered && isLine(shape) ? 8 : 5;
    context.strokeStyle = "rgba(0, 0, 0, 0.75)";
    context.stroke(outline);
    context.lineWidth = 2.5;
    context.strokeStyle = MINE;
    context.stroke(outline);
    const [x, y] = place(scene.view, boundsOf(shape));
    this.name(context, scene.nameOf(shape), x + 5, y + 17);
  }

  /** The shape's path on the screen. */
  private outline({ view, lookOf }: Scene, shape: Shape): Path2D {
    const path = new Path2D();
    pathOf(shape, path, lookOf(shape));
    const placed = new Path2D();
    placed.addPath(path, { a: view.scale, d: view.scale, e: view.x, f: view.y });
    return placed;
  }

  private name(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
    context.font = `600 13px ${getComputedStyle(this.canvas).fontFamily}`;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = "rgba(0, 0, 0, 0.85)";
    context.strokeText(text, x, y);
    context.fillStyle = "#ffffff";
    context.fillText(text, x, y);
  }
}

/** What has no inside to be filled. */
export const isLine = ({ type }: Shape): boolean => type === "polyline" || type === "skeleton" || type === "point";

type Rect = [number, number, number, number];

const place = (view: View, [x, y, width, height]: BoxTuple): Rect => [
  x * view.scale + view.x,
  y * view.scale + view.y,
  width * view.scale,
  height * view.scale,
];

const grown = ([x, y, width, height]: Rect, by: number): Rect => [x - by, y - by, width + 2 * by, height + 2 * by];
