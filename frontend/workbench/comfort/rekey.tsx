/** Changing a command's key on the shortcut sheet. */
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { fixedCommands } from "../commands/commands";
import { draftCommands } from "../drafts/commands";
import { capOf, chordOf } from "../commands/keys";
import type { Desk } from "../desk";
import { buttonCommands } from "../mouse_keys/buttons";
import { Button, Kbd } from "../panels/parts";
import { isModifier, judge } from "./keys";
import { sayIn } from "./words";

export { mayRekey } from "./keys";

/** Why the last key was not taken: said on the sheet itself, which lies over all other messages. */
export const refusal = signal("");

/** Takes the chord for the command, or says why not. */
export function rekey(desk: Desk, id: string, chord: string): boolean {
  const say = sayIn(desk.language);
  // Those of suggestions too, which other images may have, and of mouse keys that are off.
  const commands = [...fixedCommands(desk), ...draftCommands(desk), ...buttonCommands(desk), ...desk.more.peek()];
  const keys = desk.settings.peek().keys ?? {};
  const verdict = judge(commands, keys, id, chord);
  const key = capOf(chord);
  refusal.value = "";
  if (verdict.is === "free") desk.keep({ keys: { ...keys, [id]: chord } });
  else if (verdict.is === "reserved") refusal.value = say("reserved", { key });
  else {
    const { title, label, id: other } = verdict.is === "taken" ? verdict.by : { title: say("anOption"), label: undefined, id: "" };
    refusal.value = say("taken", { key, name: label ? desk.t(label) : (title ?? other) });
  }
  return verdict.is === "free";
}

function begin(desk: Desk, id: string | null): void {
  refusal.value = "";
  desk.choice.value = id;
}

export function Rekey({ desk, id, name, keys }: { desk: Desk; id: string; name: string; keys: readonly string[] }) {
  const say = sayIn(desk.language);
  const waiting = desk.choice.value === id;
  // As soon as it is said that a key is waited for.
  useLayoutEffect(() => {
    if (!waiting) return;
    const take = (event: KeyboardEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      const chord = chordOf(event);
      if (event.repeat || event.isComposing || isModifier(chord)) return;
      if (chord === "Escape" || rekey(desk, id, chord)) desk.choice.value = null;
    };
    window.addEventListener("keydown", take, { capture: true });
    return () => window.removeEventListener("keydown", take, { capture: true });
  }, [waiting]);
  const changed = desk.settings.value.keys?.[id];
  return (
    <button type="button" class="rekey" title={say("change", { name })} aria-pressed={waiting} onClick={() => begin(desk, waiting ? null : id)}>
      <span class="hidden-label">{say("change", { name })}</span>
      {waiting ? <kbd class="kbd">…</kbd> : changed ? <kbd class="kbd">{capOf(changed)}</kbd> : keys.map((chord) => <Kbd key={chord} chord={chord} />)}
    </button>
  );
}

/** What is going on, and the way back. */
export function RekeyLine({ desk }: { desk: Desk }) {
  const say = sayIn(desk.language);
  const { keys = {}, given = {} } = desk.settings.value;
  const changed = Object.keys(keys).length + Object.keys(given).length > 0;
  useEffect(() => () => void (refusal.value = ""), []);
  return (
    <p class="rekey-line" role="status">
      {refusal.value && <strong>{refusal.value} </strong>}
      {desk.choice.value !== null ? say("press") : say("mayChange")}
      {changed && <Button onPress={() => desk.keep({ keys: {}, given: {} })}>{say("reset")}</Button>}
    </p>
  );
}
