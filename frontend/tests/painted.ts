/** Pictures that tests paint by a rule, so that what is right in them is known to the pixel. */
import type { Pixels } from "../workbench/assist/grow";

export type Color = readonly [number, number, number];

export const RED: Color = [200, 30, 30];
export const GREY: Color = [90, 90, 90];

export function paint(width: number, height: number, color: (x: number, y: number) => Color): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set([...color(x, y), 255], (y * width + x) * 4);
  return { width, height, data };
}
