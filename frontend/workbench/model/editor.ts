/** One task's answer under edit: the document, its history, the selected shape. */
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Payload, Shape, Value } from "../contract";
import { addShape, apply, type Diff, EMPTY, replaceShape, setTag } from "./document";
import { History, type Step } from "./history";
import { type Sketch, sketched } from "./sketch";
import type { Branches } from "./tree";

export class Editor {
  readonly document;
  readonly selectedId = signal<string | null>(null);
  readonly selected: ReadonlySignal<Shape | null>;
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
  /** Points taken back from the sketch, the last first. */
  private dropped: (readonly number[])[] = [];

  /** @param journal is told each settled step, in order, in the same turn. */
  constructor(
    base: Payload = EMPTY,
    steps: readonly Step[] = [],
    private readonly journal: (step: Step) => void = () => {},
  ) {
    const replayed = steps.reduce((now, step) => apply(now, this.history.replay(step)), base);
    this.document = signal(replayed);
    this.sketch.value = steps.reduce(afterStep, null);
    this.selected = computed(
      () => this.document.value.shapes.find((shape) => shape.id === this.selectedId.value) ?? null,
    );
  }

  /** Changes the document inside the step in progress. */
  change(diff: Diff): void {
    if (diff.length === 0) return;
    this.history.record(diff);
    this.document.value = apply(this.document.peek(), diff);
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
    if (sketch) this.plot(sketch.tool, sketch.class, [], 0);
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
    const shape = this.document.peek().shapes.find((one) => one.id === id);
    if (!shape || this.locked.peek().has(id)) return;
    this.change(replaceShape(this.document.peek(), id, next(shape)));
    if (settle) this.settle();
  }

  setTag(key: string, value: Value | null, { settle = true } = {}): void {
    this.change(setTag(this.document.peek(), key, value));
    if (settle) this.settle();
  }

  private note(step: Step): void {
    this.sketch.value = afterStep(this.sketch.peek(), step);
    this.revision.value++;
    this.journal(step);
  }

  /** Applies a diff taken from history and selects what it touched, so that the eye finds it. */
  private show(diff: Diff, step?: Step): void {
    if (diff.length === 0) return;
    batch(() => {
      this.document.value = apply(this.document.peek(), diff);
      const touched = diff.findLast((change) => change.what === "shape");
      if (touched?.what === "shape") this.selectedId.value = touched.after ? touched.id : null;
      if (step) this.note(step);
    });
  }
}

function afterStep(sketch: Sketch | null, step: Step): Sketch | null {
  if (step.do === "sketch") return sketched(sketch, step);
  return step.do === "change" && step.ends ? null : sketch;
}
