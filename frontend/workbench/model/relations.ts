/** Relations between the shapes of one answer. */
import type { Shape } from "../contract";
import type { Editor } from "./editor";

/** Those that are only suggested too: whatever relates to one takes it up. */
export const allOf = ({ document, pending }: Editor): readonly Shape[] => [...document.peek().shapes, ...pending.peek().shapes];

/** Whether the shape may have the parent: not itself, and not one that already lies below it. */
export function belongsBelow(shapes: readonly Shape[], id: string, parent: string): boolean {
  const parents = new Map(shapes.map((shape) => [shape.id, shape.parent]));
  if (!parents.has(parent)) return false;
  for (let at: string | undefined = parent; at !== undefined; at = parents.get(at)) if (at === id) return false;
  return true;
}

/** The smallest number that no shape has, nor any that may yet be taken up. */
export function freeGroup(editor: Editor): number {
  const taken = new Set(allOf(editor).map(({ group }) => group));
  let group = 1;
  while (taken.has(group)) group++;
  return group;
}
