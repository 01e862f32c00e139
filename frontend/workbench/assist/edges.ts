/** How like an edge each pixel of a picture is, and which way the edge runs there. Pure. */
import type { Pixels } from "./grow";

export interface Edges {
  readonly width: number;
  readonly height: number;
  /** Strength of the edge at each pixel, 0 to 255 of the strongest in the picture. */
  readonly strength: Uint8Array;
  /** Along the edge: a unit vector with its dark side always on the same hand; 0, 0 where there is none. */
  readonly along: Float32Array;
  /** 1 where the second derivative changes its sign: the middle of an edge. */
  readonly crossing: Uint8Array;
}

/** Few pixels of a picture are so strong that all others would look weak beside them. */
const STRONGEST_SHARE = 0.995;

/**
 * Mortensen and Barrett, "Intelligent scissors for image composition" (1995), sections 3.1 to 3.3: gradient magnitude,
 * gradient direction and Laplacian zero crossings, of the channel that changes most at each pixel.
 */
export function edgesOf({ width, height, data }: Pixels): Edges {
  const size = width * height;
  const [gx, gy, laplace, magnitude] = [new Float32Array(size), new Float32Array(size), new Float32Array(size), new Float32Array(size)];
  const channel = new Float32Array(size);
  for (let c = 0; c < 3; c++) {
    for (let at = 0; at < size; at++) channel[at] = data[at * 4 + c] ?? 0;
    takeStrongest(smooth(channel, width, height), width, height, { gx, gy, laplace, magnitude });
  }
  const top = quantile(magnitude, STRONGEST_SHARE) || 1;
  const strength = new Uint8Array(size);
  const along = new Float32Array(2 * size);
  for (let at = 0; at < size; at++) {
    const m = magnitude[at] ?? 0;
    strength[at] = Math.min(255, (255 * m) / top);
    if (m > 0) {
      along[2 * at] = (gy[at] ?? 0) / m;
      along[2 * at + 1] = -(gx[at] ?? 0) / m;
    }
  }
  return { width, height, strength, along, crossing: crossings(laplace, width, height) };
}

/** One pass of 1-2-1 each way: a camera's noise is no edge. */
function smooth(from: Float32Array, width: number, height: number): Float32Array {
  const across = new Float32Array(from.length);
  const both = new Float32Array(from.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      across[at] = ((from[x > 0 ? at - 1 : at] ?? 0) + 2 * (from[at] ?? 0) + (from[x < width - 1 ? at + 1 : at] ?? 0)) / 4;
    }
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      both[at] = ((across[y > 0 ? at - width : at] ?? 0) + 2 * (across[at] ?? 0) + (across[y < height - 1 ? at + width : at] ?? 0)) / 4;
    }
  }
  return both;
}

type Sums = Record<"gx" | "gy" | "laplace" | "magnitude", Float32Array>;

function takeStrongest(from: Float32Array, width: number, height: number, sums: Sums): void {
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const [left, right, up, down] = [from[at - 1] ?? 0, from[at + 1] ?? 0, from[at - width] ?? 0, from[at + width] ?? 0];
      const [dx, dy] = [right - left, down - up];
      const m = Math.hypot(dx, dy);
      if (m <= (sums.magnitude[at] ?? 0)) continue;
      sums.magnitude[at] = m;
      sums.gx[at] = dx;
      sums.gy[at] = dy;
      sums.laplace[at] = left + right + up + down - 4 * (from[at] ?? 0);
    }
  }
}

/** Of two neighbours between which the sign changes, the one closer to zero is the crossing. */
function crossings(laplace: Float32Array, width: number, height: number): Uint8Array {
  const found = new Uint8Array(laplace.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const here = laplace[at] ?? 0;
      for (const next of [at + 1, at + width]) {
        const there = laplace[next] ?? 0;
        if (here * there < 0) found[Math.abs(here) <= Math.abs(there) ? at : next] = 1;
      }
    }
  }
  return found;
}

const BINS = 1024;

function quantile(values: Float32Array, share: number): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  const bins = new Uint32Array(BINS);
  for (const value of values) bins[Math.min(BINS - 1, Math.floor((value / (most || 1)) * BINS))]!++;
  let left = values.length * (1 - share);
  for (let bin = BINS - 1; bin >= 0; bin--) {
    left -= bins[bin] ?? 0;
    if (left <= 0) return ((bin + 1) / BINS) * most;
  }
  return most;
}

/** The pixel with the strongest edge within so many pixels of a place; the place itself where there is none. */
export function strongestNear({ width, height, strength }: Edges, x: number, y: number, reach: number): readonly [x: number, y: number] {
  let [best, bx, by] = [0, x, y];
  for (let py = Math.max(0, y - reach); py <= Math.min(height - 1, y + reach); py++) {
    for (let px = Math.max(0, x - reach); px <= Math.min(width - 1, x + reach); px++) {
      const far = Math.hypot(px - x, py - y);
      if (far > reach) continue;
      // Of two that are about as strong, the closer one is meant.
      const worth = (strength[py * width + px] ?? 0) * (1 - 0.3 * (far / (reach + 1)));
      if (worth > best) [best, bx, by] = [worth, px, py];
    }
  }
  return best >= WEAK ? [bx, by] : [x, y];
}

/** Below this an edge is noise. */
const WEAK = 24;
