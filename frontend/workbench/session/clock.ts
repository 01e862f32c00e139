/** Time spent at work on one task: a pause longer than the limit counts as the limit. */

const PAUSE_MS = 30_000;

export class ActiveClock {
  private last: number;

  constructor(
    private total: number,
    private readonly now: () => number,
  ) {
    this.last = now();
  }

  /** Call on each key and pointer press. */
  touch(): void {
    const now = this.now();
    this.total += Math.min(Math.max(now - this.last, 0), PAUSE_MS);
    this.last = now;
  }

  get ms(): number {
    return Math.round(this.total);
  }
}
