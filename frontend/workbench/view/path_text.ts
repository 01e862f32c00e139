/** Takes what is drawn on a canvas path and gives it as the `d` of an SVG path. */
import type { Pen } from "../geometry/kinds";

const FULL_TURN = 2 * Math.PI;

export class PathText implements Pen {
  text = "";

  moveTo(x: number, y: number): void {
    this.text += `M${x} ${y}`;
  }

  lineTo(x: number, y: number): void {
    this.text += `L${x} ${y}`;
  }

  closePath(): void {
    this.text += "Z";
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.text += `M${x} ${y}h${width}v${height}h${-width}Z`;
  }

  /** Whole ellipses only, as two arcs: SVG draws none that ends where it began. */
  ellipse(x: number, y: number, rx: number, ry: number, rotation: number, from: number, to: number): void {
    if (Math.abs(to - from) < FULL_TURN - 1e-6) throw new RangeError("An arc is not a shape.");
    const [dx, dy] = [rx * Math.cos(rotation), rx * Math.sin(rotation)];
    const arc = `A${rx} ${ry} ${(rotation * 180) / Math.PI} 1 1`;
    this.text += `M${x + dx} ${y + dy}${arc} ${x - dx} ${y - dy}${arc} ${x + dx} ${y + dy}Z`;
  }
}
