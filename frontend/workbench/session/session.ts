/** The seats this person holds, the task on the screen, and what leads from one to the next. */
import { batch, signal } from "@preact/signals";
import type { Held, Refusal, Schema, SkipReason, Submission, Today } from "../contract";
import { check, type Problem } from "../model/check";
import { Editor } from "../model/editor";
import type { DeskDb, Draft, Parcel } from "../sync/db";
import type { Journal } from "../sync/journal";
import type { Outbox } from "../sync/outbox";
import type { Saver } from "../sync/saver";
import { uuid } from "../sync/ids";
import { ActiveClock } from "./clock";
import type { Images } from "./images";

/** The task on the screen. */
export interface Work {
  readonly held: Held;
  readonly schema: Schema;
  readonly editor: Editor;
  readonly clock: ActiveClock;
  readonly refusal: Refusal | null;
  /** Some of the answer was there before it was opened. */
  readonly begun: boolean;
}

export interface Parts {
  db: DeskDb;
  saver: Saver;
  journal: Journal;
  outbox: Outbox;
  images: Images;
  now: () => number;
  /** Asks for an exchange with the server soon. */
  poke: () => void;
}

/** The shape that a refusal is about: "shapes[3].box" counts in the answer as it was sent. */
function faultyShape({ base, refusal }: Draft): string | null {
  const at = /^shapes\[(\d+)\]/.exec(refusal?.where ?? "")?.[1];
  return at === undefined ? null : (base.shapes[Number(at)]?.id ?? null);
}

export class Session {
  readonly held = signal<readonly Held[]>([]);
  readonly work = signal<Work | null>(null);
  readonly project = signal<number | null>(null);
  /** The person has pressed Start. */
  readonly started = signal(false);
  readonly today = signal<Today | null>(null);
  /** Seats that went back to the queue while somebody here was working on them. */
  readonly lost = signal<ReadonlySet<number>>(new Set());
  readonly schemas = new Map<number, Schema>();

  constructor(private readonly parts: Parts) {}

  /** Takes up what this browser still knows, before any request. */
  async load(): Promise<void> {
    const [held, schemas] = await Promise.all([
      this.parts.db.getAll("held"),
      this.parts.db.getAll("schemas"),
    ]);
    for (const { id, ...schema } of schemas) this.schemas.set(id, schema);
    const gone = this.parts.outbox.seats;
    this.held.value = held.filter(({ assignment }) => !gone.has(assignment));
    this.sortDraftsFirst();
    this.keepImages();
  }

  start(project: number): void {
    // Seats of another project that nobody has begun here would only be in the way.
    this.release((held) => held.project !== project);
    batch(() => {
      this.project.value = project;
      this.started.value = true;
      this.sortDraftsFirst();
      this.advance();
    });
    this.parts.poke();
  }

  /** Back to the start page; the task on the screen stays first in the buffer. */
  pause(): void {
    batch(() => {
      this.work.value = null;
      this.started.value = false;
    });
  }

  /** Sends the answer off and shows the next image; or says what is missing and does nothing. */
  submit(): Problem[] {
    const work = this.work.peek();
    if (!work) return [];
    work.editor.settle();
    const payload = work.editor.document.peek();
    const problems = check(work.schema.spec, payload);
    if (problems.length > 0) return problems;
    work.clock.touch();
    const { assignment, token, task } = work.held;
    const body: Submission = { id: uuid(), assignment, token, task, payload, active_ms: work.clock.ms };
    this.dispatch({ kind: "submission", body, held: work.held }, work.held);
    return [];
  }

  skip(reason: SkipReason, note: string): void {
    const held = this.work.peek()?.held;
    if (!held) return;
    const { assignment, token } = held;
    this.dispatch({ kind: "skip", body: { assignment, token, reason, note } }, held);
  }

  report(kind: string, note: string): void {
    const task = this.work.peek()?.held.task;
    if (task === undefined) return;
    void this.parts.outbox.put({ kind: "report", body: { task, kind, note } });
    this.parts.poke();
  }

  /** Gives back the seats nobody has begun to work on: all of them before leaving. */
  release(which: (held: Held) => boolean = () => true): void {
    for (const held of this.held.peek()) {
      if (!which(held) || this.parts.journal.has(held.task)) continue;
      const { assignment, token } = held;
      void this.parts.outbox.put({ kind: "release", body: { assignment, token } });
      this.held.value = this.held.peek().filter((other) => other !== held);
    }
  }

