/** What every drawing tool begins with: taking a grip, selecting by a click, or starting a shape. */
import { adjusting, hit, hover, takeGrip } from "./adjust";
import { gestureAt, type Node, type ToolContext } from "./context";

const idle: Node = {
  hand: "free",
  move: hover,
  down(context, press) {
    const taken = takeGrip(context, press);
    if (taken) return taken;
    context.gesture = gestureAt(press);
    return "drawing.pressing";
  },
};

/** Even a click inside a shape starts another one. */
const armed: Node = {
  hand: "free",
  enter(context) {
    context.editor.selectedId.value = null;
  },
  down(context, press) {
    context.gesture = gestureAt(press, { forced: true });
    return "drawing.pressing";
  },
};

/** The tree of a tool whose own states are those of `drawing`; each begins in "drawing.pressing". */
export const drawingTool = (drawing: Node): Node => ({
  initial: "idle",
  states: {
    idle,
    armed,
    drawing: {
      ...drawing,
      exit(context) {
        context.setDraft(null);
        context.gesture = null;
      },
    },
    adjusting,
  },
});

/** A click that takes the shape under it instead of starting one. */
export function selectInstead(context: ToolContext): boolean {
  const { gesture } = context;
  const shape = !gesture || gesture.forced ? null : hit(context, gesture.start);
  if (shape) context.editor.selectedId.value = shape.id;
  return shape !== null;
}

export function deselect(context: ToolContext): void {
  context.editor.selectedId.value = null;
}
