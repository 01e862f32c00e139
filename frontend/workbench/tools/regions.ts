/** What is done to the selected polygon: cutting away (a hole, if it lies inside), adding, splitting, merging. */
import type { FlatPoints, ShapeOf } from "../contract";
import type * as booleanModule from "../geometry/boolean";
import { isValid, rounded } from "../geometry/kinds";
import { split as splitRings } from "../geometry/split";
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
type Arithmetic = typeof booleanModule;

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
  /** What becomes of the polygon, or what tells it once the arithmetic is here; none: nothing can. */
  parts(polygon: Rings, drawn: FlatPoints, image: Size): readonly Rings[] | ((here: Arithmetic) => readonly Rings[]);
  /** Said where there are none, and where they are no polygons. */
  readonly none: Key;
  readonly bad: Key;
}

/** Draws a region or a line and does with it to the selected polygon what it is for. */
function reworking({ name, closed, snaps, together, parts, none, bad }: Plan): Node {
  function become(context: ToolContext, shape: Polygon, next: readonly Rings[]): boolean {
    const refused = next.length === 0 ? none : replace(context, shape, next, together) ? null : bad;
    if (refused) {
      context.say(refused);
      return false;
    }
    context.editor.finishSketch();
    context.leave();
    return true;
  }
  return sketchTool({
    name,
    closed,
    least: closed ? 3 : 2,
    about: "selected",
    snaps,
    finish(context, points) {
      const shape = chosen(context);
      const drawn = cleaned(points, closed);
      if (!shape || (closed && !isOutline(context, drawn))) return false;
      const next = parts(shape.polygon, drawn, context.image);
      if (typeof next !== "function") return become(context, shape, next);
      void arithmetic().then(
        (here) => {
          if (context.away || context.editor.sketch.peek()?.points !== points || editable(context) !== shape) return;
          become(context, shape, next(here));
        },
        () => context.say("toolsMissing"),
      );
      return false;
    },
  });
}

export const cut = reworking({
  name: "cut",
  closed: true,
  snaps: false,
  together: true,
  parts: (polygon, drawn, image) => (here) => here.storableDifference(polygon, [drawn], image),
  none: "nothingLeft",
  bad: "crossing",
});

export const extend = reworking({
  name: "extend",
  closed: true,
  snaps: true,
  together: true,
  parts: (polygon, drawn, image) => (here) => here.storableUnion([polygon, [drawn]], image),
  none: "nothingLeft",
  bad: "crossing",
});

export const split = reworking({
  name: "split",
  closed: false,
  snaps: false,
  together: false,
  parts(polygon, drawn, image) {
    const found = splitRings(polygon, drawn);
    if (found.every(({ over }) => over.length === 0)) return found.map((part) => part.polygon);
    return (here) => here.storableParts(found, image);
  },
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
