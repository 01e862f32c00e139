/** One dispute under the reviewer's hands: the candidates, the answer being made, the tools. */
import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Payload, Shape, Spec } from "../workbench/contract";
import { geometryOf } from "../workbench/model/bounds";
import { addKinds, type Look, rounded } from "../workbench/geometry/kinds";
import { check, classOf, defaults, type Problem, reclass } from "../workbench/model/check";
import { type Change, type Diff, setTag } from "../workbench/model/document";
import { Editor, own } from "../workbench/model/editor";
import type { Point } from "../workbench/model/geometry";
import { shapeAt } from "../workbench/model/hit";
import { shapeId, uuid } from "../workbench/sync/ids";
import { Chart } from "../workbench/tools/chart";
import type { Draft, Press, ToolContext } from "../workbench/tools/context";
import { kinds, tools } from "../workbench/tools/more";
import { addTools, toolOf, type ToolName, waysOf } from "../workbench/tools/tools";
import type { Camera } from "../workbench/view/camera";
import { type Candidate, candidatesOf, contested, contestedTags, equal, isSameObject } from "./candidates";
import type { Dispute, Verdict } from "./contract";

addKinds(kinds);
addTools(tools);

/** CSS pixels. */
const BRUSH_PX = 14;

/** One answer's boxes as they are to be seen now. */
export interface Layer {
  readonly candidate: Candidate;
  readonly shapes: readonly Shape[];
}

export class Bench {
  readonly candidates: readonly Candidate[];
  readonly editor: Editor;
  readonly disputedTags: ReadonlySet<string>;
  /** The candidate the answer says the same as; else the one it was begun from. */
  readonly picked: ReadonlySignal<Candidate | null>;
  readonly isCorrected: ReadonlySignal<boolean>;
  readonly tool = signal<"draw" | "select">("select");
  readonly shapeClass = signal("");
  readonly draft = signal<Draft | null>(null);
  readonly hovered = signal<string | null>(null);
  readonly pointer = signal<Point | null>(null);
  readonly differencesOnly = signal(false);
  readonly overlaysHidden = signal(false);
  /** What is to be confirmed by Enter or taken back by Escape. */
  readonly asking = signal<"exclude" | "empty" | null>(null);
  readonly problems = signal<readonly Problem[]>([]);
  readonly layers: ReadonlySignal<readonly Layer[]>;
  /** How shapes of the chosen class are drawn. */
  readonly way = computed<ToolName>(() => waysOf(classOf(this.spec, this.shapeClass.value))[0] ?? "box");
  readonly chart: ReadonlySignal<Chart<ToolContext, Press>>;
  /** Those of other answers that were taken over one by one; what was deleted again is not offered again. */
  private offered: Shape[] = [];
  private readonly base = signal<Candidate | null>(null);
  private readonly stopEffect: () => void;

  constructor(
    readonly dispute: Dispute,
    readonly spec: Spec,
    private readonly camera: Camera,
  ) {
    this.candidates = candidatesOf(dispute);
    this.disputedTags = contestedTags(this.candidates);
    const first = this.candidates[0] ?? null;
    this.base.value = first;
    this.editor = new Editor(first?.payload);
    this.shapeClass.value = spec.classes?.[0]?.key ?? "";
    this.editor.selectedId.value = doubtful(dispute);
    const same = computed(
      () => this.candidates.find(({ payload }) => equal(payload, this.editor.document.value)) ?? null,
    );
    this.picked = computed(() => same.value ?? this.base.value);
    this.isCorrected = computed(() => same.value === null);
    const differences = new Map(this.candidates.map((one) => [one, contested(one, this.candidates)]));
    this.layers = computed(() => {
      if (this.overlaysHidden.value) return [];
      // The one that the answer repeats would only double its lines.
      return this.candidates.filter((one) => one !== same.value).map((candidate) => {
        const all = candidate.payload.shapes;
        return { candidate, shapes: this.differencesOnly.value ? (differences.get(candidate) ?? []) : all };
      });
    });
    const context = this.toolContext();
    const charts = new Map<ToolName, Chart<ToolContext, Press>>();
    this.chart = computed(() => {
      const name = this.canDraw && this.tool.value === "draw" ? this.way.value : "select";
      let chart = charts.get(name);
      const node = toolOf(name);
      if (!chart && node) charts.set(name, (chart = new Chart(name, node, context)));
      if (!chart) throw new Error(`There is no tool ${name}.`);
      return chart;
    });
    let before = this.chart.peek();
    this.stopEffect = effect(() => {
      const now = this.chart.value;
      if (now !== before) before.cancel();
      before = now;
    });
  }

  dispose(): void {
    this.chart.peek().cancel();
    this.stopEffect();
  }

  get canDraw(): boolean {
    return (this.spec.classes ?? []).length > 0;
  }

  toggle(which: "differencesOnly" | "overlaysHidden"): void {
    this[which].value = !this[which].peek();
  }

  /** Takes over a candidate's answer whole; one step to undo. */
  pick(candidate: Candidate): void {
    batch(() => {
      this.settleGesture();
      this.offered = [];
      this.editor.selectedId.value = null;
      this.editor.change(replaceAll(this.editor.document.peek(), candidate.payload));
      this.editor.settle();
      this.base.value = candidate;
      this.problems.value = [];
    });
  }

