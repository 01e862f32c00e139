/** One task's answer under edit: the document, its history, the selected shape. */
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Payload, Shape, Value } from "../contract";
import { addShape, apply, decide, type Diff, EMPTY, replaceShape, setTag, tagPart, withDecided } from "./document";
import { History, type Step } from "./history";
import { type Sketch, sketched } from "./sketch";
import type { Branches } from "./tree";

export class Editor {
  readonly document;
  readonly selectedId = signal<string | null>(null);
  readonly selected: ReadonlySignal<Shape | null>;
  /** What of the draft the person has taken over or left out. */
  readonly decided = signal<ReadonlySet<string>>(new Set());
  /** What of the draft waits for a decision; no part of the answer. */
  readonly pending: ReadonlySignal<Payload>;
  /** Shapes put out of sight or out of reach: the person's own view of this image, not part of the answer. */
  readonly hidden = signal<ReadonlySet<string>>(new Set());
  readonly locked = signal<ReadonlySet<string>>(new Set());
  /** The next object selected becomes this one's parent, or joins its group. */
  readonly relating = signal<{ readonly what: "parent" | "group"; readonly id: string } | null>(null);
  /** Levels of trees that the person opened. */
  readonly branches = signal<Branches>({});
  /** Bumped with each settled step, so that panels know whether undo is possible. */
  readonly revision = signal(0);
  readonly history = new History();
  /** Drawn point by point and not finished. */
  readonly sketch = signal<Sketch | null>(null);
  /** The sketch that was given up in the very last step. */
  private givenUp: Sketch | null = null;
  /** Points taken back from the sketch, the last first. */
  private dropped: (readonly number[])[] = [];

  /** @param journal is told each settled step, in order, in the same turn. */
  constructor(
    base: Payload = EMPTY,
    steps: readonly Step[] = [],
    private readonly journal: (step: Step) => void = () => {},
    draft: Payload | null = null,
  ) {
    const replayed = steps.reduce((now, step) => {
      const diff = this.history.replay(step);
      this.decided.value = withDecided(this.decided.peek(), diff);
      return apply(now, diff);
    }, base);
    this.document = signal(replayed);
    this.pending = computed(() => (draft ? undecided(draft, this.decided.value, this.document.value.tags) : EMPTY));
    for (const step of steps) this.goOn(step);
    this.selected = computed(() => this.find(this.selectedId.value, this.document.value, this.pending.value));
  }

  /** Changes the document inside the step in progress. */
  change(diff: Diff): void {
    if (diff.length === 0) return;
    this.history.record(diff);
    this.take(diff);
  }

  settle(): void {
    const step = this.history.settle();
    if (step) this.note(step);
  }

  /** Settles a change that makes the sketch a shape. */
  finishSketch(): void {
    const step = this.history.settle();
    if (step?.do === "change") this.note({ ...step, ends: true });
  }

  /** Adds to the sketch, after taking back all but its first `keep` numbers. */
  plot(tool: string, shapeClass: string, add: readonly number[], keep = this.sketch.peek()?.points.length ?? 0): void {
    this.dropped = [];
    this.note({ do: "sketch", tool, class: shapeClass, keep, add });
  }

  /** Takes back what was plotted last; false when there is nothing. */
  unplot(): boolean {
    const sketch = this.sketch.peek();
    if (!sketch) return false;
    const keep = sketch.marks.at(-2) ?? 0;
    this.dropped.push(sketch.points.slice(keep));
    this.note({ do: "sketch", tool: sketch.tool, class: sketch.class, keep, add: [] });
    return true;
  }

  replot(): boolean {
    const sketch = this.sketch.peek();
    const add = sketch && this.dropped.pop();
    if (!add) return false;
    this.note({ do: "sketch", tool: sketch.tool, class: sketch.class, keep: sketch.points.length, add });
    return true;
  }

  dropSketch(): void {
    const sketch = this.sketch.peek();
    if (!sketch) return;
    this.dropped = [];
    this.note({ do: "sketch", tool: sketch.tool, class: sketch.class, keep: 0, add: [], drops: true });
  }

  /** Brings back the sketch that was given up in the last step, point by point as it was; null: there is none. */
  regainSketch(): Sketch | null {
    const lost = this.givenUp;
    lost?.marks.forEach((mark, at) => this.plot(lost.tool, lost.class, lost.points.slice(lost.marks[at - 1] ?? 0, mark)));
    return this.sketch.peek() && lost;
  }

