/** One task's image under work: its tools, what is being drawn, what is hovered. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Geometries, Kind, Shape, Skeleton } from "../contract";
import { type Look, rounded } from "../geometry/kinds";
import type { Key } from "../i18n";
import { classOf, defaults } from "../model/check";
import type { Size } from "../model/geometry";
import type { Work } from "../session/session";
import { shapeId } from "../sync/ids";
import { Chart } from "../tools/chart";
import type { Draft, Guide, Press, ToolContext } from "../tools/context";
import { type ToolName, toolOf } from "../tools/tools";
import type { Camera } from "./camera";
import type { Looks } from "./scene";
import type { TileLayer } from "./tile_layer";

/** What a stage takes from the desk around it. */
export interface Around {
  readonly shapeClass: ReadonlySignal<string>;
  readonly tool: ReadonlySignal<ToolName>;
  readonly hidden: ReadonlySignal<boolean>;
  /** Radius in CSS pixels. */
  readonly brush: ReadonlySignal<number>;
  readonly snaps: ReadonlySignal<boolean>;
  readonly guide: ReadonlySignal<Guide | null>;
  readonly camera: Camera;
  say(key: Key): void;
  leave(): void;
}

/** Colours for classes that name none: told apart on photographs and by most colour-blind eyes. */
const COLORS = ["#ffb000", "#648fff", "#dc267f", "#2ec4a0", "#fe6100", "#a87bff", "#d9e021", "#00b5e2"];

export class Stage {
  readonly draft = signal<Draft | null>(null);
  readonly hovered = signal<string | null>(null);
  /** The vertex of the selected shape that keys act on. */
  readonly vertex = signal<string | null>(null);
  /** The closer look at a large picture. */
  readonly closer = signal<TileLayer | null>(null);
  /** The picture was seen: it is painted now, or was when this answer was begun. */
  readonly seen;
  readonly colors: ReadonlyMap<string, string>;
  readonly looks: Looks;
  readonly chart: ReadonlySignal<Chart<ToolContext, Press>>;
  readonly visible: ReadonlySignal<readonly Shape[]>;
  /** What is painted and a click may take: the visible ones, then those of the draft that wait for a decision. */
  readonly reachable: ReadonlySignal<readonly Shape[]>;
  private found: { list: readonly Shape[]; id: string; shape: Shape | null } | null = null;
  private readonly stop: () => void;

  constructor(
    readonly work: Work,
    private readonly around: Around,
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
      return around.hidden.value ? [] : unseen.size > 0 ? shapes.filter(({ id }) => !unseen.has(id)) : shapes;
    });
    this.reachable = computed(() => {
      const { shapes } = work.editor.pending.value;
      const unseen = work.editor.hidden.value;
      return shapes.length === 0 || around.hidden.value ? this.visible.value : [...this.visible.value, ...shapes.filter(({ id }) => !unseen.has(id))];
    });
    const context = this.toolContext(work.held.image);
    const charts = new Map<ToolName, Chart<ToolContext, Press>>();
    const chartOf = (name: ToolName): Chart<ToolContext, Press> => {
      const node = toolOf(name);
      if (!node) return chartOf("select");
      let chart = charts.get(name);
      if (!chart) charts.set(name, (chart = new Chart(name, node, context)));
      return chart;
    };
    this.chart = computed(() => chartOf(this.canDraw ? around.tool.value : "select"));
    // Changing the tool in the middle of a gesture takes the gesture back.
    let before = this.chart.peek();
    const stops = [
      effect(() => {
        const now = this.chart.value;
        if (now !== before) before.cancel();
        before = now;
      }),
      effect(() => {
        void work.editor.selectedId.value;
        this.vertex.value = null;
      }),
    ];
    this.stop = () => {
      context.away = true;
      for (const stop of stops) stop();
    };
    this.resume();
  }

  get canDraw(): boolean {
    return (this.work.schema.spec.classes ?? []).length > 0;
  }

  dispose(): void {
    this.chart.peek().rest();
    this.stop();
  }

  /** Goes on with what a reload, another task or Esc had interrupted. */
  resume(): void {
    const sketch = this.work.editor.sketch.peek();
    const chart = this.chart.peek();
    if (sketch && chart.name === sketch.tool) chart.go("drawing.waiting");
  }

  /** The same one is asked for at each frame of a movement: it is looked up once. */
  shapeOf(id: string): Shape | null {
    const list = this.reachable.value;
    if (this.found?.list !== list || this.found.id !== id) {
      this.found = { list, id, shape: list.find((shape) => shape.id === id) ?? null };
    }
    return this.found.shape;
  }

  newShape<K extends Kind>(type: K, geometry: Geometries[K]): Shape {
    const name = this.around.shapeClass.peek();
    const attributes = defaults(classOf(this.work.schema.spec, name));
    return rounded({ id: shapeId(), class: name, type, [type]: geometry, attributes } as unknown as Shape);
  }

  skeletonOf(): Skeleton | undefined {
    return classOf(this.work.schema.spec, this.around.shapeClass.peek())?.skeleton;
  }

  lookOf(shape: Shape): Look {
    const edges = this.looks.get(shape.class)?.edges;
    return { unit: 1 / this.around.camera.view.peek().scale, ...(edges && { edges }) };
  }

  private toolContext(image: Size): ToolContext {
    const { reachable, draft, hovered, vertex, work, around } = this;
    return {
      editor: work.editor,
      image,
      get shapes() {
        return reachable.peek();
      },
      away: false,
      gesture: null,
      setDraft: (next) => (draft.value = next),
      setHovered: (id) => (hovered.value = id),
      setVertex: (grip) => (vertex.value = grip),
      newShape: (type, geometry) => this.newShape(type, geometry),
      shapeClass: () => classOf(work.schema.spec, around.shapeClass.peek()),
      lookOf: (shape) => this.lookOf(shape),
      brushRadius: () => around.brush.peek(),
      snaps: () => around.snaps.peek(),
      guide: () => around.guide.peek(),
      say: (key) => around.say(key),
      leave: () => around.leave(),
      rest: () => this.chart.peek().rest(),
      pan: (dx, dy) => around.camera.pan(dx, dy),
    };
  }
}
