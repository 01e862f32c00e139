/** The seats this person holds, the task on the screen, and what leads from one to the next. */
import { batch, signal } from "@preact/signals";
import { type Answered, type Answers, type Correction, type Held, type Payload, type Refusal, type Schema, type SkipReason, type Submission, type Today, TOO_LARGE } from "../contract";
import { check, type Problem } from "../model/check";
import { Editor } from "../model/editor";
import { type DeskDb, type Draft, type Parcel, type Sent, type Stored, writeAll } from "../sync/db";
import type { Journal } from "../sync/journal";
import type { Outbox } from "../sync/outbox";
import type { Saver } from "../sync/saver";
import { uuid } from "../sync/ids";
import { ActiveClock } from "./clock";
import type { Images } from "./images";
import { KEPT, Past } from "./past";
import { Practice } from "./practice";

/** Pictures decoded ahead of need: as many as are claimed ahead; a pack would fill the memory. */
export const AHEAD = 6;

/** The task on the screen. */
export interface Work {
  readonly held: Held;
  readonly schema: Schema;
  readonly editor: Editor;
  readonly clock: ActiveClock;
  readonly refusal: Refusal | null;
  /** The answer that this corrects; null for a task that is answered for the first time. */
  readonly corrects: Answered | null;
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

/** An answered task as the stage shows it; its seat is used up. */
const asHeld = ({ task, project, schema, image }: Answered): Held => ({
  assignment: 0,
  token: "",
  leased_until: "",
  task,
  project,
  schema,
  image,
});

/** A small picture that came within an answer is here already. */
const withPreview = (fresh: Held, known?: Held): Held =>
  known?.image.thumb.startsWith("data:") ? { ...fresh, image: { ...fresh.image, thumb: known.image.thumb } } : fresh;

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
  /** Images to be taken along for hours without a line, while they are asked for. */
  readonly wish = signal<number | null>(null);
  /** Seats that were taken along. */
  readonly packed = signal<ReadonlySet<number>>(new Set());

  /** Seats to hold, those on the screen included. */
  readonly ahead = signal(AHEAD);

  readonly past: Past;
  readonly practice = new Practice();
  /** The next seat's place in the order of their coming, that of earlier pages included. */
  private turn = Date.now();

  constructor(private readonly parts: Parts) {
    this.past = new Past(parts.db, parts.saver);
  }

  /** Takes up what this browser still knows, before any request; after journal and outbox. */
  load(stored: Stored): void {
    const { held, schemas } = stored;
    this.past.load(stored);
    for (const { id, ...schema } of schemas) this.schemas.set(id, schema);
    const gone = this.parts.outbox.seats;
    this.held.value = held.filter(({ assignment }) => !gone.has(assignment)).sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
    this.sortDraftsFirst();
    this.keepImages();
  }

  /** Null: whatever project the queue chooses. */
  start(project: number | null): void {
    // Seats of another project that nobody has begun here would only be in the way, unless they were taken along.
    const packed = this.packed.peek();
    this.release((held) => project !== null && held.project !== project && !packed.has(held.assignment));
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
    const { assignment, token, task, project, schema, image } = work.held;
    const id = uuid();
    const answered: Answered = { id, task, project, schema, image, payload, active_ms: work.clock.ms };
    if (work.corrects) {
      this.sendCorrection(work.corrects, answered);
      return [];
    }
    const body: Submission = { id, assignment, token, task, payload, active_ms: work.clock.ms };
    if (work.held.practice) {
      this.practice.shown.value = { submission: id, held: work.held, schema: work.schema, payload };
      // An answer whose right one has been seen is not corrected any more.
      this.dispatch({ kind: "submission", body, held: work.held }, work.held);
      return [];
    }
    this.dispatch({ kind: "submission", body, held: work.held }, work.held, this.past.put(answered));
    return [];
  }

  /** Sends answers to several tasks off at once; they have been checked. */
  submitAll(answers: readonly { held: Held; payload: Payload; active_ms: number }[]): void {
    const parcels = answers.map(({ held, payload, active_ms }) => {
      const { assignment, token, task, project, schema, image } = held;
      const id = uuid();
      const parcel: Parcel = { kind: "submission", held, body: { id, assignment, token, task, payload, active_ms } };
      const answered: Answered = { id, task, project, schema, image, payload, active_ms };
      return { parcel, task, answered };
    });
    const last = new Set(parcels.slice(-KEPT));
    void this.parts.outbox.putAll(
      parcels.map((one) => ({ ...one, ...(last.has(one) && { sent: this.past.put(one.answered) }) })),
    );
    const sent = new Set(parcels.map(({ task }) => task));
    for (const task of sent) this.parts.journal.forget(task);
    batch(() => {
      this.held.value = this.held.peek().filter(({ task }) => !sent.has(task));
      this.advance();
    });
    this.keepImages();
    this.parts.poke();
  }

  /** A task of the buffer for editing beside others. */
  edit(held: Held): Work | null {
    const schema = this.schemas.get(held.schema);
    return schema ? this.open(held, schema) : null;
  }

  /** These tasks come next, in this order. */
  putFirst(assignments: ReadonlySet<number>): void {
    const isFirst = ({ assignment }: Held): boolean => assignments.has(assignment);
    const held = this.held.peek();
    this.held.value = [...held.filter(isFirst), ...held.filter((one) => !isFirst(one))];
    this.toTheTask();
  }

  /** Opens the answer before the one on the screen, to be corrected. False: there is none. */
  back(): boolean {
    const work = this.work.peek();
    return this.openAnswer(this.past.before(work?.corrects?.task ?? null));
  }

