/** Alt with a digit makes it the key of what was chosen last: among hundreds of classes a person needs some of their own. */
import { effect } from "@preact/signals";
import type { Command } from "../commands/command";
import { capOf, type Chord } from "../commands/keys";
import { choicesOf, DIGITS, type Given, optionId } from "../commands/options";
import { type Language, nameOf, type Spec } from "../contract";
import type { Chosen, Desk } from "../desk";
import type { Editor } from "../model/editor";
import { sayIn } from "./words";

/** What a person calls a class or an option. */
function wordsOf({ classes = [], tags = [] }: Spec, name: string, language: Language): string {
  const found = classes.find(({ key }) => key === name);
  if (found) return nameOf(found, language);
  for (const question of tags) {
    const key = choicesOf(question).find((option) => optionId(question.key, option) === name);
    if (key !== undefined) return nameOf(question.options?.find((option) => option.key === key) ?? question, language);
  }
  return name;
}

/** The class in use where nothing was chosen, or for another project. */
function chosenIn(desk: Desk): Chosen | null {
  const work = desk.session.work.peek();
  const chosen = desk.chosen.peek();
  if (!work || desk.gridding.peek() || chosen?.of.project === work.held.project) return chosen;
  const name = work.editor.selected.peek()?.class ?? desk.shapeClass.peek();
  return name === "" ? null : { of: work.held, name };
}

function give(desk: Desk, chord: Chord): void {
  const say = sayIn(desk.language);
  const key = capOf(chord);
  const chosen = chosenIn(desk);
  const spec = chosen && desk.session.schemas.get(chosen.of.schema)?.spec;
  if (!chosen || !spec) return desk.notices.say("info", say("giveWhat", { key }));
  const { name, of: { project } } = chosen;
  const all = desk.settings.peek().given ?? {};
  const mine = all[project] ?? [];
  const isGiven = mine.some((one) => one[0] === name && one[1] === chord);
  const others = mine.filter((one) => one[0] !== name && one[1] !== chord);
  const gift: Given = [name, chord];
  desk.keep({ given: { ...all, [project]: isGiven ? others : [...others, gift] } });
  desk.notices.say("good", say(isGiven ? "takenBack" : "given", { key, name: wordsOf(spec, name, desk.language) }));
  // A button of the list, which now has another place, would lose the focus.
  document.getElementById("stage")?.focus();
}

/** On the wall as beside one image. */
export const giving = (desk: Desk): Command[] =>
  (["desk", "grid"] as const).flatMap((scope) =>
    DIGITS.map((chord): Command => ({ id: `give.${chord}`, scope, keys: [`Alt+${chord}`], run: () => give(desk, chord) })),
  );

/** Who selects another object means its class from then on. @returns what ends it. */
export function followSelection(desk: Desk): () => void {
  let last: Editor | undefined;
  return effect(() => {
    const editor = desk.session.work.value?.editor;
    void editor?.selectedId.value;
    if (editor && editor === last) desk.chosen.value = null;
    last = editor;
  });
}
