/** Which key a command may be given: not one that means something else where it counts. */
import { type Command, withKeys } from "../commands/command";
import type { Chord } from "../commands/keys";
import { attributeKeys, POOL, UP } from "../commands/options";

/** Enter sends and Esc cancels everywhere; whoever changed them could not find the way back. */
const FIXED = new Set(["submit", "escape"]);
/** The browser's own, and those that a focused control or the hand tool needs. */
const RESERVED = /^(Ctrl\+(Shift\+)?Key[NTWRLQJI]|Alt\+.*|F(3|5|11|12)|(Shift\+)?(Tab|Enter|Space|Escape)|(Ctrl\+)?(Shift\+)?Arrow\w+)$/;
const MODIFIER = /(Control|Shift|Alt|Meta|OS)(Left|Right)?$|^(Ctrl\+|Shift\+|Alt\+)*(CapsLock|NumLock|Process|Unidentified)?$/;

export const mayRekey = (id: string): boolean => !FIXED.has(id);

export const isModifier = (chord: Chord): boolean => MODIFIER.test(chord);

export type Verdict = { readonly is: "free" | "reserved" | "option" } | { readonly is: "taken"; readonly by: Command };

/** @param commands as they come, before the person's changes in `keys`. */
export function judge(commands: readonly Command[], keys: Readonly<Record<string, Chord>>, id: string, chord: Chord): Verdict {
  if (RESERVED.test(chord)) return { is: "reserved" };
  if (POOL.includes(chord) || chord === UP || shifted.has(chord)) return { is: "option" };
  const isMeant = ({ id: its, like = its }: Command): boolean => like === id;
  const scopes = new Set(commands.filter(isMeant).map(({ scope }) => scope));
  const other = withKeys(commands, keys).find((one) => {
    return !isMeant(one) && scopes.has(one.scope) && [...one.keys, ...(one.also ?? [])].includes(chord);
  });
  return other ? { is: "taken", by: other } : { is: "free" };
}

/** Shift with a digit answers questions about the selected shape. */
const nine = Array.from({ length: 9 }, (_, n) => ({ key: `o${n}`, names: {} }));
const shifted = new Set(attributeKeys([{ key: "q", names: {}, kind: "select", options: nine }]).values());
