/** A tool in the hand, without a page: what it may touch, and pointer events that note the path of its states. */
import type { Payload, Shape, ShapeClass } from "../workbench/contract";
import "../workbench/geometry/all";
import { isValid } from "../workbench/geometry/kinds";
import { geometryOf } from "../workbench/model/bounds";
import { EMPTY } from "../workbench/model/document";
import { Editor } from "../workbench/model/editor";
import type { Step } from "../workbench/model/history";
import { Chart } from "../workbench/tools/chart";
import type { Draft, Guide, Node, Press, ToolContext } from "../workbench/tools/context";
import { image } from "./things";

const points = ["head", "hand", "foot"].map((key) => ({ key, names: {} }));
const figure: ShapeClass = { key: "figure", names: {}, skeleton: { points, edges: [[0, 1], [1, 2]] } };

export class AtTheStage {
  readonly steps: Step[] = [];
  readonly said: string[] = [];
  readonly seen: string[] = [];
  draft: Draft | null = null;
  editor: Editor;
  readonly chart: Chart<ToolContext, Press>;
  left = 0;
  guide: Guide | null = null;
  private made = 0;
  private held: Partial<Press> = {};

  constructor(name: string, tool: Node, steps: readonly Step[] = [], suggested: Payload | null = null) {
    this.editor = new Editor(EMPTY, steps, (step) => this.steps.push(step), suggested);
    this.chart = new Chart(name, tool, this.context());
  }

  get shapes(): readonly Shape[] {
    return this.editor.document.peek().shapes;
  }

  get geometries(): unknown[] {
    return this.shapes.map(geometryOf);
  }

  /** With keys held down until the next call. */
  holding(held: Partial<Press>): this {
    this.held = held;
    return this;
  }

  send(kind: "down" | "move" | "up", x: number, y: number): void {
    this.chart.send(kind, { point: { x, y }, screen: { x: 2 * x, y: 2 * y }, slack: 3.5, threshold: 3, ...this.held });
    this.note();
  }

  click(x: number, y: number): void {
    for (const kind of ["move", "down", "up"] as const) this.send(kind, x, y);
  }

  drag(...way: [number, number][]): void {
    const [first = [0, 0], ...rest] = way;
    this.send("down", ...first);
    for (const place of rest) this.send("move", ...place);
    this.send("up", ...(way.at(-1) ?? first));
  }

  wish(kind: "finish" | "back" | "forward" | "cancel" | "interrupt"): boolean {
    const answered = this.chart.wish(kind);
    this.note();
    return answered;
  }

  put(id: string, type: Shape["type"], geometry: unknown, more: Partial<Shape> = {}): void {
    this.editor.add({ id, class: "figure", type, [type]: geometry, attributes: {}, ...more } as unknown as Shape);
    this.editor.settle();
  }

  allValid(): boolean {
    return this.shapes.every((shape) => isValid(shape, image));
  }

  note(): void {
    const path = this.chart.path.peek();
    if (this.seen.at(-1) !== path) this.seen.push(path);
  }

  private context(): ToolContext {
    const { editor } = this;
    return {
      editor,
      image,
      get shapes() {
        return [...editor.document.peek().shapes, ...editor.pending.peek().shapes];
      },
      away: false,
      gesture: null,
      setDraft: (next) => (this.draft = next),
      setHovered: () => {},
      setVertex: () => {},
      newShape: (type, geometry) =>
        ({ id: `new${this.made++}`, class: "figure", type, [type]: geometry, attributes: {} }) as unknown as Shape,
      shapeClass: () => figure,
      lookOf: () => ({ unit: 0.5 }),
      brushRadius: () => 20,
      snaps: () => true,
      guide: () => this.guide,
      say: (key) => this.said.push(key),
      leave: () => this.left++,
      rest: () => this.chart.rest(),
      pan: () => {},
    };
  }
}
