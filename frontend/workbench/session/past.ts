/** The last answers that were sent, for going back to; newest first. Kept in the browser's database. */
import { signal } from "@preact/signals";
import type { IDBPObjectStore } from "idb";
import type { Answered } from "../contract";
import { type DeskDb, type DeskSchema, type Sent, type Stored, writeAll } from "../sync/db";
import type { Saver } from "../sync/saver";

export const KEPT = 20;

type Answers = IDBPObjectStore<DeskSchema, "answered"[], "answered", "readwrite">;

export class Past {
  readonly list = signal<readonly Sent[]>([]);

  constructor(
    private readonly db: DeskDb,
    private readonly saver: Saver,
  ) {}

  load({ answered }: Stored): void {
    this.list.value = [...answered].sort((a, b) => b.n - a.n);
  }

  /** Puts an answer in front, or a correction in the place of what it corrects; to be stored with its parcel. */
  put(answered: Answered): Sent {
    const before = this.list.peek();
    const known = before.find(({ task }) => task === answered.task);
    const sent = { ...answered, n: known?.n ?? (before[0]?.n ?? 0) + 1 };
    const all = known ? before.map((one) => (one === known ? sent : one)) : [sent, ...before];
    this.list.value = all.slice(0, KEPT);
    this.forget(all.slice(KEPT).map(({ task }) => task));
    return sent;
  }

  /** What can no longer be corrected. */
  drop(task: number): void {
    this.list.value = this.list.peek().filter((one) => one.task !== task);
    this.forget([task]);
  }

  /** What the server knows: fresh image addresses, and answers given on another computer. */
  fill(answers: readonly Answered[]): void {
    const fresh = new Map(answers.map((one) => [one.task, one]));
    const mine = this.list.peek().map((one) => ({ ...one, image: fresh.get(one.task)?.image ?? one.image }));
    const known = new Set(mine.map(({ task }) => task));
    const oldest = mine.at(-1)?.n ?? 0;
    const others = answers.filter(({ task }) => !known.has(task)).map((one, at) => ({ ...one, n: oldest - 1 - at }));
    this.list.value = [...mine, ...others].slice(0, KEPT);
    const rows = this.list.peek();
    this.write((answered) => rows.forEach((row) => void answered.put(row)));
  }

  /** The answer before the one to this task; of none: the newest. */
  before(task: number | null): Sent | null {
    const at = task === null ? -1 : this.list.peek().findIndex((one) => one.task === task);
    return this.list.peek()[at + 1] ?? null;
  }

  private forget(tasks: readonly number[]): void {
    if (tasks.length > 0) this.write((answered) => tasks.forEach((task) => void answered.delete(task)));
  }

  private write(ask: (answered: Answers) => void): void {
    void this.saver.run(() => writeAll(this.db, ["answered"], (writes) => ask(writes.objectStore("answered"))));
  }
}
