/** Keys for what the schema offers: digits first, then letters that no fixed command uses. */
import type { Option, Question, Spec } from "../contract";
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

const CHOICES = new Set<Question["kind"]>(["single", "multiple", "tree", "select", "radio", "checkbox"]);

/** What a question offers to press: its options (of a tree, those of the open level), or a checkbox itself. */
export function choicesOf(question: Question, level: readonly Option[] = question.options ?? []): string[] {
  if (!CHOICES.has(question.kind)) return [];
  return question.kind === "checkbox" ? [""] : level.map(({ key }) => key);
}

function assign(names: readonly string[], chords: readonly Chord[]): Map<string, Chord> {
  const pairs = names.slice(0, chords.length).map((name, at) => [name, chords[at] ?? ""] as const);
  return new Map(pairs);
}

const isTree = ({ kind }: Question): boolean => kind === "tree";

/** Goes up a level of the tree that the keys speak to. */
export const UP = "Digit0";

/**
 * Classes come first, then the image's questions, in the schema's order; trees last, so that opening a level
 * changes no other key. `levelOf` tells which options of a tree are open.
 */
export function optionKeys(spec: Spec, levelOf: (tree: Question) => readonly Option[] = ({ options }) => options ?? []): OptionKeys {
  const classes = (spec.classes ?? []).map(({ key }) => key);
  const tags = spec.tags ?? [];
  const options = [...tags.filter((group) => !isTree(group)), ...tags.filter(isTree)].flatMap((group) =>
    choicesOf(group, isTree(group) ? levelOf(group) : group.options).map((option) => optionId(group.key, option)),
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