  /** Copies the box of another answer that lies under the pointer. */
  takeUnderPointer(): boolean {
    const at = this.pointer.peek();
    if (!at) return false;
    const point = this.camera.toImage(at);
    const mine = this.editor.document.peek().shapes;
    const offered = this.layers
      .peek()
      .flatMap(({ shapes }) => shapes)
      .filter((shape) => !mine.some((one) => one.class === shape.class && String(geometryOf(one)) === String(geometryOf(shape))));
    const found = shapeAt(offered, point, 4 / this.camera.view.peek().scale);
    if (!found) return false;
    this.editor.add(copyOf(found));
    this.editor.settle();
    return true;
  }

  /** Copies the next object of the competing answers that the answer lacks; each is offered once. */
  takeNext(): boolean {
    const known = [...this.editor.document.peek().shapes, ...this.offered];
    const found = this.candidates
      .flatMap(({ payload }) => payload.shapes)
      .find((shape) => !known.some((one) => isSameObject(one, shape)));
    if (!found) return false;
    this.offered.push(found);
    this.editor.add(copyOf(found));
    this.editor.settle();
    return true;
  }

  /** The class of the selected box, and of those to be drawn. */
  useClass(key: string): void {
    const selected = this.editor.selectedId.peek();
    if (selected) this.editor.update(selected, (shape) => reclass(this.spec, shape, key));
    this.shapeClass.value = key;
  }

  deleteSelected(): void {
    const selected = this.editor.selectedId.peek();
    if (!selected) return;
    this.editor.update(selected, () => null);
    this.editor.selectedId.value = null;
  }

  /** Walks through the answer's boxes. */
  cycle(step: 1 | -1): void {
    const shapes = this.editor.document.peek().shapes;
    if (shapes.length === 0) return;
    const now = shapes.findIndex(({ id }) => id === this.editor.selectedId.peek());
    const next = now < 0 && step < 0 ? shapes.length - 1 : (now + step + shapes.length) % shapes.length;
    this.editor.selectedId.value = shapes[next]?.id ?? null;
  }

  settleGesture(): void {
    if (!this.chart.peek().is("idle")) this.chart.peek().cancel();
  }

  /** The verdict as it would be sent; null in the middle of a drag, or when the answer lacks something, which `problems` then names. */
  verdict(): Verdict | null {
    if (this.chart.peek().busy) return null;
    if (this.asking.peek() === "exclude") {
      return { id: uuid(), payload: { tags: {}, shapes: [] }, picked: null, excluded: true };
    }
    const payload = this.editor.document.peek();
    this.problems.value = check(this.spec, payload);
    if (this.problems.peek().length > 0) return null;
    // Nobody has said that there is nothing: an Enter too many must not say it for them.
    if (this.candidates.length === 0 && payload.shapes.length === 0 && this.canDraw && !this.asking.peek()) {
      this.asking.value = "empty";
      return null;
    }
    return { id: uuid(), payload, picked: this.picked.peek()?.submission ?? null, excluded: false };
  }

  lookOf({ type, class: label }: Shape, scale: number): Look {
    const edges = type === "skeleton" ? classOf(this.spec, label)?.skeleton?.edges : undefined;
    return edges ? { unit: 1 / scale, edges } : { unit: 1 / scale };
  }

  private toolContext(): ToolContext {
    const { editor, draft, hovered, camera, dispute } = this;
    const newShape: ToolContext["newShape"] = (type, geometry) => {
      const label = this.shapeClass.peek();
      const attributes = defaults(classOf(this.spec, label));
      return rounded({ id: shapeId(), class: label, type, [type]: geometry, attributes } as unknown as Shape);
    };
    return {
      editor,
      image: dispute.image,
      get shapes() {
        return editor.document.peek().shapes;
      },
      away: false,
      gesture: null,
      setDraft: (drawn) => (draft.value = drawn),
      setHovered: (id) => (hovered.value = id),
      setVertex: () => {},
      newShape,
      shapeClass: () => classOf(this.spec, this.shapeClass.peek()),
      lookOf: (shape) => this.lookOf(shape, camera.view.peek().scale),
      brushRadius: () => BRUSH_PX,
      snaps: () => false,
      guide: () => null,
      say: () => {},
      leave: () => (this.tool.value = "select"),
      rest: () => (this.tool.value = "select"),
      pan: (dx, dy) => camera.pan(dx, dy),
    };
  }
}

/** Another answer's object for this one, where its parent is not. */
const copyOf = (shape: Shape): Shape => own({ ...shape, id: shapeId() }, () => false);

/** The proposed box that the dispute is about, where it is about one that is there. */
function doubtful({ where, proposal }: Dispute): string | null {
  const [, at] = /^shapes\[(\d+)\]/.exec(where) ?? [];
  return (at !== undefined && proposal?.shapes[Number(at)]?.id) || null;
}

/** From one answer to another in one step. */
export function replaceAll(now: Payload, next: Payload): Diff {
  const removed = now.shapes.map((shape, at): Change => ({ what: "shape", id: shape.id, at, before: shape, after: null }));
  const added = next.shapes.map((shape, at): Change => ({ what: "shape", id: shape.id, at, before: null, after: shape }));
  const keys = new Set([...Object.keys(now.tags), ...Object.keys(next.tags)]);
  const tags = [...keys].flatMap((key) => setTag(now, key, next.tags[key] ?? null));
  return [...removed.reverse(), ...added, ...tags];
}

