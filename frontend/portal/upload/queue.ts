// The upload itself: portions of a few files, some at a time, each tried again until the server has
// answered for every file. Sending a file twice is harmless, so whatever is in doubt is sent again.
import { computed, signal } from "@preact/signals";
import type { Found } from "./collect";

export interface Receipt { readonly name: string; readonly status: "received" | "already" | "conflict" | "refused"; readonly detail: string }
/** How one request ended: an answer of the server, or none at all (status 0). */
export interface Answer { readonly status: number; readonly body: unknown }
export interface Attempt { readonly done: Promise<Answer>; abort(): void }
export type Send = (files: readonly Found[], archive: boolean, progress: (bytes: number) => void) => Attempt;
export type Wait = (ms: number) => Promise<void>;
export interface Trouble { readonly name: string; readonly refused: boolean; readonly words: string }
export type Stop = "" | "closed" | "signedOut";

interface Counts { received: number; already: number; refused: number; failed: number; bytes: number }
interface Portion { readonly files: readonly Found[]; readonly archive: boolean; readonly bytes: number }

const FILES = 8;
const BYTES = 16 * 2 ** 20;
const PARALLEL = 3;
const TRIES = 5;
const LONGEST_WAIT = 30_000;

export class Queue {
  readonly totals = signal({ files: 0, bytes: 0 });
  readonly counts = signal({ received: 0, already: 0, refused: 0, failed: 0, bytes: 0 });
  readonly troubles = signal<readonly Trouble[]>([]);
  readonly paused = signal(false);
  readonly offline = signal(false);
  readonly stopped = signal<Stop>("");
  readonly #flying = signal(0);
  readonly answered = computed(() => {
    const { received, already, refused, failed } = this.counts.value;
    return received + already + refused + failed;
  });
  readonly busy = computed(() => this.answered.value < this.totals.value.files && this.stopped.value === "");
  readonly sentBytes = computed(() => this.counts.value.bytes + this.#flying.value);

  readonly #waiting: Portion[] = [];
  readonly #inFlight = new Map<Portion, { attempt: Attempt; bytes: number }>();
  readonly #failed = new Map<string, { found: Found; archive: boolean }>();

  /** `said` puts the status of a request that failed for good into words. */
  constructor(private readonly send: Send, private readonly wait: Wait, private readonly said: (status: number) => string) {}

  add(found: readonly Found[], archive = false): void {
    const { files, bytes } = this.totals.value;
    this.totals.value = { files: files + found.length, bytes: bytes + weight(found) };
    this.stopped.value = "";
    this.#waiting.push(...portions(found, archive));
    this.#pump();
  }

  pause = (): void => {
    this.paused.value = true;
    for (const { attempt } of this.#inFlight.values()) attempt.abort();
  };

  goOn = (): void => {
    this.paused.value = false;
    this.#pump();
  };

  /** Sends once more what could not be sent; what the server refused stays refused. */
  retry = (): void => {
    const again = [...this.#failed.values()];
    this.#failed.clear();
    const bytes = this.counts.value.bytes - weight(again.map((one) => one.found));
    this.counts.value = { ...this.counts.value, failed: 0, bytes };
    this.troubles.value = this.troubles.value.filter((one) => one.refused);
    for (const archive of [false, true]) {
      this.#waiting.push(...portions(again.filter((one) => one.archive === archive).map((one) => one.found), archive));
    }
    this.#pump();
  };

  #pump(): void {
    while (!this.paused.value && !this.stopped.value && this.#inFlight.size < PARALLEL) {
      const portion = this.#waiting.shift();
      if (!portion) return;
      void this.#carry(portion);
    }
  }

  async #carry(portion: Portion): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { status, body } = await this.#attempt(portion);
      if (this.paused.value || this.stopped.value) return this.#giveBack(portion);
      if (status >= 200 && status < 300) return this.#finish(portion, status, body);
      if (status === 401 || status === 403) return this.#stop(portion, "signedOut");
      if (status === 409) return this.#stop(portion, "closed");
      const passing = status === 0 || status === 429 || status >= 500;
      if (!passing || (status !== 0 && tries >= TRIES)) return this.#fail(portion, this.said(status));
      this.offline.value = status === 0;
      await this.wait(Math.min(1000 * 2 ** tries, LONGEST_WAIT));
    }
  }

  #attempt(portion: Portion): Promise<Answer> {
    const entry = { bytes: 0, attempt: this.send(portion.files, portion.archive, (bytes) => { entry.bytes = bytes; this.#measure(); }) };
    this.#inFlight.set(portion, entry);
    this.#measure();
    return entry.attempt.done;
  }

  #stop(portion: Portion, why: Stop): void {
    this.stopped.value = why;
    this.#giveBack(portion);
  }

  /** Back to the head of the line, for when it goes on. */
  #giveBack(portion: Portion): void {
    this.#inFlight.delete(portion);
    this.#waiting.unshift(portion);
    this.#measure();
  }

  #finish(portion: Portion, status: number, body: unknown): void {
    this.offline.value = false;
    const receipts = portion.archive ? portion.files.map((one) => archiveReceipt(one.name, status)) : (body as { files: Receipt[] }).files;
    const next = { ...this.counts.value };
    const heard: Trouble[] = [];
    for (const receipt of receipts) {
      if (receipt.status === "received" || receipt.status === "already") next[receipt.status]++;
      else {
        next.refused++;
        heard.push({ name: receipt.name, refused: true, words: receipt.detail });
      }
    }
    this.#end(portion, next, heard);
  }

  #fail(portion: Portion, words: string): void {
    for (const found of portion.files) this.#failed.set(found.name, { found, archive: portion.archive });
    const heard = portion.files.map((found) => ({ name: found.name, refused: false, words }));
    this.#end(portion, { ...this.counts.value, failed: this.counts.value.failed + portion.files.length }, heard);
  }

  #end(portion: Portion, next: Counts, heard: readonly Trouble[]): void {
    this.#inFlight.delete(portion);
    this.counts.value = { ...next, bytes: next.bytes + portion.bytes };
    if (heard.length) this.troubles.value = [...this.troubles.value, ...heard];
    this.#measure();
    this.#pump();
  }

  #measure(): void {
    let sum = 0;
    for (const [portion, entry] of this.#inFlight) sum += Math.min(entry.bytes, portion.bytes);
    this.#flying.value = sum;
  }
}

/** 202 is a new archive, 200 one that was there. */
function archiveReceipt(name: string, status: number): Receipt {
  return { name, status: status === 200 ? "already" : "received", detail: "" };
}

function weight(found: readonly Found[]): number {
  return found.reduce((sum, one) => sum + one.file.size, 0);
}

/** A few files or a few megabytes a request: small enough to lose, large enough to be worth the trip. */
export function portions(found: readonly Found[], archive: boolean): Portion[] {
  const made: Portion[] = [];
  let files: Found[] = [];
  let bytes = 0;
  const close = () => { if (files.length) made.push({ files, archive, bytes }); files = []; bytes = 0; };
  for (const one of found) {
    if (files.length >= (archive ? 1 : FILES) || bytes + one.file.size > BYTES) close();
    files.push(one);
    bytes += one.file.size;
  }
  close();
  return made;
}
