/** What a draft says, in words. */
import { type Language, nameOf, type Option, type Question, type Value } from "../contract";

/** A tree's choices with those below them. */
const flat = (options: readonly Option[] = []): Option[] => options.flatMap((one) => [one, ...flat(one.options)]);

/** An answer by the names of its options; what was typed stands for itself. */
export function namesOf(group: Question, value: Value, language: Language): string {
  const options = flat(group.options);
  return [value].flat().map((key) => nameOf(options.find((one) => one.key === key) ?? { key: String(key) }, language)).join(", ");
}
