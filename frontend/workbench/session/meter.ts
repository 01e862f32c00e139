/** What the line carries, as the browser itself counts it: bytes an image, and how fast they come. */
import { signal } from "@preact/signals";

export interface Reading {
  /** Bytes of pictures and exchanges since the page was opened. */
  readonly bytes: number;
  /** Pictures of tasks among them, previews and tiles not counted. */
  readonly images: number;
  /** Kilobits a second of the last larger answers; null before the first. */
  readonly kbps: number | null;
}

/** An answer of fewer bytes says more about the round trip than about the line. */
const LARGE = 8_000;
const REMEMBERED = 8;
/** Slower than this, a closer look is given in coarser tiles. */
const SLOW_KBPS = 200;

/** The address of a task's picture names its rendition. */
const SCREEN = /^\/media\/[^/]*-screen-/;

type Timing = Pick<PerformanceResourceTiming, "name" | "transferSize" | "responseStart" | "responseEnd">;

export class Meter {
  readonly reading = signal<Reading>({ bytes: 0, images: 0, kbps: null });
  private readonly rates: number[] = [];

  watch(): void {
    const observer = new PerformanceObserver((list) => this.count(list.getEntries() as PerformanceResourceTiming[]));
    observer.observe({ type: "resource", buffered: true });
  }

  get isSlow(): boolean {
    const { kbps } = this.reading.peek();
    return kbps !== null && kbps < SLOW_KBPS;
  }

  count(timings: readonly Timing[]): void {
    let { bytes, images } = this.reading.peek();
    for (const { name, transferSize, responseStart, responseEnd } of timings) {
      const { pathname } = new URL(name);
      if (!/^\/(media|desk)\//.test(pathname) || transferSize === 0) continue;
      bytes += transferSize;
      if (SCREEN.test(pathname)) images++;
      if (transferSize >= LARGE && responseEnd > responseStart) this.rates.push((transferSize * 8) / (responseEnd - responseStart));
    }
    this.rates.splice(0, this.rates.length - REMEMBERED);
    const middle = [...this.rates].sort((a, b) => a - b)[this.rates.length >> 1];
    this.reading.value = { bytes, images, kbps: middle ?? null };
  }
}
