/** What the person has done and the server does not know yet. Survives reload, crash and sign-out. */
import { signal } from "@preact/signals";
import { type DeskDb, ON_DISK, type Parcel, type Sent, stepsOf, type Stored, writeAll } from "./db";
import type { Saver } from "./saver";

export class Outbox {
  readonly parcels = signal<readonly Parcel[]>([]);

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
   * `sent` is the answer as one may go back to it. The parcel counts at once; the promise says when it is on disk.
   */
  put(parcel: Parcel, task?: number, sent?: Sent): Promise<boolean> {
    return this.putAll([{ parcel, task, sent }]);
  }

  /** The same for several, all or nothing. */
  async putAll(several: readonly { parcel: Parcel; task?: number | undefined; sent?: Sent | undefined }[]): Promise<boolean> {
    const waiting = several.map(({ parcel }): Parcel => ({ ...parcel }));
    this.parcels.value = [...this.parcels.value, ...waiting];
    return this.saver.run(() =>
      writeAll(this.db, ["outbox", "held", "drafts", "steps", "answered"], (writes) => {
        several.forEach(({ parcel, task, sent }, nth) => {
          void writes.objectStore("outbox").add(parcel).then((n) => Object.assign(waiting[nth]!, { n }));
          if ("assignment" in parcel.body) void writes.objectStore("held").delete(parcel.body.assignment);
          if (sent) void writes.objectStore("answered").put(sent);
          if (task === undefined) return;
          void writes.objectStore("drafts").delete(task);
          void writes.objectStore("steps").delete(stepsOf(task));
        });
      }, ON_DISK),
    );
  }

  /** Takes out what the server has confirmed. */
  remove(done: ReadonlySet<Parcel>): Promise<boolean> {
    this.parcels.value = this.parcels.value.filter((parcel) => !done.has(parcel));
    return this.saver.run(() =>
      writeAll(this.db, ["outbox"], (writes) => {
        for (const { n } of done) if (n !== undefined) void writes.objectStore("outbox").delete(n);
      }),
    );
  }
}