  /** Leaves a correction, for the newer answer or the task in work. What was changed is kept as a draft. */
  forward(): void {
    const corrects = this.work.peek()?.corrects;
    if (!corrects) return;
    const at = this.past.list.peek().findIndex(({ task }) => task === corrects.task);
    const newer = at > 0 ? (this.past.list.peek()[at - 1] ?? null) : null;
    if (!this.openAnswer(newer)) this.toTheTask();
  }

  /** Opens the answer on the screen anew; its draft goes on. */
  reopen(): void {
    const task = this.work.peek()?.corrects?.task;
    this.openAnswer(this.past.list.peek().find((one) => one.task === task) ?? null);
  }

  /** Leaves a correction for the task in work. */
  toTheTask(): void {
    this.advance();
    this.keepImages();
  }

  /** The server's list of answers that may still be corrected. */
  recall({ answers, schemas }: Answers): void {
    for (const [id, schema] of Object.entries(schemas)) this.schemas.set(Number(id), schema);
    void this.store([], schemas);
    this.past.fill(answers);
  }

  /** A correction that the server did not take: the answer stands. What was drawn is kept where it can be fixed. */
  async keepOld(answered: Answered, { payload, active_ms }: Correction, refusal: Refusal): Promise<void> {
    // Nothing that could be fixed: the task is settled, or gone.
    if (!refusal.where && refusal.code !== TOO_LARGE) return this.past.drop(answered.task);
    const sent = this.past.put(answered);
    await this.parts.saver.run(() => writeAll(this.parts.db, ["answered"], (writes) => void writes.objectStore("answered").put(sent)));
    await this.parts.journal.restore(answered.task, payload, active_ms, refusal);
  }

  skip(reason: SkipReason, note: string): void {
    const work = this.work.peek();
    if (!work || work.corrects) return;
    const { held } = work;
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
    const known = new Map(this.held.peek().map((held) => [held.assignment, held]));
    const fresh = tasks.filter(({ assignment }) => !gone.has(assignment)).map((task): Held => {
      const held = withPreview(task, known.get(task.assignment));
      return { ...held, at: known.get(task.assignment)?.at ?? this.turn++ };
    });
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
      writeAll(this.parts.db, ["held"], (writes) => {
        for (const { assignment } of dropped) void writes.objectStore("held").delete(assignment);
      }),
    );
    this.settleIn();
  }

  /** An answer the server would not take comes back, to be fixed next. */
  async takeBack(held: Held, submission: Submission, refusal: Refusal): Promise<void> {
    await this.parts.journal.restore(submission.task, submission.payload, submission.active_ms, refusal);
    await this.store([held], {});
    this.past.drop(submission.task);
    const others = this.held.peek().filter(({ assignment }) => assignment !== held.assignment);
    const next = this.work.peek() ? 1 : 0;
    this.held.value = [...others.slice(0, next), held, ...others.slice(next)];
    this.settleIn();
  }

  private sendCorrection(corrects: Answered, answered: Answered): void {
    const { id, task, payload, active_ms } = answered;
    const { draft, steps } = this.parts.journal.of(task);
    if (steps.length > 0 || draft.refusal) {
      const body: Correction = { id, supersedes: corrects.id, payload, active_ms };
      void this.parts.outbox.put({ kind: "correction", body, answered: corrects }, task, this.past.put(answered));
    }
    this.parts.journal.forget(task);
    this.toTheTask();
    this.parts.poke();
  }

  private openAnswer(answered: Answered | null): boolean {
    const schema = answered && this.schemas.get(answered.schema);
    if (!answered || !schema) return false;
    this.parts.journal.begin(answered.task, answered.payload);
    this.work.value = this.open(asHeld(answered), schema, answered);
    this.keepImages();
    return true;
  }

  private dispatch(parcel: Parcel, held: Held, sent?: Sent): void {
    void this.parts.outbox.put(parcel, held.task, sent);
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

  private open(held: Held, schema: Schema, corrects: Answered | null = null): Work {
    const { draft, steps } = this.parts.journal.of(held.task);
    const clock = new ActiveClock(draft.activeMs, this.parts.now);
    const editor = new Editor(draft.base, steps, (step) => {
      clock.touch();
      void this.parts.journal.append(held.task, step, clock.ms);
    }, corrects || draft.refusal ? null : held.draft);
    editor.selectedId.value = faultyShape(draft);
    const begun = corrects !== null || this.parts.journal.has(held.task);
    return { held, schema, editor, clock, refusal: draft.refusal, corrects, begun };
  }

  private store(tasks: readonly Held[], schemas: Readonly<Record<string, Schema>>): Promise<boolean> {
    return this.parts.saver.run(() =>
      writeAll(this.parts.db, ["held", "schemas"], (writes) => {
        for (const held of tasks) void writes.objectStore("held").put(held);
        for (const [id, schema] of Object.entries(schemas)) {
          void writes.objectStore("schemas").put({ ...schema, id: Number(id) });
        }
      }),
    );
  }

  private sortDraftsFirst(): void {
    const rank = (held: Held): number =>
      (this.parts.journal.has(held.task) ? 0 : 2) + (held.project === this.project.peek() ? 0 : 1);
    this.held.value = [...this.held.peek()].sort((a, b) => rank(a) - rank(b));
  }

  private keepImages(): void {
    // Who sees many at once sees them small.
    if (this.ahead.peek() > AHEAD && !this.work.peek()?.corrects) return this.parts.images.keep([]);
    const shown = this.work.peek()?.corrects?.image.url;
    const buffer = this.held.peek().slice(0, AHEAD).map(({ image }) => image.url);
    this.parts.images.keep(shown === undefined ? buffer : [shown, ...buffer]);
  }
}
