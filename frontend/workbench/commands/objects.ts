/** Commands of objects as the list has them: order, lock, hide, occluded, parent and group, repeating a label. */
import type { Desk } from "../desk";
import type { Shape } from "../contract";
import { classOf } from "../model/check";
import type { Editor } from "../model/editor";
import type { Command } from "./command";
import type * as objectActs from "./object_acts";

let atHand: typeof objectActs | null = null;

/** What changes objects comes when it is first asked for: most images need none of it. Then it acts at once: the next key builds on it. */
export function act(desk: Desk, run: (acts: typeof objectActs) => void): void {
  if (atHand) return run(atHand);
  const missing = (): void => desk.notices.say("bad", desk.t("toolsMissing"));
  void import("./object_acts").then((acts) => run((atHand = acts)), missing);
}

export const editorOf = (desk: Desk): Editor | null => desk.session.work.peek()?.editor ?? null;

const toggled = (set: ReadonlySet<string>, id: string): ReadonlySet<string> =>
  set.has(id) ? new Set([...set].filter((one) => one !== id)) : new Set([...set, id]);

export function toggleLock(desk: Desk, id: string): void {
  const editor = editorOf(desk);
  if (editor) editor.locked.value = toggled(editor.locked.peek(), id);
}

export function toggleHidden(desk: Desk, id: string): void {
  const editor = editorOf(desk);
  if (editor) editor.hidden.value = toggled(editor.hidden.peek(), id);
}

export function showAll(desk: Desk): void {
  const editor = editorOf(desk);
  desk.hidden.value = false;
  if (editor) editor.hidden.value = new Set();
}

/** Says why nothing happens to a locked object. */
export function refuseLocked(desk: Desk, id: string): boolean {
  const locked = editorOf(desk)?.locked.peek().has(id) === true;
  if (locked) desk.notices.say("info", desk.t("isLocked"));
  return locked;
}

/** The same of an object that would change its form unseen. */
export function refuseReshape(desk: Desk, id: string): boolean {
  const unseen = desk.stage.peek()?.shapeOf(id) === null;
  if (unseen) desk.notices.say("info", desk.t("isHidden"));
  return unseen || refuseLocked(desk, id);
}

/** The next object that is selected becomes the parent, or joins the group. Pressed again: no longer. */
export function startRelating(desk: Desk, what: "parent" | "group"): void {
  const editor = editorOf(desk);
  const id = editor?.selectedId.peek();
  if (!editor || !id) return desk.notices.say("info", desk.t("selectFirst"));
  if (refuseLocked(desk, id)) return;
  // At once: the very next key may select the other one.
  editor.relating.value = editor.relating.peek()?.what === what ? null : { what, id };
  act(desk, ({ awaitOther }) => awaitOther(desk, editor));
}

/** Whether a shape may be given the class: it must be drawn that way there, a skeleton with the same points. */
export function mayBecome(desk: Desk, shape: Shape, key: string): boolean {
  const spec = desk.session.work.peek()?.schema.spec ?? {};
  const [now, next] = [classOf(spec, shape.class), classOf(spec, key)];
  const pointsOf = (one: typeof now): string => (one?.skeleton?.points ?? []).map((point) => point.key).join();
  if (!(next?.geometries ?? ["box"]).includes(shape.type)) return false;
  return shape.type !== "skeleton" || pointsOf(now) === pointsOf(next);
}

export function objectCommands(desk: Desk): Command[] {
  const objects = { scope: "desk", group: "groupObjects" } as const;
  const withSelected = (run: (desk: Desk, id: string) => void) => () => {
    const id = editorOf(desk)?.selectedId.peek();
    if (id) run(desk, id);
    else desk.notices.say("info", desk.t("selectFirst"));
  };
  const order = (id: string, keys: string, label: Command["label"], by: number): Command => {
    const run = withSelected((_, selected) => act(desk, ({ raise }) => raise(desk, selected, by)));
    return { ...objects, id: `order.${id}`, keys: [keys], ...(label && { label }), onStage: true, repeats: Math.abs(by) === 1, run };
  };
  return [
    order("up", "PageUp", "cmdForwards", 1),
    order("down", "PageDown", "cmdBackwards", -1),
    order("top", "Shift+PageUp", "cmdToFront", Infinity),
    order("bottom", "Shift+PageDown", "cmdToBack", -Infinity),
    { ...objects, id: "object.lock", keys: ["Shift+KeyL"], label: "cmdLock", run: withSelected(toggleLock) },
    { ...objects, id: "object.hide", keys: ["Shift+KeyH"], label: "cmdHide", run: withSelected(toggleHidden) },
    { ...objects, id: "object.show", keys: ["Ctrl+Shift+KeyH"], label: "cmdShowAll", run: () => showAll(desk) },
    { ...objects, id: "object.occluded", keys: ["Shift+KeyO"], label: "occluded", run: withSelected((_, id) => act(desk, ({ toggleOccluded }) => toggleOccluded(desk, id))) },
    { ...objects, id: "object.parent", keys: ["Shift+KeyU"], label: "cmdParent", run: () => startRelating(desk, "parent") },
    { ...objects, id: "object.group", keys: ["Shift+KeyG"], label: "cmdGroup", run: () => startRelating(desk, "group") },
    { ...objects, id: "repeat", keys: ["Shift+KeyR"], label: "cmdRepeat", run: () => act(desk, ({ repeatLabel }) => repeatLabel(desk)) },
    { ...objects, id: "copy.previous", keys: ["Ctrl+Shift+KeyV"], label: "cmdCopyPrevious", run: () => act(desk, ({ copyPrevious }) => copyPrevious(desk)) },
  ];
}
