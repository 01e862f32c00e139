/** What is done to the selected polygon: cutting away (a hole, if it lies inside), adding, splitting, merging. */
import type { FlatPoints, Shape, ShapeOf } from "../contract";
import { isValid, rounded } from "../geometry/kinds";
import { split as splitRings } from "../geometry/split";
import { addShape, replaceShape } from "../model/document";
import { shapeId } from "../sync/ids";
import { editable, hit, hover } from "./adjust";
import type { Node, ToolContext } from "./context";
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

function freeGroup({ editor }: ToolContext): number {
  const taken = new Set(editor.document.peek().shapes.map(({ group }) => group));
  for (let group = 1; ; group++) if (!taken.has(group)) return group;
}

/** One shape becomes several: the first keeps the id; parts of one object are of one group. */
function replace(context: ToolContext, shape: Polygon, parts: readonly Rings[], together: boolean): boolean {
  const { editor, image } = context;
  const group = together && parts.length > 1 ? (shape.group ?? freeGroup(context)) : shape.group;
  const common = group === undefined ? shape : { ...shape, group };
  const next = parts.map((polygon, at): Polygon => rounded({ ...common, id: at === 0 ? shape.id : shapeId(), polygon }));
  if (next.length === 0 || !next.every((one) => isValid(one, image))) return false;
  const place = editor.document.peek().shapes.findIndex(({ id }) => id === shape.id);
  next.forEach((one, at) => {
    const now = editor.document.peek();
    editor.change(at === 0 ? replaceShape(now, shape.id, one) : addShape(now, one, place + at));
  });
  return true;
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
        ({ union, difference }) => {
          if (context.editor.sketch.peek()?.points !== points) return;
          const parts = name === "cut" ? difference(shape.polygon, [ring]) : union([shape.polygon, [ring]]);
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

function mergeWith(context: ToolContext, shape: Polygon, other: Shape): void {
  if (other.type !== "polygon" || other.id === shape.id) return context.say("hintMerge");
  void arithmetic().then(
    ({ union }) => {
      const { editor } = context;
      const parts = union([shape.polygon, other.polygon]);
      if (parts.length === 1) {
        editor.change(replaceShape(editor.document.peek(), other.id, null));
        replace(context, shape, parts, true);
      } else {
        const group = shape.group ?? other.group ?? freeGroup(context);
        for (const one of [shape, other]) editor.change(replaceShape(editor.document.peek(), one.id, { ...one, group }));
        context.say("mergeApart");
      }
      editor.settle();
      context.leave();
    },
    () => context.say("toolsMissing"),
  );
}

export const merge: Node = {
  initial: "idle",
  states: {
    idle: {
      move: hover,
      down(context, press) {
        const shape = chosen(context);
        const other = hit(context, press);
        if (shape && other) mergeWith(context, shape, other);
      },
    },
  },
};
