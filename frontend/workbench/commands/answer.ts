/** Commands of the answer: options by key, attributes, submit. */
import type { Desk } from "../desk";
import { nameOf, type Option, type Question, type Shape, type Value } from "../contract";
import { press } from "../model/answer";
import { check, classOf, isTooLarge, MOST, type Problem } from "../model/check";
import type { Editor } from "../model/editor";
import { levelOf, openPath, take } from "../model/tree";
import type { Work } from "../session/session";
import { attributeKeys, choicesOf, optionId, UP } from "./options";
import { chooseClass } from "./boxes";
import type { Command } from "./command";
import { keyOf } from "./keys";

/** The one that may be given a key now; a tree's options have none of their own. */
export function noteChosen(desk: Desk, group: Question, option: string): void {
  const work = desk.session.work.peek();
  if (work && group.kind !== "tree") desk.chosen.value = { of: work.held, name: optionId(group.key, option) };
}

export function pressTag(desk: Desk, group: Question, option: string): void {
  const editor = desk.session.work.peek()?.editor;
  if (!editor) return;
  noteChosen(desk, group, option);
  const now = editor.document.peek().tags[group.key];
  if (group.kind !== "tree") editor.setTag(group.key, press(group, now, option));
  else {
    const { value, open } = take(group, now, option);
    openBranch(editor, group.key, open);
    if (value === undefined) return;
    editor.setTag(group.key, value);
  }
  answered({ shape: null, question: group });
}

/** Shows another level of a tree; null is its top. */
export function openBranch(editor: Editor, group: string, node: string | null): void {
  editor.branches.value = { ...editor.branches.peek(), [group]: node };
}

/** What the keys reach of a tree: the options of the level that is open. */
export function openLevel(editor: Editor, tree: Question): readonly Option[] {
  return levelOf(tree, openPath(tree, editor.document.value.tags[tree.key], editor.branches.value));
}

/** Up a level in the tree opened last, or else in the first one that is open anywhere. */
function levelUp(desk: Desk): void {
  const work = desk.session.work.peek();
  if (!work) return;
  const { editor, schema } = work;
  const trees = (schema.spec.tags ?? []).filter(({ kind }) => kind === "tree");
  const touched = Object.keys(editor.branches.peek());
  const paths = trees.map((tree) => [tree, openPath(tree, editor.document.peek().tags[tree.key], editor.branches.peek())] as const);
  const open = paths.filter(([, path]) => path.length > 0);
  const [tree, path] = open.findLast(([{ key }]) => touched.includes(key)) ?? open[0] ?? [];
  if (tree && path) openBranch(editor, tree.key, path.at(-2)?.key ?? null);
}

export function setAttribute(desk: Desk, key: string, value: Value | null, { settle = true } = {}): void {
  const editor = desk.session.work.peek()?.editor;
  const id = editor?.selectedId.peek();
  if (!editor || !id) return;
  const next = (shape: Shape): Shape => {
    const attributes: Record<string, Value> = { ...shape.attributes };
    if (value === null) delete attributes[key];
    else attributes[key] = value;
    return { ...shape, attributes };
  };
  editor.update(id, next, { settle });
}

export function pressAttribute(desk: Desk, question: Question, option: string): void {
  const now = desk.session.work.peek()?.editor.selected.peek()?.attributes[question.key];
  setAttribute(desk, question.key, press(question, now, option));
  answered({ shape: "", question });
}

/** The questions about the selected box. */
export function attributesOfSelected(desk: Desk): readonly Question[] {
  const work = desk.session.work.value;
  const selected = work?.editor.selected.value;
  return (work && selected && classOf(work.schema.spec, selected.class)?.attributes) ?? [];
}

/** The field on the panel that a problem is about. */
export const fieldId = (problem: Pick<Problem, "shape" | "question">): string =>
  `${problem.shape === null ? "tag" : "attribute"}-${problem.question.key}`;

/** Asked for by a failed submit and now answered: the next Enter is for submit again. */
function answered(question: Pick<Problem, "shape" | "question">): void {
  const field = document.getElementById(fieldId(question));
  if (!field?.hasAttribute("data-missing")) return;
  field.removeAttribute("data-missing");
  document.getElementById("stage")?.focus();
}

/** What is at fault, in the person's words. */
export function wordsOf(desk: Desk, work: Work, { what, question, shape: id }: Problem): string {
  const name = nameOf(question, desk.language);
  const shape = work.editor.document.peek().shapes.find((one) => one.id === id);
  const shapeClass = shape && classOf(work.schema.spec, shape.class);
  const { minimum = "−∞", maximum = "∞" } = question;
  if (what === "range") return desk.t("outOfRange", { name, low: minimum, high: maximum });
  return shapeClass ? desk.t("missingIn", { name, shape: nameOf(shapeClass, desk.language) }) : desk.t("missing", { name });
}

