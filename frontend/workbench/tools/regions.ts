/** What is done to the selected polygon: cutting away (a hole, if it lies inside), adding, splitting, merging. */
import type { FlatPoints, ShapeOf } from "../contract";
import { isValid, rounded } from "../geometry/kinds";
import { split as splitRings } from "../geometry/split";
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

/** Draws a region and combines it with the selected polygon once the arithmetic is here. */
const combining = (name: "cut" | "extend"): Node =>
  sketchTool({
    name,
    closed: true,
    least: 3,
    about: "selected",
    snaps: name === "extend",
    finish(context, points) {
      const shape = chosen(context);
      const ring = cleaned(points, true);
      if (!shape || !isOutline(context, ring)) return false;
      void arithmetic().then(
        ({ storableDifference, storableUnion }) => {
          if (context.away || context.editor.sketch.peek()?.points !== points || editable(context) !== shape) return;
          const parts = name === "cut" ? storableDifference(shape.polygon, [ring], context.image) : storableUnion([shape.polygon, [ring]], context.image);
          if (parts.length === 0) return context.say("nothingLeft");
          if (!replace(context, shape, parts, true)) return context.say("crossing");
          context.editor.finishSketch();
          context.leave();
        },
        () => context.say("toolsMissing"),
      );
      return false;
    },
  });

export const cut = combining("cut");
export const extend = combining("extend");

export const split = sketchTool({
  name: "split",
  closed: false,
  least: 2,
  about: "selected",
  snaps: false,
  finish(context, points) {
    const shape = chosen(context);
    const parts = shape && splitRings(shape.polygon, cleaned(points, false));
    if (!shape) return false;
    if (!parts || !replace(context, shape, parts, false)) {
      context.say("splitAcross");
      return false;
    }
    context.editor.finishSketch();
    context.leave();
    return true;
  },
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
