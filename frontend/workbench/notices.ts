/** Short messages to the person; the worst ones stay until they are closed. */
import { signal } from "@preact/signals";

export interface Notice {
  readonly id: number;
  readonly tone: "good" | "warn" | "bad" | "info";
  readonly text: string;
}

const SHOWN_MS = 6_000;
const MOST = 3;

export class Notices {
  readonly list = signal<readonly Notice[]>([]);
  private next = 1;

  /** Saying the same again moves it to the end instead of piling up. */
  say(tone: Notice["tone"], text: string): void {
    const id = this.next++;
    const others = this.list.peek().filter((notice) => notice.text !== text);
    this.list.value = [...others, { id, tone, text }].slice(-MOST);
    if (tone !== "bad") setTimeout(() => this.close(id), SHOWN_MS);
  }

  close(id: number): void {
    this.list.value = this.list.peek().filter((notice) => notice.id !== id);
  }

  clear(): void {
    this.list.value = [];
  }
}
