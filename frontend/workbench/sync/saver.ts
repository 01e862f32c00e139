/** Runs every write to the browser's database, in the order they were asked for, and says honestly whether it is done. */
import { signal } from "@preact/signals";

type Write = () => Promise<unknown>;

export class Saver {
  readonly pending = signal(0);
  /** Milliseconds since the epoch of the last finished write. */
  readonly savedAt = signal<number | null>(null);
  /** The browser could not keep something: disk full, storage forbidden. Until it could, later. */
  readonly failed = signal(false);
  /** What was asked for and is not kept, in its order, with the task whose draft it writes, if it does no more. */
  private readonly due = new Map<Write, number | undefined>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * Never throws: what could not be stored shows in the state line, stays in memory and is tried again with each further
   * write, before it. `write` may run several times.
   */
  async run(write: Write, draft?: number): Promise<boolean> {
    this.pending.value++;
    this.due.set(write, draft);
    await (this.last = this.last.then(() => this.upTo(write)));
    this.pending.value--;
    return !this.due.has(write);
  }

  /**
   * What is not yet kept of a task's draft need not be: the write that is asked for next puts something in its place.
   * So a step that the disk will not take does not stand in the way of the answer, and is not held for ever.
   */
  drop(task: number): void {
    for (const [write, draft] of this.due) if (draft === task) this.due.delete(write);
  }

  private async upTo(write: Write): Promise<void> {
    for (const one of this.due.keys()) {
      try {
        await one();
        this.due.delete(one);
        this.savedAt.value = this.now();
      } catch {
        // Nothing newer goes ahead of it, unless it was dropped meanwhile.
        if ((this.failed.value = this.due.has(one))) return;
      }
      if (one === write) break;
    }
    this.failed.value = false;
  }
}