/** Says what is missing, selects the box it is about and puts the focus on the field. */
function show(desk: Desk, problem: Problem): void {
  const work = desk.session.work.peek();
  if (!work) return;
  desk.notices.say("warn", wordsOf(desk, work, problem));
  if (problem.shape) work.editor.selectedId.value = problem.shape;
  // The panel draws the selected box's fields in the next turn.
  setTimeout(() => {
    // A fast hand has answered it by then.
    const now = check(work.schema.spec, work.editor.document.peek());
    if (!now.some((one) => fieldId(one) === fieldId(problem))) return;
    document.getElementById(fieldId(problem))?.setAttribute("data-missing", "");
    askFor(fieldId(problem));
  }, 0);
}

/** Puts the focus where typing is needed; else on the question, so that Enter pressed twice chooses no option. */
function askFor(id: string): void {
  const field = document.getElementById(id);
  field?.scrollIntoView({ block: "nearest" });
  (field?.querySelector<HTMLElement>("input, select, textarea") ?? field)?.focus();
}

function focusField(id: string): void {
  const field = document.getElementById(id);
  const control = field?.querySelector<HTMLElement>("input, select, textarea, button") ?? field;
  field?.scrollIntoView({ block: "nearest" });
  control?.focus();
}

export function focusDetails(desk: Desk): void {
  const [first] = attributesOfSelected(desk);
  if (first) focusField(`attribute-${first.key}`);
}

const confirmedEmpty = new WeakSet<object>();

/** Sends the answer, unless something is missing, not yet seen, or probably a slip: nothing drawn, and nobody said so. */
export function submit(desk: Desk, { mayBeEmpty = false } = {}): void {
  const stage = desk.stage.peek();
  if (!stage) return;
  // A number or a word still being typed counts: leaving the field takes it over.
  const typing = document.activeElement;
  if (typing instanceof HTMLInputElement || typing instanceof HTMLTextAreaElement) typing.blur();
  const { document: answer, pending, sketch } = stage.work.editor;
  const chart = stage.chart.peek();
  if (sketch.peek()) chart.wish("finish");
  // A drag goes on until it is let go: only that place is meant, and only there the shape is checked.
  if (sketch.peek() || chart.busy) return desk.notices.say("warn", desk.t("unfinished"), () => sketch.value === null && !chart.busy);
  if (!stage.seen.peek()) return desk.notices.say("info", desk.t("notLoaded"), () => stage.seen.value);
  const undecided = pending.peek().shapes.length + Object.keys(pending.peek().tags).length;
  if (undecided > 0) return desk.notices.say("warn", desk.t("draftWaits", { n: undecided, take: keyOf("Shift+Enter"), leave: keyOf("Shift+Delete") }));
  const asked = answer.peek();
  const { tags, shapes } = asked;
  const empty = stage.canDraw && shapes.length === 0 && Object.keys(tags).length === 0;
  if (empty && !mayBeEmpty && !confirmedEmpty.has(stage)) {
    confirmedEmpty.add(stage);
    return desk.notices.say("warn", desk.t("emptyAnswer"), () => answer.value !== asked || sketch.value !== null);
  }
  if (isTooLarge(asked)) return desk.notices.say("warn", desk.t("tooLarge", MOST), () => answer.value !== asked);
  const [problem] = desk.session.submit();
  if (problem) show(desk, problem);
}

/** One command for each class and option that has a key, and for the selected box's attributes. */
export function optionCommands(desk: Desk): Command[] {
  const work = desk.session.work.value;
  if (!work) return [];
  const { editor, schema: { spec } } = work;
  const { classes, options } = desk.optionKeys.value;
  const attributes = attributesOfSelected(desk);
  const chords = attributeKeys(attributes);
  const forQuestion = (question: Question, keys: ReadonlyMap<string, string>, what: string, act: typeof pressTag) =>
    choicesOf(question, question.kind === "tree" ? openLevel(editor, question) : question.options).flatMap((option): Command[] => {
      const chord = keys.get(optionId(question.key, option));
      const id = `${what}.${optionId(question.key, option)}`;
      return chord ? [{ id, scope: "desk", keys: [chord], run: () => act(desk, question, option) }] : [];
    });
  return [
    ...[...classes].map(([key, chord]): Command => {
      return { id: `class.${key}`, scope: "desk", keys: [chord], run: () => chooseClass(desk, key) };
    }),
    ...(spec.tags ?? []).flatMap((group) => forQuestion(group, options, "tag", pressTag)),
    ...attributes.flatMap((question) => forQuestion(question, chords, "attribute", pressAttribute)),
    ...(spec.tags?.some(({ kind }) => kind === "tree") ? [{ id: "tree.up", scope: "desk", keys: [UP], run: () => levelUp(desk) } as const] : []),
  ];
}
