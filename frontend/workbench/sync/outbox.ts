/** What the person has done and the server does not know yet. Survives reload, crash and sign-out. */
import { signal } from "@preact/signals";
import { type DeskDb, ON_DISK, type Parcel, type Sent, stepsOf, type Stored, writeAll } from "./db";
import type { Saver } from "./saver";

interface Put {
  readonly parcel: Parcel;
  readonly task?: number | undefined;
  /** The answer as one may go back to it. */
  readonly sent?: Sent | undefined;
}

/** What is to be written of a parcel; when the server has it before the disk does, only that it has gone. */
interface Row extends Partial<Put> {
  n?: number | undefined;
  /** Its own write, tried once. */
  written?: Promise<unknown>;
}

export class Outbox {
  readonly parcels = signal<readonly Parcel[]>([]);
  /** Of the parcels that this page has put. */
  private readonly rows = new Map<Parcel, Row>();

  constructor(
    private readonly db: DeskDb,
    private readonly saver: Saver,
  ) {}

  load({ outbox }: Stored): void {
    this.parcels.value = outbox;
  }

  /** Answers and skips: what a person would miss. Releases are only a courtesy. */
  get unsent(): number {
    return this.parcels.value.filter((parcel) => parcel.kind !== "release").length;
  }

  /** Seats that are as good as given back. */
  get seats(): ReadonlySet<number> {
    return new Set(
      this.parcels.value.flatMap(({ body }) => ("assignment" in body ? [body.assignment] : [])),
    );
  }

  /**
   * Puts a parcel and, for an answer or skip, drops the seat and draft it came from, all or nothing.
   * The parcel counts at once; the promise says when it is on disk.
   */
  put(parcel: Parcel, task?: number, sent?: Sent): Promise<boolean> {
    return this.putAll([{ parcel, task, sent }]);
  }

  /** The same for several, all or nothing. */
  async putAll(several: readonly Put[]): Promise<boolean> {
    const rows = several.map(({ parcel, task, sent }) => {
      const mine: Parcel = { ...parcel };
      const row: Row = { parcel: mine, task, sent };
      this.rows.set(mine, row);
      if (task !== undefined) this.saver.drop(task);
      return { row, task, seat: "assignment" in mine.body ? mine.body.assignment : undefined };
    });
    this.parcels.value = [...this.parcels.value, ...rows.map(({ row }) => row.parcel!)];
    const written = this.saver.run(() =>
      writeAll(this.db, ["outbox", "held", "drafts", "steps", "answered"], (writes) => {
        for (const { row, task, seat } of rows) {
          // A write that was undone has given its number back.
          row.n = undefined;
          if (row.parcel) void writes.objectStore("outbox").add(row.parcel).then((n) => (row.n = n), () => {});
          if (seat !== undefined) void writes.objectStore("held").delete(seat);
          if (task === undefined) continue;
          void writes.objectStore("drafts").delete(task);
          void writes.objectStore("steps").delete(stepsOf(task));
          if (row.sent) void writes.objectStore("answered").put(row.sent);
          else void writes.objectStore("answered").delete(task);
        }
      }, ON_DISK),
    );
    for (const { row } of rows) row.written = written;
    return written;
  }

  /**
   * Takes out what the server has confirmed. While the disk takes nothing, such a parcel needs no row any more, and its
   * answer can be had from the server: so rows to delete are all that is owed, and memory holds no old answers.
   */
  async remove(done: ReadonlySet<Parcel>): Promise<boolean> {
    this.parcels.value = this.parcels.value.filter((parcel) => !done.has(parcel));
    const rows = [...done].map((parcel): Row => {
      const row = this.rows.get(parcel) ?? { n: parcel.n };
      this.rows.delete(parcel);
      return Object.assign(row, this.saver.failed.peek() && { parcel: undefined, sent: undefined });
    });
    // Only then has it a number to be deleted by.
    await Promise.all(rows.map(({ written }) => written));
    return this.saver.run(() =>
      writeAll(this.db, ["outbox"], (writes) => {
        for (const { n } of rows) if (n !== undefined) void writes.objectStore("outbox").delete(n);
      }),
    );
  }
}