  /** New seats and schemas from the server. A seat already here only gets its fresh image address. */
  receive(tasks: readonly Held[], schemas: Readonly<Record<string, Schema>>): void {
    const gone = this.parts.outbox.seats;
    const known = new Set(this.held.peek().map(({ assignment }) => assignment));
    const fresh = tasks.filter(({ assignment }) => !gone.has(assignment));
    const byId = new Map(fresh.map((held) => [held.assignment, held]));
    for (const [id, schema] of Object.entries(schemas)) this.schemas.set(Number(id), schema);
    if (fresh.length === 0 && Object.keys(schemas).length === 0) return;
    this.held.value = [
      ...this.held.peek().map((held) => byId.get(held.assignment) ?? held),
      ...fresh.filter(({ assignment }) => !known.has(assignment)),
    ];
    void this.store(fresh, schemas);
    this.settleIn();
  }

  /** Seats that are not ours any more: untouched ones go, the one in work stays to be finished. */
  lose(assignments: readonly number[]): void {
    const gone = new Set(assignments);
    if (gone.size === 0) return;
    const current = this.work.peek()?.held.assignment;
    const keeps = ({ assignment, task }: Held): boolean =>
      !gone.has(assignment) || assignment === current || this.parts.journal.has(task);
    const dropped = this.held.peek().filter((held) => !keeps(held));
    this.held.value = this.held.peek().filter(keeps);
    this.lost.value = new Set([...this.lost.peek(), ...assignments]);
    void this.parts.saver.run(() =>
      Promise.all(dropped.map(({ assignment }) => this.parts.db.delete("held", assignment))),
    );
    this.settleIn();
  }

  /** An answer the server would not take comes back, to be fixed next. */
  async takeBack(held: Held, submission: Submission, refusal: Refusal): Promise<void> {
    await this.parts.journal.restore(submission.task, submission.payload, submission.active_ms, refusal);
    await this.store([held], {});
    const others = this.held.peek().filter(({ assignment }) => assignment !== held.assignment);
    const next = this.work.peek() ? 1 : 0;
    this.held.value = [...others.slice(0, next), held, ...others.slice(next)];
    this.settleIn();
  }

  private dispatch(parcel: Parcel, held: Held): void {
    void this.parts.outbox.put(parcel, held.task);
    this.parts.journal.forget(held.task);
    batch(() => {
      this.held.value = this.held.peek().filter((other) => other.assignment !== held.assignment);
      this.advance();
    });
    this.keepImages();
    this.parts.poke();
  }

  private settleIn(): void {
    if (this.started.peek() && !this.work.peek()) this.advance();
    this.keepImages();
  }

  private advance(): void {
    const held = this.held.peek()[0];
    const schema = held && this.schemas.get(held.schema);
    this.work.value = held && schema ? this.open(held, schema) : null;
  }

  private open(held: Held, schema: Schema): Work {
    const { draft, steps } = this.parts.journal.of(held.task);
    const clock = new ActiveClock(draft.activeMs, this.parts.now);
    const editor = new Editor(draft.base, steps, (step) => {
      clock.touch();
      void this.parts.journal.append(held.task, step, clock.ms);
    });
    editor.selectedId.value = faultyShape(draft);
    return { held, schema, editor, clock, refusal: draft.refusal, begun: this.parts.journal.has(held.task) };
  }

  private store(tasks: readonly Held[], schemas: Readonly<Record<string, Schema>>): Promise<boolean> {
    return this.parts.saver.run(async () => {
      const writes = this.parts.db.transaction(["held", "schemas"], "readwrite");
      for (const held of tasks) void writes.objectStore("held").put(held);
      for (const [id, schema] of Object.entries(schemas)) {
        void writes.objectStore("schemas").put({ ...schema, id: Number(id) });
      }
      await writes.done;
    });
  }

  private sortDraftsFirst(): void {
    const rank = (held: Held): number =>
      (this.parts.journal.has(held.task) ? 0 : 2) + (held.project === this.project.peek() ? 0 : 1);
    this.held.value = [...this.held.peek()].sort((a, b) => rank(a) - rank(b));
  }

  private keepImages(): void {
    this.parts.images.keep(this.held.peek().map(({ image }) => image.url));
  }
}
