/** Where the image lies on the screen. Screen = image × scale + offset, in CSS pixels. */
import { signal } from "@preact/signals";
import type { Point, Size } from "../model/geometry";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const MARGIN = 8;
const CLOSEST = 40;
/** At least this much of the image stays in view, so that nobody loses it. */
const KEEP = 48;

export const toImage = (view: View, screen: Point): Point => ({
  x: (screen.x - view.x) / view.scale,
  y: (screen.y - view.y) / view.scale,
});

export const toScreen = (view: View, point: Point): Point => ({
  x: point.x * view.scale + view.x,
  y: point.y * view.scale + view.y,
});

/** The CSS transform (origin 0 0) of what lies in image pixels. Browsers read this form faster than any other: it is set at each frame. */
export const transformTo = ({ x, y, scale }: View): string => `matrix3d(${scale},0,0,0,0,${scale},0,0,0,0,1,0,${x},${y},0,1)`;

export function fitView(image: Size, screen: Size): View {
  const room = { width: screen.width - 2 * MARGIN, height: screen.height - 2 * MARGIN };
  const scale = Math.max(Math.min(room.width / image.width, room.height / image.height), 1e-3);
  return {
    scale,
    x: (screen.width - image.width * scale) / 2,
    y: (screen.height - image.height * scale) / 2,
  };
}

/** Zooms so that the image point under `at` stays under it. */
export function zoomView(view: View, at: Point, factor: number, closest: number, farthest: number): View {
  const scale = Math.min(Math.max(view.scale * factor, farthest), closest);
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

export function holdView(view: View, image: Size, screen: Size): View {
  const hold = (offset: number, length: number, room: number): number =>
    Math.min(Math.max(offset, KEEP - length * view.scale), room - KEEP);
  return {
    scale: view.scale,
    x: hold(view.x, image.width, screen.width),
    y: hold(view.y, image.height, screen.height),
  };
}

/** The view as state: follows the window until the person zooms or pans. */
export class Camera {
  readonly view = signal<View>({ x: 0, y: 0, scale: 1 });
  readonly screen = signal<Size>({ width: 1, height: 1 });
  private image: Size = { width: 1, height: 1 };
  private fitted = true;

  show(image: Size): void {
    this.image = image;
    this.fit();
  }

  resize(screen: Size): void {
    this.screen.value = screen;
    if (this.fitted) this.fit();
    else this.set(this.view.peek());
  }

  fit(): void {
    this.fitted = true;
    this.view.value = fitView(this.image, this.screen.peek());
  }

  pan(dx: number, dy: number): void {
    const { x, y, scale } = this.view.peek();
    this.set({ x: x + dx, y: y + dy, scale });
  }

  /** Zooms at a screen point, or at the middle. */
  zoom(factor: number, at?: Point): void {
    const screen = this.screen.peek();
    const farthest = fitView(this.image, screen).scale / 2;
    const centre = at ?? { x: screen.width / 2, y: screen.height / 2 };
    this.set(zoomView(this.view.peek(), centre, factor, CLOSEST, farthest));
  }

  /** Shows a rectangle of the image, with as much around it as it needs to be understood. */
  zoomTo({ x, y, width, height }: Point & Size): void {
    const screen = this.screen.peek();
    const room = { width: Math.max(width, 8) * 2, height: Math.max(height, 8) * 2 };
    const scale = Math.min(fitView(room, screen).scale, CLOSEST);
    const centre = { x: x + width / 2, y: y + height / 2 };
    this.set({ scale, x: screen.width / 2 - centre.x * scale, y: screen.height / 2 - centre.y * scale });
  }

  toImage(screen: Point): Point {
    return toImage(this.view.peek(), screen);
  }

  private set(view: View): void {
    this.fitted = false;
    this.view.value = holdView(view, this.image, this.screen.peek());
  }
}