  get canRegain(): boolean {
    return this.givenUp !== null;
  }

  bail(): void {
    this.show(this.history.bail());
  }

  undo(): void {
    this.settle();
    const diff = this.history.undo();
    if (diff) this.show(diff, { do: "undo" });
  }

  redo(): void {
    this.settle();
    const diff = this.history.redo();
    if (diff) this.show(diff, { do: "redo" });
  }

  add(shape: Shape): void {
    batch(() => {
      this.change(addShape(this.document.peek(), shape));
      this.selectedId.value = shape.id;
    });
  }

  /** Replaces a shape by what `next` makes of it; null deletes it; a locked one stays. Settles unless told not to. */
  update(id: string, next: (shape: Shape) => Shape | null, { settle = true } = {}): void {
    const shape = this.find(id, this.document.peek(), this.pending.peek());
    if (!shape || this.locked.peek().has(id)) return;
    const after = next(shape);
    const { shapes } = this.document.peek();
    if (!this.isPending(id)) this.change(replaceShape(this.document.peek(), id, after));
    else if (!after) this.change(decide(id));
    else this.change([...decide(id), ...addShape(this.document.peek(), own(after, (parent) => shapes.some((one) => one.id === parent)))]);
    if (settle) this.settle();
  }

  /** Whether it is a shape of the draft that waits for a decision. Whatever changes one makes it the person's own. */
  isPending(id: string): boolean {
    return this.pending.peek().shapes.some((shape) => shape.id === id);
  }

  private find(id: string | null, ...places: readonly Payload[]): Shape | null {
    for (const { shapes } of places) {
      const found = shapes.find((shape) => shape.id === id);
      if (found) return found;
    }
    return null;
  }

  private take(diff: Diff): void {
    batch(() => {
      this.decided.value = withDecided(this.decided.peek(), diff);
      this.document.value = apply(this.document.peek(), diff);
    });
  }

  setTag(key: string, value: Value | null, { settle = true } = {}): void {
    this.change(setTag(this.document.peek(), key, value));
    if (settle) this.settle();
  }

  private note(step: Step): void {
    this.goOn(step);
    this.revision.value++;
    this.journal(step);
  }

  private goOn(step: Step): void {
    const before = this.sketch.peek();
    this.givenUp = step.do === "sketch" && step.drops ? before : null;
    this.sketch.value = afterStep(before, step);
  }

  /** Applies a diff taken from history and selects what it touched, so that the eye finds it. */
  private show(diff: Diff, step?: Step): void {
    if (diff.length === 0) return;
    batch(() => {
      this.take(diff);
      const touched = diff.findLast((change) => change.what === "shape");
      if (touched?.what === "shape") this.selectedId.value = touched.after ? touched.id : null;
      if (step) this.note(step);
    });
  }
}

/** A shape of the draft as a person's answer has it; a parent that is not there is left out. */
export function own(shape: Shape, isThere: (parent: string) => boolean): Shape {
  const mine: Shape & { confidence?: number; parent?: string } = { ...shape };
  delete mine.confidence;
  if (mine.parent !== undefined && !isThere(mine.parent)) delete mine.parent;
  return mine;
}

/** An answered question needs no draft. */
function undecided(draft: Payload, decided: ReadonlySet<string>, answered: Payload["tags"]): Payload {
  const tags = Object.entries(draft.tags).filter(([key]) => answered[key] === undefined && !decided.has(tagPart(key)));
  const heirs = new Map([...decided].map((part) => part.split(" ")).flatMap(([what, gone, heir]) => (what === "heir" && heir ? [[gone, heir]] : [])));
  const shapes = draft.shapes.filter(({ id }) => !decided.has(id)).map((shape) => withHeir(shape, heirs));
  return { tags: Object.fromEntries(tags), shapes };
}

/** The heir may have one itself. */
function withHeir(shape: Shape, heirs: ReadonlyMap<string | undefined, string>): Shape {
  const parent = heirs.get(shape.parent);
  return parent ? withHeir({ ...shape, parent }, heirs) : shape;
}

function afterStep(sketch: Sketch | null, step: Step): Sketch | null {
  if (step.do === "sketch") return sketched(sketch, step);
  return step.do === "change" && step.ends ? null : sketch;
}
