/** What tools that draw point by point share: the sketch, and what keys do to it. */
import type { FlatPoints } from "../contract";
import type { Node, ToolContext } from "./context";

export const placed = ({ editor }: ToolContext): FlatPoints => editor.sketch.peek()?.points ?? [];

export function plot(context: ToolContext, tool: string, numbers: readonly number[]): void {
  context.editor.plot(tool, context.shapeClass()?.key ?? "", numbers);
}

/** Undo, redo and cancel are about points as long as there are any. */
export const sketchWishes = {
  back(context) {
    return context.editor.unplot() && context.editor.sketch.peek() ? "drawing.waiting" : "idle";
  },
  forward(context) {
    context.editor.replot();
    return "drawing.waiting";
  },
  cancel(context) {
    context.editor.dropSketch();
  },
  interrupt(context) {
    return context.editor.sketch.peek() ? "drawing.waiting" : "idle";
  },
} satisfies Partial<Node>;
