/** One task's image under work: its tools, what is being drawn, what is hovered. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { BoxTuple, Shape } from "../contract";
import { classOf, defaults } from "../model/check";
import type { Size } from "../model/geometry";
import type { Work } from "../session/session";
import { shapeId } from "../sync/ids";
import { box } from "../tools/box";
import { Chart } from "../tools/chart";
import type { Press, ToolContext } from "../tools/context";
import { select } from "../tools/select";
import type { Camera } from "./camera";
import type { Looks } from "./scene";

export type ToolName = "box" | "select";

/** Colours for classes that name none: told apart on photographs and by most colour-blind eyes. */
const COLORS = ["#ffb000", "#648fff", "#dc267f", "#2ec4a0", "#fe6100", "#a87bff", "#d9e021", "#00b5e2"];

export class Stage {
  readonly draft = signal<BoxTuple | null>(null);
  readonly hovered = signal<string | null>(null);
  /** The picture was seen: it is painted now, or was when this answer was begun. */
  readonly seen;
  readonly colors: ReadonlyMap<string, string>;
  readonly looks: Looks;
  readonly chart: ReadonlySignal<Chart<ToolContext, Press>>;
  readonly visible: ReadonlySignal<readonly Shape[]>;
  private readonly stopEffect: () => void;

  constructor(
    readonly work: Work,
    readonly shapeClass: ReadonlySignal<string>,
    tool: ReadonlySignal<ToolName>,
    hidden: ReadonlySignal<boolean>,
    camera: Camera,
  ) {
    const { spec } = work.schema;
    this.seen = signal(work.begun);
    this.colors = new Map(
      (spec.classes ?? []).map(({ key, color }, at) => [key, color ?? COLORS[at % COLORS.length] ?? "#ffb000"]),
    );
    this.looks = new Map(
      (spec.classes ?? []).map(({ key, skeleton }) => [
        key,
        { color: this.colors.get(key) ?? "#ffb000", ...(skeleton && { edges: skeleton.edges }) },
      ]),
    );
    this.visible = computed(() => {
      const { shapes } = work.editor.document.value;
      const unseen = work.editor.hidden.value;
      return hidden.value ? [] : unseen.size > 0 ? shapes.filter(({ id }) => !unseen.has(id)) : shapes;
    });
    const context = this.toolContext(work.held.image, camera);
    const charts = {
      box: new Chart("box", box, context),
      select: new Chart("select", select, context),
    };
    this.chart = computed(() => charts[this.canDraw ? tool.value : "select"]);
    // Changing the tool in the middle of a gesture takes the gesture back.
    let before = this.chart.peek();
    this.stopEffect = effect(() => {
      const now = this.chart.value;
      if (now !== before) before.cancel();
      before = now;
    });
  }

  get canDraw(): boolean {
    return (this.work.schema.spec.classes ?? []).length > 0;
  }

  dispose(): void {
    this.chart.peek().cancel();
    this.stopEffect();
  }

  shapeOf(id: string): Shape | null {
    return this.visible.value.find((shape) => shape.id === id) ?? null;
  }

  newShape(box: BoxTuple): Shape {
    const name = this.shapeClass.peek();
    const attributes = defaults(classOf(this.work.schema.spec, name));
    return { id: shapeId(), class: name, type: "box", box, attributes };
  }

  private toolContext(image: Size, camera: Camera): ToolContext {
    const { visible, draft, hovered, work } = this;
    return {
      editor: work.editor,
      image,
      get shapes() {
        return visible.peek();
      },
      gesture: null,
      setDraft: (box) => (draft.value = box),
      setHovered: (id) => (hovered.value = id),
      newShape: (box) => this.newShape(box),
      pan: (dx, dy) => camera.pan(dx, dy),
    };
  }
}
