/** Short messages to the person; the worst ones stay until they are closed. */
import { effect, signal } from "@preact/signals";

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

  /**
   * Saying the same again moves it to the end instead of piling up.
   * @param isOver reads signals; once true, what is said does not hold any more and is taken away.
   */
  say(tone: Notice["tone"], text: string, isOver: () => boolean = () => false): void {
    const id = this.next++;
    const others = this.list.peek().filter((notice) => notice.text !== text);
    this.list.value = [...others, { id, tone, text }].slice(-MOST);
    const stop = effect(() => {
      const isThere = this.list.value.some((notice) => notice.id === id);
      if (!isThere) queueMicrotask(() => stop());
      else if (isOver()) this.close(id);
    });
    if (tone !== "bad") setTimeout(() => this.close(id), SHOWN_MS);
  }

  close(id: number): void {
    this.list.value = this.list.peek().filter((notice) => notice.id !== id);
  }

  clear(): void {
    this.list.value = [];
  }
}
