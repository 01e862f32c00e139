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
/** More than are held and gone back to. */
const PICTURES = 200;
/** Slower than this, tasks come with light pictures, and a closer look is given in coarser tiles. */
const SLOW_KBPS = 200;

/** The address of a task's picture names its rendition. */
const SCREEN = /^\/media\/[^/]*-screen-/;

type Timing = Pick<PerformanceResourceTiming, "name" | "transferSize" | "responseStart" | "responseEnd">;

/** Kilobits a second. Pictures that come at once share the line: what counts is the time in which any of them came. */
function rateOf(timings: readonly Timing[]): number | null {
  let [bits, busy, until] = [0, 0, -Infinity];
  for (const { transferSize, responseStart, responseEnd } of [...timings].sort((a, b) => a.responseStart - b.responseStart)) {
    bits += transferSize * 8;
    busy += Math.max(0, responseEnd - Math.max(responseStart, until));
    until = Math.max(until, responseEnd);
  }
  return busy > 0 ? bits / busy : null;
}

export class Meter {
  readonly reading = signal<Reading>({ bytes: 0, images: 0, kbps: null });
  private readonly large: Timing[] = [];
  private readonly pictures = new Map<string, number>();

  watch(): void {
    const observer = new PerformanceObserver((list) => this.count(list.getEntries() as PerformanceResourceTiming[]));
    observer.observe({ type: "resource", buffered: true });
  }

  get isSlow(): boolean {
    const { kbps } = this.reading.peek();
    return kbps !== null && kbps < SLOW_KBPS;
  }

  /** Bytes that a task's picture took; undefined where none came over the line by its address. */
  bytesOf(url: string): number | undefined {
    return this.pictures.get(url);
  }

  count(timings: readonly Timing[]): void {
    let { bytes, images } = this.reading.peek();
    for (const timing of timings) {
      const { name, transferSize } = timing;
      const { pathname } = new URL(name);
      if (!/^\/(media|desk)\//.test(pathname) || transferSize === 0) continue;
      bytes += transferSize;
      if (SCREEN.test(pathname)) {
        // A light copy and the whole one are one image.
        if (!this.pictures.has(pathname)) images++;
        this.pictures.set(pathname, transferSize + (this.pictures.get(pathname) ?? 0));
      }
      if (transferSize >= LARGE) this.large.push(timing);
    }
    for (const oldest of [...this.pictures.keys()].slice(0, -PICTURES)) this.pictures.delete(oldest);
    this.large.splice(0, this.large.length - REMEMBERED);
    this.reading.value = { bytes, images, kbps: rateOf(this.large) };
  }
}
