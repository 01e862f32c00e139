/** Keys by physical position (`event.code`), so that no layout or input method changes them. */

import { signal } from "@preact/signals";

/** "Ctrl+Shift+KeyZ": modifiers in this order, then the code. */
export type Chord = string;

/** Keys that the person has changed: what was printed on a button until now -> what it is. */
export const rekeyed = signal<ReadonlyMap<Chord, Chord>>(new Map());

/** The number pad does what the row of digits does. */
const SAME: Readonly<Record<string, string>> = {
  NumpadEnter: "Enter",
  NumpadAdd: "Equal",
  NumpadSubtract: "Minus",
  NumpadDecimal: "Delete",
};

export interface KeyPress {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export function chordOf(event: KeyPress): Chord {
  const code = SAME[event.code] ?? event.code.replace(/^Numpad(?=\d$)/, "Digit");
  return [
    event.ctrlKey || event.metaKey ? "Ctrl+" : "",
    event.altKey ? "Alt+" : "",
    event.shiftKey ? "Shift+" : "",
    code,
  ].join("");
}

const CAPS: Readonly<Record<string, string>> = {
  Equal: "+",
  Minus: "−",
  Backquote: "`",
  Period: ".",
  Comma: ",",
  Quote: "'",
  Backslash: "\\",
  BracketLeft: "[",
  BracketRight: "]",
  Insert: "Ins",
  "Shift+Slash": "?",
  Escape: "Esc",
  Delete: "Del",
  Backspace: "⌫",
  Enter: "↵",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "PgUp",
  PageDown: "PgDn",
};

/** What stands on the key, for <kbd>. */
export function capOf(chord: Chord): string {
  if (CAPS[chord]) return CAPS[chord];
  const parts = chord.split("+");
  const code = parts.pop() ?? "";
  return [...parts, CAPS[code] ?? code.replace(/^(Key|Digit)/, "")].join("+");
}

/** What stands on the key that the person has given a command, to be written into a sentence or a hint. */
export const keyOf = (usual: Chord): string => capOf(rekeyed.value.get(usual) ?? usual);
