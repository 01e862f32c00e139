/** Alt with a digit makes it the key of what was chosen last: among hundreds of classes a person needs some of their own. */
import type { Command } from "../commands/command";
import { capOf, type Chord } from "../commands/keys";
import { choicesOf, type Given, optionId, POOL } from "../commands/options";
import { nameOf, type Spec } from "../contract";
import type { Desk } from "../desk";
import { sayIn } from "./words";

const DIGITS = POOL.filter((chord) => chord.startsWith("Digit"));

interface Named {
  readonly name: string;
  readonly words: string;
}

/** An option of a tree has no key of its own: each level's options have the same. */
function optionNamed({ tags = [] }: Spec, id: string | null, language: Desk["language"]): Named | undefined {
  const asked = tags.filter(({ kind }) => kind !== "tree");
  const all = asked.flatMap((question) => choicesOf(question).map((option) => ({ question, option })));
  const found = all.find(({ question, option }) => optionId(question.key, option) === id);
  if (!found) return undefined;
  const { question, option } = found;
  return { name: optionId(question.key, option), words: nameOf(question.options?.find(({ key }) => key === option) ?? question, language) };
}

function classNamed({ classes = [] }: Spec, key: string, language: Desk["language"]): Named | undefined {
  const found = classes.find((one) => one.key === key);
  return found && { name: key, words: nameOf(found, language) };
}

function give(desk: Desk, chord: Chord): void {
  const work = desk.session.work.peek();
  if (!work) return;
  const say = sayIn(desk.language);
  const { spec } = work.schema;
  const inUse = work.editor.selected.peek()?.class ?? desk.shapeClass.peek();
  const chosen = optionNamed(spec, desk.lastOption.peek(), desk.language) ?? classNamed(spec, inUse, desk.language);
  if (!chosen) return desk.notices.say("info", say("giveWhat", { key: capOf(chord) }));
  const { project } = work.held;
  const all = desk.settings.peek().given ?? {};
  const others = (all[project] ?? []).filter(([name, key]) => name !== chosen.name && key !== chord);
  const mine: Given = [chosen.name, chord];
  desk.keep({ given: { ...all, [project]: [...others, mine] } });
  desk.notices.say("good", say("given", { key: capOf(chord), name: chosen.words }));
}

/** On the wall as beside one image. */
export const giving = (desk: Desk): Command[] =>
  (["desk", "grid"] as const).flatMap((scope) =>
    DIGITS.map((chord): Command => ({ id: `give.${chord}`, scope, keys: [`Alt+${chord}`], run: () => give(desk, chord) })),
  );
