/**
 * A mask while it is painted on: of each column of pixels the stretches that are inside. A stroke changes the columns
 * that it meets and nothing else, so that its cost is its own size and not that of a picture of 12 megapixels.
 */
import type { Mask } from "../contract";
import { columnRuns, maskOf } from "./rle";

/** Rows where stretches begin and end in turn, from top to foot: [from, to, from, to, ...]; none touch. */
type Stretches = readonly number[];

const NONE: Stretches = [];

export class Columns {
  private readonly columns: Stretches[];

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.columns = new Array<Stretches>(width).fill(NONE);
  }

  static of(mask: Mask): Columns {
    const [height, width] = mask.size;
    const made = new Columns(width, height);
    const open = new Map<number, number[]>();
    for (const { x, from, to } of columnRuns(mask)) {
      const column = open.get(x);
      if (column) column.push(from, to);
      else open.set(x, [from, to]);
    }
    for (const [x, stretches] of open) made.columns[x] = stretches;
    return made;
  }

  at(x: number): Stretches {
    return this.columns[x] ?? NONE;
  }

  has(x: number, y: number): boolean {
    return this.at(x).findLastIndex((edge) => edge <= y) % 2 === 0;
  }

  /** Puts rows `from` to `to`, the last exclusive, of a column in or out. What lies beyond the picture is left out. */
  fill(x: number, from: number, to: number, value: 0 | 1): void {
    const [top, foot] = [Math.max(from, 0), Math.min(to, this.height)];
    if (x < 0 || x >= this.width || top >= foot) return;
    const now = this.at(x);
    const before = now.filter((edge) => edge < top);
    const after = now.filter((edge) => edge > foot);
    // An odd number of edges before a place means that it is inside; there is an edge where that changes.
    const first = before.length % 2 === value ? [] : [top];
    const last = after.length % 2 === value ? [] : [foot];
    this.columns[x] = [...before, ...first, ...last, ...after];
  }

  /** The same as COCO's runs: they go on from the foot of a column to the head of the next. */
  toMask(): Mask {
    const { width, height } = this;
    const edges: number[] = [];
    this.columns.forEach((column, x) => {
      for (const row of column) {
        const place = x * height + row;
        if (edges.at(-1) === place && edges.length % 2 === 0) edges.pop();
        else edges.push(place);
      }
    });
    const ends = edges.at(-1) === width * height ? edges : [...edges, width * height];
    return maskOf([height, width], ends.map((end, nth) => end - (ends[nth - 1] ?? 0)));
  }
}
