/**
 * COCO's compressed run lengths. Pixels are counted down the columns; runs alternate, outside first.
 * A bitmap here is a Uint8Array in the same order, so that coding is one walk over it.
 */
import type { Mask } from "../contract";
import { runsIn } from "../model/bounds";

export interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Pixel (x, y) is at x * height + y; 1 is inside. */
  readonly data: Uint8Array;
}

export const emptyBitmap = (width: number, height: number): Bitmap => ({ width, height, data: new Uint8Array(width * height) });

/** Where the bitmap changes from one value to the other, by `indexOf`: the engine's own loop. */
export function runsOf({ data }: Bitmap): number[] {
  const runs: number[] = [];
  for (let at = 0, value = 0; at < data.length; value = 1 - value) {
    const found = data.indexOf(1 - value, at);
    const end = found < 0 ? data.length : found;
    runs.push(end - at);
    at = end;
  }
  return runs;
}

/** Five bits a character; from the fourth run on, the difference to the run two before. */
export function stringOf(runs: readonly number[]): string {
  const characters: string[] = [];
  runs.forEach((run, at) => {
    let value = at > 2 ? run - (runs[at - 2] ?? 0) : run;
    for (let more = true; more; ) {
      let bits = value & 31;
      value >>= 5;
      more = bits & 16 ? value !== -1 : value !== 0;
      if (more) bits |= 32;
      characters.push(String.fromCharCode(bits + 48));
    }
  });
  return characters.join("");
}

export const maskOf = (size: Mask["size"], runs: readonly number[]): Mask => ({ size, counts: stringOf(runs) });

export const encode = (bitmap: Bitmap): Mask => maskOf([bitmap.height, bitmap.width], runsOf(bitmap));

/** Pixels inside. */
export const pixelsIn = (mask: Mask): number =>
  runsIn(mask).reduce((sum, length, nth) => (nth % 2 === 1 ? sum + length : sum), 0);

/** Whether the pixel under a place of the image is inside, without unpacking the mask. */
export function maskContains(mask: Mask, x: number, y: number): boolean {
  const [height, width] = mask.size;
  if (x < 0 || y < 0 || x >= width || y >= height) return false;
  const place = Math.floor(x) * height + Math.floor(y);
  let end = 0;
  const nth = runsIn(mask).findIndex((length) => (end += length) > place);
  return nth % 2 === 1;
}

export interface ColumnRun {
  readonly x: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** The runs inside, cut at the feet of the columns. */
export function columnRuns(mask: Mask): ColumnRun[] {
  const [height] = mask.size;
  const found: ColumnRun[] = [];
  let at = 0;
  runsIn(mask).forEach((length, nth) => {
    const end = at + length;
    while (nth % 2 === 1 && at < end) {
      const x = Math.floor(at / height);
      const to = Math.min(end, (x + 1) * height);
      found.push({ x, from: at - x * height, to: to - x * height });
      at = to;
    }
    at = end;
  });
  return found;
}
