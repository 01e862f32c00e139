/** Live wire: the cheapest way from a place to another along the edges of a picture. Pure. */
import type { Edges } from "./edges";

/** So many pixels each way around the seed are searched: what a hand draws between two clicks, and bounded time. */
const WINDOW = 320;
/** Weights of zero crossing, direction and magnitude (Mortensen and Barrett, 1995, equation 1). */
const [OF_CROSSING, OF_DIRECTION, OF_MAGNITUDE] = [0.43, 0.43, 0.14];
/** A step's cost is a whole number from 1 to this, so that places wait in as many buckets and none is ever sorted. */
const DEAREST = 255;
const STEPS = [[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]] as const;
const UNKNOWN = 255;

/** Ways from one seed. What was searched for one target is kept for the next. */
export class Wire {
  private readonly left: number;
  private readonly top: number;
  private readonly width: number;
  private readonly height: number;
  private readonly cost: Int32Array;
  /** By which of STEPS each place was reached. */
  private readonly by: Uint8Array;
  private readonly done: Uint8Array;
  private readonly buckets: number[][] = Array.from({ length: DEAREST + 1 }, () => []);
  private waiting = 1;
  private reached = 0;

  /** @param x @param y whole pixels within the picture. */
  constructor(private readonly edges: Edges, readonly x: number, readonly y: number) {
    this.left = Math.max(0, x - WINDOW);
    this.top = Math.max(0, y - WINDOW);
    this.width = Math.min(edges.width, x + WINDOW + 1) - this.left;
    this.height = Math.min(edges.height, y + WINDOW + 1) - this.top;
    const size = this.width * this.height;
    this.cost = new Int32Array(size).fill(2 ** 30);
    this.by = new Uint8Array(size).fill(UNKNOWN);
    this.done = new Uint8Array(size);
    const seed = this.placeOf(x, y);
    this.cost[seed] = 0;
    this.buckets[0]!.push(seed);
  }

  /** Pixels from the seed to the target, both with; null: the target is out of the window. */
  wayTo(x: number, y: number): readonly number[] | null {
    const target = this.placeOf(x, y);
    if (target < 0) return null;
    while (this.done[target] === 0 && this.waiting > 0) this.expand();
    const way: number[] = [];
    for (let [px, py] = [x, y]; ; ) {
      way.push(py, px);
      const step = STEPS[this.by[this.placeOf(px, py)] ?? UNKNOWN];
      if (!step) break;
      [px, py] = [px - step[0], py - step[1]];
    }
    return way.reverse();
  }

  private placeOf(x: number, y: number): number {
    const [px, py] = [x - this.left, y - this.top];
    return px < 0 || py < 0 || px >= this.width || py >= this.height ? -1 : py * this.width + px;
  }

  /** Dijkstra (1959) with Dial's buckets (1969): settles the cheapest places that wait. */
  private expand(): void {
    const bucket = this.buckets[this.reached % (DEAREST + 1)]!;
    const place = bucket.pop();
    if (place === undefined) return void this.reached++;
    this.waiting--;
    if (this.done[place] === 1) return;
    this.done[place] = 1;
    const [x, y] = [this.left + (place % this.width), this.top + Math.floor(place / this.width)];
    STEPS.forEach(([dx, dy], nth) => {
      const next = this.placeOf(x + dx, y + dy);
      if (next < 0 || this.done[next] === 1) return;
      const cost = this.reached + this.stepCost(y * this.edges.width + x, dx, dy);
      if (cost >= (this.cost[next] ?? 0)) return;
      this.cost[next] = cost;
      this.by[next] = nth;
      this.buckets[cost % (DEAREST + 1)]!.push(next);
      this.waiting++;
    });
  }

  /** Equations 1 to 5 of the paper; a diagonal is as much dearer as it is longer. */
  private stepCost(from: number, dx: number, dy: number): number {
    const { width, strength, along, crossing } = this.edges;
    const to = from + dy * width + dx;
    const length = dx !== 0 && dy !== 0 ? Math.SQRT2 : 1;
    const ux = (along[2 * from] ?? 0) * dx + (along[2 * from + 1] ?? 0) * dy;
    const turn = (ux < 0 ? -1 : 1) / length;
    const [here, there] = [ux * turn, ((along[2 * to] ?? 0) * dx + (along[2 * to + 1] ?? 0) * dy) * turn];
    const direction = (2 / (3 * Math.PI)) * (Math.acos(Math.min(here, 1)) + Math.acos(Math.max(-1, Math.min(there, 1))));
    const magnitude = 1 - (strength[to] ?? 0) / 255;
    const local = OF_CROSSING * (1 - (crossing[to] ?? 0)) + OF_DIRECTION * direction + OF_MAGNITUDE * magnitude;
    return Math.max(1, Math.round((local * length * DEAREST) / (1.01 * Math.SQRT2)));
  }
}
