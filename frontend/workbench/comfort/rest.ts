/** When a rest is due: so long at work without one. A pause of five minutes is a rest. */

const REST_MS = 5 * 60_000;
export const USUAL_MINUTES = 50;

export class WorkSpell {
  private began: number;
  private last: number;

  constructor(now: number) {
    this.began = this.last = now;
  }

  /** A key or a press at this time. Milliseconds since the last rest. */
  touch(now: number): number {
    if (now - this.last >= REST_MS) this.began = now;
    this.last = now;
    return now - this.began;
  }

  /** Told once; then another spell begins. */
  isDue(now: number, minutes: number): boolean {
    const worked = this.touch(now);
    if (minutes === 0 || worked < minutes * 60_000) return false;
    this.began = now;
    return true;
  }
}
