/** Region growing: from one pixel to all that are connected to it and look like the region so far. Pure. */
import type { Bitmap } from "../geometry/rle";

/** Pixels row by row, four bytes each, as a canvas gives them. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Holes up to this share of the region are noise of the photograph. */
const NOISE = 0.02;
/** Neighbours may differ by this share of the tolerance: an edge stops the region even where colours come near again. */
const STEP = 0.6;

/**
 * The region around (x, y). A pixel joins when it is within `tolerance` (0 to 255, the largest difference of a
 * channel) of the region's mean colour and within STEP of that of the neighbour it is reached from.
 */
export function grow({ width, height, data }: Pixels, x: number, y: number, tolerance: number): Bitmap {
  const inside = new Uint8Array(width * height);
  const region: Bitmap = { width, height, data: inside };
  if (x < 0 || y < 0 || x >= width || y >= height) return region;
  const step = Math.max(tolerance * STEP, 2);
  const sum = [0, 0, 0];
  let count = 0;
  // First in, first out: the mean settles around the start before the region reaches far.
  const line = new Int32Array(width * height);
  let [first, last] = [0, 0];
  const join = (px: number, py: number): void => {
    inside[px * height + py] = 1;
    line[last++] = py * width + px;
    const at = (py * width + px) * 4;
    for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (data[at + c] ?? 0);
    count++;
  };
  const fits = (at: number, from: number): boolean => {
    for (let c = 0; c < 3; c++) {
      const value = data[at + c] ?? 0;
      if (Math.abs(value - (sum[c] ?? 0) / count) > tolerance) return false;
      if (Math.abs(value - (data[from + c] ?? 0)) > step) return false;
    }
    return true;
  };
  join(x, y);
  while (first < last) {
    const place = line[first++] ?? 0;
    const [px, py] = [place % width, Math.floor(place / width)];
    for (const [nx, ny] of [[px - 1, py], [px + 1, py], [px, py - 1], [px, py + 1]] as const) {
      if (nx < 0 || ny < 0 || nx >= width || ny >= height || inside[nx * height + ny] === 1) continue;
      if (fits((ny * width + nx) * 4, place * 4)) join(nx, ny);
    }
  }
  fillNoise(region, count * NOISE);
  return region;
}

/** Fills enclosed places of up to so many pixels. */
function fillNoise({ width, height, data }: Bitmap, most: number): void {
  const seen = new Uint8Array(data);
  const open: number[] = [];
  for (let start = 0; start < data.length; start++) {
    if (seen[start] === 1) continue;
    const found: number[] = [];
    let enclosed = true;
    seen[start] = 1;
    open.push(start);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (found.length <= most) found.push(at);
      const [px, py] = [Math.floor(at / height), at % height];
      if (px === 0 || py === 0 || px === width - 1 || py === height - 1) enclosed = false;
      for (const next of [py > 0 ? at - 1 : -1, py < height - 1 ? at + 1 : -1, at - height, at + height]) {
        if (next < 0 || next >= data.length || seen[next] === 1) continue;
        seen[next] = 1;
        open.push(next);
      }
    }
    if (enclosed && found.length <= most) for (const at of found) data[at] = 1;
  }
}
