/** Runs every write to the browser's database and says honestly whether it is done. */
import { signal } from "@preact/signals";

type Write = () => Promise<unknown>;

export class Saver {
  readonly pending = signal(0);
  /** Milliseconds since the epoch of the last finished write. */
  readonly savedAt = signal<number | null>(null);
  /** The browser could not keep something: disk full, storage forbidden. Until it could, later. */
  readonly failed = signal(false);
  /** What could not be kept, in its order: tried again with each further write. */
  private readonly owed = new Set<Write>();
  private retrying: Promise<void> | null = null;

  constructor(private readonly now: () => number = Date.now) {}

  /** Never throws: what could not be stored shows in the state line and stays in memory. `write` may run several times. */
  async run(write: Write): Promise<boolean> {
    this.pending.value++;
    if (this.owed.size > 0) await (this.retrying ??= this.retry());
    const kept = await this.attempt(write);
    this.pending.value--;
    return kept;
  }

  private async attempt(write: Write): Promise<boolean> {
    try {
      await write();
      this.owed.delete(write);
      this.savedAt.value = this.now();
    } catch {
      this.owed.add(write);
    }
    this.failed.value = this.owed.size > 0;
    return !this.owed.has(write);
  }

  private async retry(): Promise<void> {
    for (const write of this.owed) if (!(await this.attempt(write))) break;
    this.retrying = null;
  }
}
