/** Runs every write to the browser's database and says honestly whether it is done. */
import { signal } from "@preact/signals";

export class Saver {
  readonly pending = signal(0);
  /** Milliseconds since the epoch of the last finished write. */
  readonly savedAt = signal<number | null>(null);
  /** Set when the browser could not keep a change: disk full, storage forbidden. */
  readonly failed = signal(false);

  constructor(private readonly now: () => number = Date.now) {}

  /** Never throws: what could not be stored shows in the state line and stays in memory. */
  async run(write: () => Promise<unknown>): Promise<boolean> {
    this.pending.value++;
    try {
      await write();
      this.savedAt.value = this.now();
      this.failed.value = false;
      return true;
    } catch {
      this.failed.value = true;
      return false;
    } finally {
      this.pending.value--;
    }
  }
}
