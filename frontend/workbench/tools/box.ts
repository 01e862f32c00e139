/**
 * The box tool. A drag draws; a click on a shape selects it; a click elsewhere sets the first of two
 * corners. On the selected box, a grip resizes. Armed, even a click inside a shape starts a box.
 */
import { boxFromCorners, clampPoint, isBigEnough } from "../model/geometry";
import { shapeAt } from "../model/hit";
import { adjusting, gripAt, hover, startResize } from "./adjust";
import type { StateNode } from "./chart";
import { isDrag, type Press, type ToolContext } from "./context";

type Node = StateNode<ToolContext, Press>;

function begin(context: ToolContext, press: Press, forced: boolean): string {
  context.gesture = { start: press, shape: null, handle: null, forced };
  return "drawing.pressing";
}

function stretch(context: ToolContext, press: Press): void {
  if (!context.gesture) return;
  const from = clampPoint(context.gesture.start.point, context.image);
  context.setDraft(boxFromCorners(from, clampPoint(press.point, context.image)));
}

/** Makes the drafted box a shape; a box without area is a slip of the hand and vanishes. */
function finish(context: ToolContext, press: Press): string {
  if (!context.gesture) return "idle";
  const from = clampPoint(context.gesture.start.point, context.image);
  const box = boxFromCorners(from, clampPoint(press.point, context.image));
  if (isBigEnough(box)) {
    context.editor.add(context.newShape(box));
    context.editor.settle();
  }
  return "idle";
}

const idle: Node = {
  move: hover,
  down(context, press) {
    const grip = gripAt(context, press);
    return grip ? startResize(context, press, grip) : begin(context, press, false);
  },
};

const armed: Node = {
  enter(context) {
    context.editor.selectedId.value = null;
  },
  down: (context, press) => begin(context, press, true),
};

const pressing: Node = {
  move(context, press) {
    if (!context.gesture || !isDrag(context.gesture.start, press)) return;
    stretch(context, press);
    return "drawing.dragging";
  },
  up(context, press) {
    const hit = context.gesture?.forced ? null : shapeAt(context.shapes, press.point, press.slack / 2);
    if (!hit) return "drawing.placing";
    context.editor.selectedId.value = hit.id;
    return "idle";
  },
};

const dragging: Node = { move: stretch, up: finish };

/** Between the two clicks. A press that drags also ends here: its release is the second corner. */
const placing: Node = {
  enter(context) {
    context.editor.selectedId.value = null;
  },
  move: stretch,
  down: stretch,
  up: finish,
};

export const box: Node = {
  initial: "idle",
  states: {
    idle,
    armed,
    drawing: {
      states: { pressing, dragging, placing },
      exit(context) {
        context.setDraft(null);
        context.gesture = null;
      },
    },
    adjusting,
  },
};
