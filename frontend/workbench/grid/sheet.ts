/** Many images at once: what each is taken for, where the frame is, what one key confirms. */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { optionId, type OptionKeys, optionKeys } from "../commands/options";
import type { Held, Question } from "../contract";
import type { Desk } from "../desk";
import type { Editor } from "../model/editor";
import { ActiveClock } from "../session/clock";
import { AHEAD } from "../session/session";
import type { Strokes } from "../sync/db";
import { sayIn } from "./words";

/** Images a page at most; as many again are fetched while it is being answered. */
export const PAGE = 60;
const SEATS = 2 * PAGE;
const NO_STROKES: Strokes = { done: [], undone: [] };

export interface Cell {
  readonly held: Held;
  readonly editor: Editor;
  /** The option given by the person. */
  readonly given: ReadonlySignal<string | null>;
  /** What it counts as when confirmed; null: nothing known. */
  readonly label: ReadonlySignal<string | null>;
  /** Its picture is on the screen. */
  readonly seen: Signal<boolean>;
  readonly aside: ReadonlySignal<boolean>;
}

export class Sheet {
  readonly cells = signal<readonly Cell[]>([]);
  /** The image in the frame, and where the selection began. */
  readonly cursor = signal(0);
  readonly anchor = signal(0);
  /** The option that a sweep gives. */
  readonly brush = signal<string | null>(null);
  /** What images are that nobody has labelled. */
  readonly usual: Signal<string | null>;
  readonly asides: Signal<ReadonlySet<number>>;
  readonly closer = signal(false);
  readonly question: Question;
  /** Those of its options, whatever task is in work. */
  readonly keys: ReadonlySignal<OptionKeys["options"]>;
  private readonly first: Held;
  private readonly schema: number;
  /** Images labelled by one key or one sweep are taken back together. */
  private strokes: Strokes;
  private clock = new ActiveClock(0, () => performance.now());
  private readonly stop: () => void;

  constructor(private readonly desk: Desk) {
    const work = desk.session.work.peek();
    const question = work?.schema.spec.tags?.[0];
    if (!work || !question) throw new Error("A wall needs a question.");
    this.question = question;
    this.first = work.held;
    desk.chosen.value = null;
    this.schema = work.held.schema;
    const given = computed(() => desk.settings.value.given?.[work.held.project]);
    this.keys = computed(() => optionKeys(work.schema.spec, undefined, given.value).options);
    const { usual = {}, lastOption } = desk.settings.peek();
    const said = this.schema in usual ? usual[this.schema] : lastOption?.[this.schema];
    this.usual = signal(question.options?.find(({ key }) => key === said)?.key ?? null);
    const held = new Set(desk.session.held.peek().map(({ assignment }) => assignment));
    this.asides = signal(new Set(desk.settings.peek().asides?.filter((one) => held.has(one))));
    const { done, undone } = desk.settings.peek().strokes ?? NO_STROKES;
    const here = (strokes: Strokes["done"]): number[][] => strokes.map((stroke) => stroke.filter((one) => held.has(one)));
    this.strokes = { done: here(done), undone: here(undone) };
    desk.session.ahead.value = SEATS;
    this.stop = effect(() => this.fill(desk.session.held.value));
    void desk.sync.poke();
  }

  /** Back to one image at a time: those set aside come first; what was not begun goes back to the queue. */
  leave(): void {
    this.stop();
    const { session, sync } = this.desk;
    session.ahead.value = AHEAD;
    if (!session.started.peek()) return;
    session.putFirst(this.asides.peek());
    this.desk.keep({ asides: [], strokes: NO_STROKES });
    const kept = new Set(session.held.peek().slice(0, Math.max(AHEAD, this.asides.peek().size)));
    session.release((held) => !kept.has(held));
    void sync.poke();
  }

  /** The queue has no more, or gives no more, and what is left is for one at a time. */
  readonly onlyAsides = computed(() => {
    const held = this.desk.session.held.value;
    const isFull = this.desk.sync.dry.value || held.length >= SEATS;
    return this.cells.value.length === 0 && isFull && held.some(({ assignment }) => this.asides.value.has(assignment));
  });

  /** What is chosen: from the anchor to the frame, in reading order. */
  readonly range = computed((): readonly [from: number, to: number] => {
    const [a, b] = [this.anchor.value, this.cursor.value];
    return a < b ? [a, b] : [b, a];
  });

  move(to: number, extend = false): void {
    const at = Math.min(Math.max(to, 0), Math.max(this.cells.peek().length - 1, 0));
    batch(() => {
      this.cursor.value = at;
      if (!extend) this.anchor.value = at;
    });
  }

  /** Gives an option to what is chosen and moves the frame on. Null takes the label back and stays. */
  label(option: string | null): void {
    const [from, to] = this.range.peek();
    const chosen = this.cells.peek().slice(from, to + 1);
    batch(() => {
      this.begin();
      for (const cell of chosen) this.give(cell, option);
      if (option === null) return this.keepStrokes();
      this.arm(option);
      this.move(to + 1);
    });
  }

  /** What all that have no label of their own are. */
  setUsual(option: string | null): void {
    this.usual.value = option;
    this.desk.keep({ usual: { ...this.desk.settings.peek().usual, [this.schema]: option } });
  }

  arm(option: string): void {
    this.brush.value = option;
    this.desk.chosen.value = { of: this.first, name: optionId(this.question.key, option) };
    this.desk.keep({ strokes: this.strokes, lastOption: { ...this.desk.settings.peek().lastOption, [this.schema]: option } });
  }

