/** Keys for what the schema offers: digits first, then letters that no fixed command uses. */
import type { Option, Question, Spec } from "../contract";
import type { Chord } from "./keys";

export const FIXED_LETTERS = "NVHFCESRGB";
export const DIGITS: readonly Chord[] = [..."123456789"].map((digit) => `Digit${digit}`);
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

/** A place may be empty: its chord is nobody's. */
function assign(names: readonly (string | undefined)[], chords: readonly Chord[]): Map<string, Chord> {
  return new Map(chords.flatMap((chord, at) => (names[at] === undefined ? [] : [[names[at], chord]])));
}

/** A class, or "group/option", and the key that the person has given it. */
export type Given = readonly [name: string, chord: Chord];

const isTree = ({ kind }: Question): boolean => kind === "tree";

/** Goes up a level of the tree that the keys speak to. */
export const UP = "Digit0";

/**
 * Classes come first, then the image's questions, in the schema's order; trees last, so that opening a level
 * changes no other key. `levelOf` tells which options of a tree are open. What is given another key changes
 * places with what has that one, and all others keep theirs.
 */
export function optionKeys(
  spec: Spec,
  levelOf: (tree: Question) => readonly Option[] = ({ options }) => options ?? [],
  given: readonly Given[] = [],
): OptionKeys {
  const classes = (spec.classes ?? []).map(({ key }) => key);
  const tags = spec.tags ?? [];
  const options = [...tags.filter((group) => !isTree(group)), ...tags.filter(isTree)].flatMap((group) =>
    choicesOf(group, isTree(group) ? levelOf(group) : group.options).map((option) => optionId(group.key, option)),
  );
  const names: (string | undefined)[] = [...classes, ...options];
  for (const [name, chord] of given) {
    const [from, to] = [names.indexOf(name), POOL.indexOf(chord)];
    if (from >= 0 && to >= 0) [names[from], names[to]] = [names[to], names[from]];
  }
  const keys = [...assign(names, POOL)];
  const ofClass = new Set(classes);
  return {
    classes: new Map(keys.filter(([name]) => ofClass.has(name))),
    options: new Map(keys.filter(([name]) => !ofClass.has(name))),
  };
}

/** Shift with a digit answers the questions about the selected box. */
export function attributeKeys(attributes: readonly Question[]): ReadonlyMap<string, Chord> {
  const names = attributes.flatMap((question) =>
    choicesOf(question).map((option) => optionId(question.key, option)),
  );
  return assign(names, DIGITS.map((digit) => `Shift+${digit}`));
}
