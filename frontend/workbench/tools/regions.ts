/** What is done to the selected polygon: cutting away (a hole, if it lies inside), adding, splitting, merging. */
import type { FlatPoints, ShapeOf } from "../contract";
import { isValid, rounded } from "../geometry/kinds";
import type { Key } from "../i18n";
import type { Size } from "../model/geometry";
import { freeGroup } from "../model/relations";
import { shapeId } from "../sync/ids";
import { editable, hit, hover } from "./adjust";
import { gestureAt, type Node, type ToolContext } from "./context";
import { becomes, takesIn } from "./parts";
import { cleaned, isOutline } from "./polygon";
import { sketchTool } from "./sketch";

type Rings = readonly FlatPoints[];
type Polygon = ShapeOf<"polygon">;

function chosen(context: ToolContext): Polygon | null {
  const shape = editable(context);
  if (shape?.type === "polygon") return shape;
  context.say("selectPolygon");
  return null;
}

/** Polygon arithmetic is large and seldom needed: a chunk of its own. */
const arithmetic = () => import("../geometry/boolean");

/** One shape becomes several: the first keeps the id; parts of one object are of one group. */
function replace({ editor, image }: ToolContext, shape: Polygon, parts: readonly Rings[], together: boolean): boolean {
  const group = together && parts.length > 1 ? (shape.group ?? freeGroup(editor)) : shape.group;
  const common = group === undefined ? shape : { ...shape, group };
  const next = parts.map((polygon, at): Polygon => rounded({ ...common, id: at === 0 ? shape.id : shapeId(), polygon }));
  return next.every((one) => isValid(one, image)) && becomes(editor, next);
}

interface Plan {
  readonly name: "cut" | "extend" | "split";
  /** A region and not a line. */
  readonly closed: boolean;
  readonly snaps: boolean;
  /** Parts become one group. */
  readonly together: boolean;
  /** What becomes of the polygon; none: nothing can. */
  parts(polygon: Rings, drawn: FlatPoints, image: Size): Promise<readonly Rings[]>;
  /** Said where there are none, and where they are no polygons. */
  readonly none: Key;
  readonly bad: Key;
}

/** Draws a region or a line and does with it to the selected polygon what it is for, once the arithmetic is here. */
const reworking = ({ name, closed, snaps, together, parts, none, bad }: Plan): Node =>
  sketchTool({
    name,
    closed,
    least: closed ? 3 : 2,
    about: "selected",
    snaps,
    finish(context, points) {
      const shape = chosen(context);
      const drawn = cleaned(points, closed);
      if (!shape || (closed && !isOutline(context, drawn))) return false;
      void parts(shape.polygon, drawn, context.image).then(
        (next) => {
          if (context.away || context.editor.sketch.peek()?.points !== points || editable(context) !== shape) return;
          if (next.length === 0) return context.say(none);
          if (!replace(context, shape, next, together)) return context.say(bad);
          context.editor.finishSketch();
          context.leave();
        },
        () => context.say("toolsMissing"),
      );
      return false;
    },
  });

export const cut = reworking({
  name: "cut",
  closed: true,
  snaps: false,
  together: true,
  parts: async (polygon, drawn, image) => (await arithmetic()).storableDifference(polygon, [drawn], image),
  none: "nothingLeft",
  bad: "crossing",
});

export const extend = reworking({
  name: "extend",
  closed: true,
  snaps: true,
  together: true,
  parts: async (polygon, drawn, image) => (await arithmetic()).storableUnion([polygon, [drawn]], image),
  none: "nothingLeft",
  bad: "crossing",
});

export const split = reworking({
  name: "split",
  closed: false,
  snaps: false,
  together: false,
  parts: async (polygon, drawn, image) => (await import("../geometry/split")).split(polygon, drawn, image),
  none: "splitAcross",
  bad: "splitAcross",
});

/** What cannot be one polygon stays as it is; what lies apart becomes a group. */
function merged({ editor, image, say }: ToolContext, shape: Polygon, other: Polygon, parts: readonly Rings[]): void {
  const group = shape.group ?? other.group;
  if (parts.length === 1) {
    const one = rounded({ ...shape, ...(group !== undefined && { group }), polygon: parts[0] ?? [] });
    if (!isValid(one, image) || !takesIn(editor, one, other)) return say("mergeNot");
  } else {
    const both = group ?? freeGroup(editor);
    for (const { id } of [shape, other]) editor.update(id, (now) => ({ ...now, group: both }), { settle: false });
    say("mergeApart");
  }
  editor.settle();
}

async function mergeWith(context: ToolContext, shape: Polygon, other: Polygon): Promise<void> {
  const { gesture } = context;
  const here = await arithmetic().catch(() => null);
  // Given up meanwhile.
  if (context.gesture !== gesture) return;
  context.rest();
  if (!here) return context.say("toolsMissing");
  if (editable(context) !== shape || !context.shapes.includes(other)) return;
  merged(context, shape, other, here.storableUnion([shape.polygon, other.polygon], context.image));
  context.leave();
}

export const merge: Node = {
  initial: "idle",
  states: {
    idle: {
      hand: "free",
      move: hover,
      down(context, press) {
        const shape = chosen(context);
        const other = hit(context, press);
        if (!shape || !other) return;
        if (other.type !== "polygon" || other.id === shape.id) return context.say("hintMerge");
        context.gesture = gestureAt(press);
        void mergeWith(context, shape, other);
        return "merging";
      },
    },
    /** Until the arithmetic is here. */
    merging: {
      exit(context) {
        context.gesture = null;
      },
    },
  },
};
