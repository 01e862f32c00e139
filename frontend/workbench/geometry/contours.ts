/** The outline of a mask: closed rings along the pixels' edges, outer ones clockwise on the screen, holes the other way. */
import type { FlatPoints, Mask } from "../contract";
import { type ColumnRun, columnRuns } from "./rle";

const traced = new WeakMap<Mask, readonly FlatPoints[]>();

export function contoursOf(mask: Mask): readonly FlatPoints[] {
  let rings = traced.get(mask);
  if (!rings) traced.set(mask, (rings = trace(mask)));
  return rings;
}

/** Directed edges, the inside on their right; each lattice point has at most two going out. */
class Edges {
  private readonly out = new Map<number, number>();
  /** The second edge that leaves a point; few have one, and a list for each would cost most of the time. */
  private readonly more = new Map<number, number>();

  constructor(private readonly rows: number) {}

  add(x: number, y: number, toX: number, toY: number): void {
    const from = x * this.rows + y;
    (this.out.has(from) ? this.more : this.out).set(from, toX * this.rows + toY);
  }

  /** Follows edges until they close; where two rings touch at a corner they stay apart. */
  rings(): FlatPoints[] {
    const rings: FlatPoints[] = [];
    for (const start of this.out.keys()) {
      while (this.out.has(start)) rings.push(this.follow(start));
    }
    return rings;
  }

  private follow(start: number): FlatPoints {
    const ring: number[] = [];
    let [before, at] = [-1, start];
    do {
      const next = this.take(before, at);
      if (before < 0 || !this.isStraight(before, at, next)) ring.push(...this.point(at));
      [before, at] = [at, next];
    } while (at !== start);
    const [first, second] = [start, (ring[2] ?? 0) * this.rows + (ring[3] ?? 0)];
    return this.isStraight(before, first, second) ? ring.slice(2) : ring;
  }

  private point(at: number): [number, number] {
    return [Math.floor(at / this.rows), at % this.rows];
  }

  private isStraight(before: number, at: number, next: number): boolean {
    const [one, two] = [Math.abs(at - before), Math.abs(next - at)];
    // Along a column places differ by less than a column; along a row by whole columns.
    return one < this.rows === two < this.rows;
  }

  /** At a corner where two rings touch: the right turn, which stays on the pixel it goes round. */
  private take(before: number, at: number): number {
    const one = this.out.get(at) ?? at;
    const other = this.more.get(at);
    if (other === undefined) {
      this.out.delete(at);
      return one;
    }
    this.more.delete(at);
    if (before >= 0 && this.turnsRight(before, at, other)) return other;
    this.out.set(at, other);
    return one;
  }

  private turnsRight(before: number, at: number, next: number): boolean {
    const [[ax, ay], [bx, by], [cx, cy]] = [this.point(before), this.point(at), this.point(next)];
    return (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0;
  }
}

function trace(mask: Mask): FlatPoints[] {
  const [height] = mask.size;
  const edges = new Edges(height + 1);
  const columns = new Map<number, ColumnRun[]>();
  for (const run of columnRuns(mask)) {
    const column = columns.get(run.x);
    if (column) column.push(run);
    else columns.set(run.x, [run]);
    edges.add(run.x, run.from, run.x + 1, run.from);
    edges.add(run.x + 1, run.to, run.x, run.to);
  }
  for (const x of [...columns.keys()].flatMap((one) => (columns.has(one + 1) ? [one] : [one, one + 1]))) {
    sides(edges, x, columns.get(x - 1) ?? [], columns.get(x) ?? []);
  }
  return edges.rings();
}

/** Upright edges between two columns, where one is inside and the other is not, from change to change. */
function sides(edges: Edges, x: number, left: readonly ColumnRun[], right: readonly ColumnRun[]): void {
  const rows = new Set<number>();
  for (const { from, to } of [...left, ...right]) rows.add(from).add(to);
  const sorted = [...rows].sort((a, b) => a - b);
  let [l, r] = [0, 0];
  for (let at = 0; at + 1 < sorted.length; at++) {
    const [from = 0, to = 0] = [sorted[at], sorted[at + 1]];
    while (l < left.length && (left[l]?.to ?? 0) <= from) l++;
    while (r < right.length && (right[r]?.to ?? 0) <= from) r++;
    const inLeft = l < left.length && (left[l]?.from ?? 0) <= from;
    const inRight = r < right.length && (right[r]?.from ?? 0) <= from;
    if (inRight && !inLeft) edges.add(x, to, x, from);
    else if (inLeft && !inRight) edges.add(x, from, x, to);
  }
}