  /** A sweep begins; `sweep` then goes on with it. */
  press(at: number): void {
    this.clock.touch();
    this.begin();
    this.move(at);
    this.sweep(at);
  }

  sweep(at: number): void {
    const cell = this.cells.peek()[at];
    const option = this.brush.peek();
    if (!cell || option === null) return;
    batch(() => {
      this.give(cell, option);
      this.move(at);
    });
  }

  /** The sweep is over. */
  lift(): void {
    this.keepStrokes();
  }

  undo(): void {
    this.again("done", "undone", (editor) => editor.undo());
  }

  redo(): void {
    this.again("undone", "done", (editor) => editor.redo());
  }

  setAside(): void {
    const [from, to] = this.range.peek();
    const chosen = this.cells.peek().slice(from, to + 1);
    const next = new Set(this.asides.peek());
    const back = chosen.every(({ held }) => next.has(held.assignment));
    for (const { held } of chosen) next[back ? "delete" : "add"](held.assignment);
    this.asides.value = next;
    this.desk.keep({ asides: [...next] });
    this.move(to + 1);
  }

  readonly ready = computed(() => this.cells.value.filter((cell) => cell.seen.value && cell.label.value !== null && !cell.aside.value));

  /** Sends all that can be sent and brings the next page. */
  confirm(): void {
    const say = sayIn(this.desk.language);
    const ready = this.ready.peek();
    const sent = new Set(ready);
    const all = this.cells.peek();
    const left = all.filter((cell) => !sent.has(cell) && !cell.aside.peek());
    const unseen = left.filter(({ seen }) => !seen.peek()).length;
    const { notices, session } = this.desk;
    notices.clear();
    if (left.length > unseen) notices.say("warn", say("missing", { n: left.length - unseen }));
    if (unseen > 0) notices.say("info", say("unseen", { n: unseen }));
    // Without anything to send the page goes on only where all of it is set aside.
    if (ready.length === 0 && (left.length > 0 || all.length === 0)) return notices.say("info", say("nothing"));
    this.clock.touch();
    const each = Math.round(this.clock.ms / ready.length);
    this.clock = new ActiveClock(0, () => performance.now());
    const { key } = this.question;
    this.strokes = NO_STROKES;
    this.keepStrokes();
    batch(() => {
      this.cells.value = left;
      session.submitAll(ready.map(({ held, label }) => ({ held, payload: { tags: { [key]: label.peek() ?? "" }, shapes: [] }, active_ms: each })));
      this.move(0);
    });
  }

  touch(): void {
    this.clock.touch();
  }

  private begin(): void {
    const done = this.strokes.done.filter((stroke) => stroke.length > 0);
    this.strokes = { ...this.strokes, done: [...done, []] };
  }

  private give(cell: Cell, option: string | null): void {
    const before = cell.editor.revision.peek();
    cell.editor.setTag(this.question.key, option);
    if (cell.editor.revision.peek() === before) return;
    const { done } = this.strokes;
    this.strokes = { done: [...done.slice(0, -1), [...(done.at(-1) ?? []), cell.held.assignment]], undone: [] };
  }

  /** The last stroke goes from one side to the other. */
  private again(from: keyof Strokes, to: keyof Strokes, act: (editor: Editor) => void): void {
    const left = this.strokes[from].filter((stroke) => stroke.length > 0);
    const stroke = new Set(left.pop());
    if (stroke.size === 0) return;
    for (const { held, editor } of this.cells.peek()) if (stroke.has(held.assignment)) act(editor);
    this.strokes = { ...this.strokes, [from]: left, [to]: [...this.strokes[to], [...stroke]] };
    this.keepStrokes();
  }

  private keepStrokes(): void {
    this.desk.keep({ strokes: this.strokes });
  }

  /** Images keep their places, those set aside until the page is confirmed; gaps are filled from behind. */
  private fill(held: readonly Held[]): void {
    const now = this.cells.peek();
    const there = new Set(held.map(({ assignment }) => assignment));
    const isKept = (cell: Cell): boolean => there.has(cell.held.assignment);
    const kept = now.filter(isKept);
    const known = new Set([...kept.map((cell) => cell.held.assignment), ...this.asides.peek()]);
    const fresh = held.filter((one) => one.schema === this.schema && !one.practice && !known.has(one.assignment));
    const added = fresh.slice(0, PAGE - kept.length).flatMap((one) => this.cell(one) ?? []);
    if (added.length === 0 && kept.length === now.length) return;
    // The frame stays on its image, or goes on to the next one where that is gone.
    const [anchor, cursor] = [this.anchor, this.cursor].map((at) => now.slice(0, at.peek()).filter(isKept).length);
    batch(() => {
      this.cells.value = [...kept, ...added];
      this.move(anchor ?? 0);
      this.move(cursor ?? 0, true);
    });
  }

  private cell(held: Held): Cell | null {
    const work = this.desk.session.edit(held);
    if (!work) return null;
    const { key, options = [] } = this.question;
    const own = (value: unknown): string | null => options.find((option) => option.key === value)?.key ?? null;
    const given = computed(() => own(work.editor.document.value.tags[key]));
    return {
      held,
      editor: work.editor,
      given,
      label: computed(() => given.value ?? own(held.draft?.tags[key]) ?? this.usual.value),
      seen: signal(false),
      aside: computed(() => this.asides.value.has(held.assignment)),
    };
  }
}
