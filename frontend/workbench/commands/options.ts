/** Keys for what the schema offers: digits first, then letters that no fixed command uses. */
import type { Question, Spec } from "../contract";
import type { Chord } from "./keys";

export const FIXED_LETTERS = "NVHFCESRGB";
const DIGITS = [..."123456789"].map((digit) => `Digit${digit}`);
const LETTERS = [..."QWADZXTYUIOPJKLM"].map((letter) => `Key${letter}`);
export const POOL: readonly Chord[] = [...DIGITS, ...LETTERS];

export interface OptionKeys {
  /** Class key -> chord. */
  readonly classes: ReadonlyMap<string, Chord>;
  /** "group/option" -> chord. */
  readonly options: ReadonlyMap<string, Chord>;
}

export const optionId = (group: string, option: string): string => `${group}/${option}`;

const CHOICES = new Set<Question["kind"]>(["single", "multiple", "select", "checkbox"]);

/** What a question offers to press: its options, or for a checkbox the one box. */
export function choicesOf(question: Question): string[] {
  if (!CHOICES.has(question.kind)) return [];
  return question.kind === "checkbox" ? [""] : (question.options ?? []).map(({ key }) => key);
}

function assign(names: readonly string[], chords: readonly Chord[]): Map<string, Chord> {
  const pairs = names.slice(0, chords.length).map((name, at) => [name, chords[at] ?? ""] as const);
  return new Map(pairs);
}

/** Classes come first, then the image's questions, in the schema's order. */
export function optionKeys(spec: Spec): OptionKeys {
  const classes = (spec.classes ?? []).map(({ key }) => key);
  const options = (spec.tags ?? []).flatMap((group) =>
    choicesOf(group).map((option) => optionId(group.key, option)),
  );
  return {
    classes: assign(classes, POOL),
    options: assign(options, POOL.slice(classes.length)),
  };
}

/** Shift with a digit answers the questions about the selected box. */
export function attributeKeys(attributes: readonly Question[]): ReadonlyMap<string, Chord> {
  const names = attributes.flatMap((question) =>
    choicesOf(question).map((option) => optionId(question.key, option)),
  );
  return assign(names, DIGITS.map((digit) => `Shift+${digit}`));
}
