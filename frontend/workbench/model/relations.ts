/** Relations between the shapes of one answer. */
import type { Shape } from "../contract";

/** Whether the shape may have the parent: not itself, and not one that already lies below it. */
export function belongsBelow(shapes: readonly Shape[], id: string, parent: string): boolean {
  const parents = new Map(shapes.map((shape) => [shape.id, shape.parent]));
  if (!parents.has(parent)) return false;
  for (let at: string | undefined = parent; at !== undefined; at = parents.get(at)) if (at === id) return false;
  return true;
}

/** The smallest number that no shape has. */
export function freeGroup(shapes: readonly Shape[]): number {
  const taken = new Set(shapes.map(({ group }) => group));
  let group = 1;
  while (taken.has(group)) group++;
  return group;
}
