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

const groupsOf = (editor: Editor): Set<number | undefined> => new Set(allOf(editor).map(({ group }) => group));

function smallestWithout(taken: ReadonlySet<number | undefined>): number {
  let group = 1;
  while (taken.has(group)) group++;
  return group;
}

/** The smallest number that no shape has, nor any that may yet be taken up. */
export const freeGroup = (editor: Editor): number => smallestWithout(groupsOf(editor));

/** The number that each group of another image has among those of this one: its own where it is free. */
export function groupsAmong(editor: Editor, others: readonly Shape[]): Map<number, number> {
  const taken = groupsOf(editor);
  const among = new Map<number, number>();
  for (const { group } of others) {
    if (group === undefined || among.has(group)) continue;
    const number = taken.has(group) ? smallestWithout(taken) : group;
    among.set(group, number);
    taken.add(number);
  }
  return among;
}
