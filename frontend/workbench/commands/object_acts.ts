/** What changes objects beside their geometry and class: place in the z-order, occluded, parent, group, repeating. */
import { effect } from "@preact/signals";
import type { Desk } from "../desk";
import { LIMITS, type Shape, type Values } from "../contract";
import { isValid, moved, rounded } from "../geometry/kinds";
import { classOf } from "../model/check";
import { addShape, setTag } from "../model/document";
import { type Editor, own } from "../model/editor";
import { allOf, belongsBelow, freeGroup, groupsAmong } from "../model/relations";
import { restack } from "../model/restack";
import { shapeId } from "../sync/ids";
import { editorOf, refuseLocked } from "./objects";

const placeOf = (editor: Editor, id: string): number => editor.document.peek().shapes.findIndex((shape) => shape.id === id);

/** To another place in the z-order: by a number of places, or to an end with Infinity. */
export function raise(desk: Desk, id: string, by: number): void {
  const editor = editorOf(desk);
  if (!editor || refuseLocked(desk, id)) return;
  editor.change(restack(editor.document.peek(), id, placeOf(editor, id) + by));
  editor.settle();
}

/** The shape with some keys set, or without those that are undefined. */
function withKeys(shape: Shape, keys: { occluded?: true | undefined; parent?: string | undefined; group?: number | undefined }): Shape {
  const next: Record<string, unknown> = { ...shape, ...keys };
  for (const [key, value] of Object.entries(keys)) if (value === undefined) delete next[key];
  return next as unknown as Shape;
}

export function toggleOccluded(desk: Desk, id: string): void {
  if (refuseLocked(desk, id)) return;
  editorOf(desk)?.update(id, (shape) => withKeys(shape, { occluded: shape.occluded ? undefined : true }));
}

/** Null takes the parent away. False when the two would go round in a circle. */
export function setParent(desk: Desk, id: string, parent: string | null): boolean {
  const editor = editorOf(desk);
  if (!editor || refuseLocked(desk, id)) return true;
  if (parent !== null && !belongsBelow(allOf(editor), id, parent)) {
    desk.notices.say("warn", desk.t("parentCycle"));
    return false;
  }
  if (parent !== null && editor.isPending(parent)) {
    if (refuseLocked(desk, parent)) return true;
    editor.update(parent, (shape) => shape, { settle: false });
  }
  editor.update(id, (shape) => withKeys(shape, { parent: parent ?? undefined }));
  return true;
}

export function setGroup(desk: Desk, id: string, group: number | null): void {
  if (refuseLocked(desk, id)) return;
  const fits = group !== null && Number.isInteger(group) && group >= 1 && group <= LIMITS.group;
  editorOf(desk)?.update(id, (shape) => withKeys(shape, { group: fits ? group : undefined }));
}

/** Both get the group of either, or a fresh one, in one step. */
function joinGroups(desk: Desk, a: string, b: string): void {
  const editor = editorOf(desk);
  if (!editor || refuseLocked(desk, a) || refuseLocked(desk, b)) return;
  const groupOf = (id: string): number | undefined => allOf(editor).find((shape) => shape.id === id)?.group;
  const group = groupOf(b) ?? groupOf(a) ?? freeGroup(editor);
  for (const id of [a, b]) editor.update(id, (shape) => withKeys(shape, { group }), { settle: false });
  editor.settle();
}

/** Waits for another object to be selected, which may have happened while this was being fetched. */
export function awaitOther(desk: Desk, editor: Editor): void {
  const stop = effect(() => {
    relate(desk, editor);
    if (!editor.relating.value) queueMicrotask(() => stop());
  });
}

function relate(desk: Desk, editor: Editor): void {
  const relating = editor.relating.peek();
  const other = editor.selectedId.value;
  if (!relating || other === relating.id) return;
  editor.relating.value = null;
  if (other === null) return;
  if (relating.what === "group") joinGroups(desk, relating.id, other);
  else setParent(desk, relating.id, other);
  editor.selectedId.value = relating.id;
}

/** Gives the selected object the details that the last one of its class has; without one, the image its last answers. */
export function repeatLabel(desk: Desk): void {
  const work = desk.session.work.peek();
  const selected = work?.editor.selected.peek();
  if (!work) return;
  if (!selected) return repeatAnswers(desk);
  if (refuseLocked(desk, selected.id)) return;
  const here = work.editor.document.peek().shapes.filter((shape) => shape.id !== selected.id);
  const before = desk.session.past.list.peek().find(({ schema }) => schema === work.held.schema)?.payload.shapes ?? [];
  const like = [...before, ...here].findLast((shape) => shape.class === selected.class);
  if (!like) return desk.notices.say("info", desk.t("nothingToRepeat"));
  work.editor.update(selected.id, (shape) => ({ ...shape, attributes: like.attributes }));
}

/** The answers to the questions about the last image, for this one. */
function repeatAnswers(desk: Desk): void {
  const work = desk.session.work.peek();
  if (!work) return;
  const last = desk.session.past.list.peek().find(({ schema, task }) => schema === work.held.schema && task !== work.held.task);
  const tags: Values = last?.payload.tags ?? {};
  if (Object.keys(tags).length === 0) return desk.notices.say("info", desk.t("nothingToRepeat"));
  for (const [key, value] of Object.entries(tags)) work.editor.setTag(key, value, { settle: false });
  work.editor.settle();
}

/** All of the last image's answer, for this one: shapes in their places as far as they lie in this image, in one step. */
export function copyPrevious(desk: Desk): void {
  const work = desk.session.work.peek();
  if (!work) return;
  const { editor, held, schema } = work;
  const last = desk.session.past.list.peek().find((sent) => sent.schema === held.schema && sent.task !== held.task);
  const before = last?.payload.shapes ?? [];
  const ids = new Map(before.map(({ id }) => [id, shapeId()]));
  const groups = groupsAmong(editor, before);
  const copies = before.flatMap((shape): Shape[] => {
    const related = { parent: ids.get(shape.parent ?? ""), group: groups.get(shape.group ?? 0) };
    const copy = rounded(moved(withKeys({ ...shape, id: ids.get(shape.id) ?? shapeId() }, related), 0, 0, held.image));
    const fits = classOf(schema.spec, copy.class) && isValid(copy, held.image);
    return fits ? [copy] : [];
  });
  const there = new Set(copies.map(({ id }) => id));
  const tags = Object.entries(last?.payload.tags ?? {});
  if (copies.length + tags.length === 0) return desk.notices.say("info", desk.t("nothingToRepeat"));
  const now = editor.document.peek();
  const mine = copies.map((shape) => own(shape, (parent) => there.has(parent)));
  editor.change([
    ...mine.flatMap((shape, at) => addShape(now, shape, now.shapes.length + at)),
    ...tags.flatMap(([key, value]) => setTag(now, key, value)),
  ]);
  editor.settle();
}
