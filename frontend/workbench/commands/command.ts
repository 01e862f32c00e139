/** Named commands with keys and a scope; the keymap is built from them, and conflicts are found. */
import type { Key } from "../i18n";
import type { Chord } from "./keys";

/** Where a key counts: one scope is active at a time. */
export type Scope = "start" | "desk" | "verify" | "grid" | "skip" | "report" | "sheet" | "away";

export interface Command {
  readonly id: string;
  readonly scope: Scope;
  readonly keys: readonly Chord[];
  /** Further keys that the sheet does not list. */
  readonly also?: readonly Chord[];
  /** The command whose key it has, where that is another one: the same, in another scope. */
  readonly like?: string;
  /** Its line on the shortcut sheet; commands without one are not listed. */
  readonly label?: Key;
  /** The same, in the person's language already: of commands that come with their own words. */
  readonly title?: string;
  readonly group?: "groupAnswer" | "groupDraw" | "groupTools" | "groupObjects" | "groupView" | "groupHelp";
  /** Also works while a text field has the focus. */
  readonly inText?: boolean;
  /** Holding the key down does it again. */
  readonly repeats?: boolean;
  /** Needs the image, not a control, to have the focus: the key means something to a control too. */
  readonly onStage?: boolean;
  run(): void;
}

export interface Conflict {
  readonly scope: Scope;
  readonly chord: Chord;
  readonly ids: readonly string[];
}

const chordsOf = ({ keys, also = [] }: Command): readonly Chord[] => [...keys, ...also];

/** Chords that two commands of one scope claim. */
export function conflicts(commands: readonly Command[]): Conflict[] {
  const claims = new Map<string, string[]>();
  for (const command of commands) {
    const { id, scope } = command;
    for (const chord of chordsOf(command)) {
      const claim = `${scope} ${chord}`;
      claims.set(claim, [...(claims.get(claim) ?? []), id]);
    }
  }
  return [...claims].filter(([, ids]) => ids.length > 1).map(([claim, ids]) => {
    const [scope, chord] = claim.split(" ") as [Scope, Chord];
    return { scope, chord, ids };
  });
}

/** Fixed commands under the keys that the person has given them. */
export function withKeys(commands: readonly Command[], keys: Readonly<Record<string, Chord>> = {}): readonly Command[] {
  return commands.map((command) => {
    const chord = keys[command.like ?? command.id];
    return chord === undefined ? command : { ...command, keys: [chord], also: [] };
  });
}

export type Keymap = ReadonlyMap<Chord, Command>;

export function keymapOf(commands: readonly Command[], scope: Scope): Keymap {
  const active = commands.filter((command) => command.scope === scope);
  return new Map(active.flatMap((command) => chordsOf(command).map((chord) => [chord, command] as const)));
}

/** Keys that a focused button, link or choice uses itself. */
const OF_CONTROLS = /^(Shift\+)?(Enter|Space|Tab|Arrow\w+)$/;
const TEXT_FIELD = 'input:not([type="checkbox"]):not([type="radio"]), textarea';
const CONTROL = "button, a[href], select, input, summary";

/** Whether the key belongs to what has the focus rather than to the command. */
export function belongsToFocus(command: Command, chord: Chord, focus: Element | null): boolean {
  if (!focus) return false;
  if (focus.matches(TEXT_FIELD)) return !command.inText;
  if (focus.matches("select") && !/Ctrl\+|Alt\+/.test(chord)) return !command.inText;
  if (!focus.matches(CONTROL)) return false;
  return command.onStage === true || (OF_CONTROLS.test(chord) && !focus.matches("input"));
}
