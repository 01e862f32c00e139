/** The select tool: a click selects, a drag on a shape moves it, a drag beside all shapes pans. */
import { adjusting, hit, hover, takeGrip } from "./adjust";
import { gestureAt, isDrag, type Node } from "./context";

const idle: Node = {
  hand: "free",
  move: hover,
  down(context, press) {
    const taken = takeGrip(context, press);
    if (taken) return taken;
    const shape = hit(context, press);
    context.gesture = gestureAt(press, { shape });
    return shape ? "pressing" : "panning";
  },
};

const pressing: Node = {
  enter(context) {
    context.editor.selectedId.value = context.gesture?.shape?.id ?? null;
  },
  move(context, press) {
    return context.gesture && isDrag(context.gesture.start, press) ? "adjusting.moving" : undefined;
  },
  up: () => "idle",
};

const panning: Node = {
  hand: "free",
  move(context, press) {
    const { gesture } = context;
    if (!gesture) return;
    context.pan(press.screen.x - gesture.start.screen.x, press.screen.y - gesture.start.screen.y);
    gesture.start = press;
    gesture.forced = true;
  },
  up(context) {
    if (!context.gesture?.forced) context.editor.selectedId.value = null;
    return "idle";
  },
};

export const select: Node = { initial: "idle", states: { idle, pressing, panning, adjusting } };
