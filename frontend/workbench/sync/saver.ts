/** Runs every write to the browser's database, and says honestly whether it is done. */
import { signal } from "@preact/signals";

type Write = () => Promise<unknown>;

/** In place of a task: ids of tasks begin with 1. */
export const SETTINGS = 0;

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
   * write. `write` may run several times.
   *
   * The browser itself keeps the order of what is asked for: a write that waited here for the one before it would be lost
   * with a page that is closed meanwhile. Only once something was not kept does a newer one wait for it.
   */
  async run(write: Write, draft?: number): Promise<boolean> {
    // Also within an effect, which must not run again with each write.
    this.pending.value = this.pending.peek() + 1;
    this.due.set(write, draft);
    let waits = this.failed.peek();
    if (!waits) {
      const attempt = this.attempt(write);
      this.last = Promise.all([this.last, attempt]);
      await attempt;
      // This one went through, another one of the same moment did not.
      waits = this.failed.peek() && !this.due.has(write);
    }
    if (waits) await (this.last = this.last.then(() => this.upTo(write)));
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
      const isKept = await this.attempt(one);
      // Nothing newer goes ahead of it; but no answer waits for how the person wants things to be.
      if (!isKept && this.due.get(one) !== SETTINGS) return;
      if (one === write) break;
    }
    this.failed.value = this.due.size > 0;
  }

  /** False when it is owed from now on; one that was dropped meanwhile is not. */
  private async attempt(write: Write): Promise<boolean> {
    try {
      await write();
      this.due.delete(write);
      this.savedAt.value = this.now();
    } catch {
      if (this.due.has(write)) return !(this.failed.value = true);
    }
    return true;
  }
}
