/** One object becomes several, or two become one. Suggestions are taken up on the way; the step stays open. */
import type { Shape } from "../contract";
import { addShape, decide, heirPart, replaceShape } from "../model/document";
import { type Editor, own } from "../model/editor";
import { allOf, belongsBelow } from "../model/relations";

/** The first part has the id and the place of what was there, the others lie upon it. False: it is locked or gone, and nothing is done. */
export function becomes(editor: Editor, [first, ...others]: readonly Shape[]): boolean {
  if (!first || editor.locked.peek().has(first.id) || !allOf(editor).some(({ id }) => id === first.id)) return false;
  editor.update(first.id, () => first, { settle: false });
  const place = editor.document.peek().shapes.findIndex(({ id }) => id === first.id);
  others.forEach((one, at) => {
    const now = editor.document.peek();
    const isThere = (parent: string): boolean => now.shapes.some(({ id }) => id === parent);
    editor.change(addShape(now, own(one, isThere), place + 1 + at));
  });
  return true;
}

/**
 * A shape takes another one in: it stays, the other goes. What belonged to the other belongs to it from now on; if it
 * lay below the other itself, it belongs to what the other belonged to.
 */
export function takesIn(editor: Editor, shape: Shape, other: Shape): boolean {
  if (editor.locked.peek().has(other.id) || !becomes(editor, [shape])) return false;
  const { shapes } = editor.document.peek();
  const wasBelow = !belongsBelow(shapes, other.id, shape.id);
  for (const one of shapes) {
    if (one.id === shape.id ? !wasBelow : one.parent !== other.id) continue;
    const parent = one.id === shape.id ? other.parent : shape.id;
    const next: Shape & { parent?: string | undefined } = { ...one, ...(parent !== undefined && { parent }) };
    if (parent === undefined) delete next.parent;
    editor.change(replaceShape(editor.document.peek(), one.id, next));
  }
  if (editor.pending.peek().shapes.some(({ parent }) => parent === other.id)) editor.change(decide(heirPart(other.id, shape.id)));
  editor.update(other.id, () => null, { settle: false });
  return true;
}
