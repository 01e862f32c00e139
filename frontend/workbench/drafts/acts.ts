/** Taking over what a draft suggests, or leaving it out. Each is one step that can be undone. */
import { batch } from "@preact/signals";
import { submit } from "../commands/answer";
import type { Desk } from "../desk";
import { addShape, decide, type Diff, setTag, tagPart } from "../model/document";
import { type Editor, own } from "../model/editor";
import { sayIn } from "./words";

const editorOf = (desk: Desk): Editor | null => desk.session.work.peek()?.editor ?? null;

export function takeAll(editor: Editor): void {
  const [{ tags, shapes }, now] = [editor.pending.peek(), editor.document.peek()];
  const there = new Set([...now.shapes, ...shapes].map(({ id }) => id));
  const mine = shapes.map((shape) => own(shape, (parent) => there.has(parent)));
  editor.change([
    ...mine.flatMap((shape, at): Diff => [...decide(shape.id), ...addShape(now, shape, now.shapes.length + at)]),
    ...Object.entries(tags).flatMap(([key, value]): Diff => [...decide(tagPart(key)), ...setTag(now, key, value)]),
  ]);
  editor.settle();
}

export function leaveAll(editor: Editor): void {
  const { tags, shapes } = editor.pending.peek();
  editor.change([...shapes.map(({ id }) => id), ...Object.keys(tags).map(tagPart)].flatMap(decide));
  editor.settle();
}

/** The draft's shape after this one, for a key that decides one after the other. */
function nextAfter(editor: Editor, id: string): string | null {
  const { shapes } = editor.pending.peek();
  const at = shapes.findIndex((shape) => shape.id === id);
  return (shapes[at + 1] ?? shapes.find((shape) => shape.id !== id))?.id ?? null;
}

/** Decides on the selected suggestion and selects the next; with none selected it selects the first. */
export function decideOne(desk: Desk, take: boolean): void {
  const editor = editorOf(desk);
  const id = editor?.selectedId.peek();
  if (!editor) return;
  if (!id || !editor.isPending(id)) {
    const first = editor.pending.peek().shapes[0]?.id ?? null;
    if (first === null) return desk.notices.say("info", sayIn(desk.language)("noneLeft"));
    editor.selectedId.value = first;
    return;
  }
  const next = nextAfter(editor, id);
  batch(() => {
    editor.update(id, (shape) => (take ? shape : null));
    editor.selectedId.value = next;
  });
}

/** The whole of a verification. Only of what the person can see. */
export function takeAndSend(desk: Desk): void {
  const stage = desk.stage.peek();
  if (!stage) return;
  if (!stage.seen.peek()) return desk.notices.say("info", desk.t("notLoaded"));
  const chart = stage.chart.peek();
  if (stage.work.editor.sketch.peek()) chart.wish("finish");
  // Says why not.
  if (chart.busy) return submit(desk);
  desk.hidden.value = false;
  takeAll(stage.work.editor);
  submit(desk, { mayBeEmpty: true });
}

/** A draft with nothing in it leaves no trace of having been judged; whoever found it wrong goes on to draw. */
function openWhatIsEmpty(desk: Desk, { pending }: Editor): void {
  const { shapes, tags } = pending.peek();
  if (shapes.length + Object.keys(tags).length === 0) desk.judged.value = desk.session.work.peek();
}

/** For labelling anew. */
export function refuse(desk: Desk): void {
  const editor = editorOf(desk);
  if (editor) openWhatIsEmpty(desk, editor);
  if (editor) leaveAll(editor);
}

export function takeToMend(desk: Desk): void {
  const editor = editorOf(desk);
  if (editor) openWhatIsEmpty(desk, editor);
  if (editor) takeAll(editor);
}
