/**
 * Masks: a brush, an eraser, a filler of holes. A stroke is shown as a line while it lasts and becomes pixels when
 * it ends, so that a mask of 12 megapixels costs nothing under the moving hand. Alt turns the brush into the eraser.
 */
import type { Mask, ShapeOf } from "../contract";
import { Columns } from "../geometry/columns";
import { fillEnclosed, fillStroke } from "../geometry/raster";
import { pixelsIn } from "../geometry/rle";
import { editable } from "./adjust";
import { type BrushStroke, gestureAt, type Node, type Press, type ToolContext } from "./context";
import { strokes } from "./strokes";

/** The mask last painted on, unpacked. */
let last: { mask: Mask; columns: Columns } | null = null;

function columnsOf(context: ToolContext, mask: Mask | null): Columns {
  if (!mask) return new Columns(context.image.width, context.image.height);
  return last?.mask === mask ? last.columns : Columns.of(mask);
}

function chosen(context: ToolContext): ShapeOf<"mask"> | null {
  const shape = editable(context);
  return shape?.type === "mask" ? shape : null;
}

/** Paints on the selected mask, or makes a new one. A mask with no pixel left is deleted. */
function apply(context: ToolContext, shape: ShapeOf<"mask"> | null, paint: (columns: Columns) => void, stroke?: BrushStroke): void {
  const { editor } = context;
  const columns = columnsOf(context, shape?.mask ?? null);
  paint(columns);
  const mask = columns.toMask();
  // What changes no pixel is no step: undoing it would seem to do nothing.
  if (mask.counts === shape?.mask.counts) return;
  last = { mask, columns };
  if (stroke) strokes.set(mask, stroke);
  const empty = pixelsIn(mask) === 0;
  if (shape) editor.update(shape.id, () => (empty ? null : { ...shape, mask }));
  else if (!empty) {
    editor.add(context.newShape("mask", mask));
    editor.settle();
  }
}

const radiusOf = (context: ToolContext): number => context.brushRadius() * context.lookOf(NOTHING).unit;
const NOTHING = { id: "", class: "", type: "point", point: [0, 0], attributes: {} } as const;

function tool(erasing: boolean): Node {
  const erases = (press: Press): boolean => erasing || press.alt === true;

  const show = (context: ToolContext, press: Press): void => {
    const { x, y } = press.point;
    const points = context.gesture?.trail ?? [x, y];
    context.setDraft({ stroke: { points, radius: radiusOf(context), erases: erases(context.gesture?.start ?? press) } });
  };

  const idle: Node = {
    hand: "free",
    move: show,
    down(context, press) {
      context.gesture = gestureAt(press, { trail: [press.point.x, press.point.y] });
      return "painting";
    },
    exit: (context) => context.setDraft(null),
  };

  const painting: Node = {
    enter(context) {
      if (context.gesture) show(context, context.gesture.start);
    },
    move(context, press) {
      const trail = context.gesture?.trail;
      if (trail) context.gesture = gestureAt(context.gesture?.start ?? press, { trail: [...trail, press.point.x, press.point.y] });
      show(context, press);
    },
    up(context) {
      const { gesture } = context;
      if (!gesture) return "idle";
      const wipes = erases(gesture.start);
      const shape = chosen(context);
      if (wipes && !shape) context.say("selectMask");
      else {
        const stroke = { points: gesture.trail, radius: radiusOf(context), erases: wipes };
        apply(context, shape, (columns) => fillStroke(columns, stroke.points, stroke.radius, wipes ? 0 : 1), stroke);
      }
      return "idle";
    },
    interrupt: () => "idle",
    exit(context) {
      context.gesture = null;
      context.setDraft(null);
    },
  };

  const armed: Node = {
    ...idle,
    enter(context) {
      context.editor.selectedId.value = null;
    },
  };

  return { initial: "idle", states: { idle, armed, painting } };
}

export const mask = tool(false);
export const eraser = tool(true);

export const fill: Node = {
  initial: "idle",
  states: {
    idle: {
      hand: "free",
      down(context, press) {
        const shape = chosen(context);
        if (!shape) return context.say("selectMask");
        let enclosed = false;
        apply(context, shape, (columns) => {
          enclosed = fillEnclosed(columns, Math.floor(press.point.x), Math.floor(press.point.y));
        });
        if (!enclosed) context.say("notEnclosed");
      },
    },
  },
};
