/** The page's own events: keys to commands, line and visibility to sync. */
import { computed, effect } from "@preact/signals";
import { askBeforeClosing } from "../parts/closing";
import { belongsToFocus, type Command, type Keymap, keymapOf, withKeys } from "./commands/command";
import { chordOf, rekeyed } from "./commands/keys";
import { fixedCommands } from "./commands/commands";
import { optionCommands } from "./commands/answer";
import type { Desk } from "./desk";

export function listen(desk: Desk): void {
  const fixed = fixedCommands(desk);
  const keymap = computed((): Keymap => keymapOf([...optionCommands(desk), ...withKeys([...fixed, ...desk.more.value], desk.settings.value.keys)], desk.scope.value));
  effect(() => {
    // One key may mean two things: what stands on a button is what counts where that button is.
    const scope = ["verify", "grid"].find((own) => own === desk.scope.value) ?? "desk";
    const here = [...fixed, ...desk.more.value].filter((command) => command.scope === scope);
    const { keys = {} } = desk.settings.value;
    rekeyed.value = new Map(here.flatMap(({ id, like = id, keys: usual }) => usual.map((chord) => [chord, keys[like] ?? chord])));
  });
  let current: Keymap = new Map();
  effect(() => {
    current = keymap.value;
  });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && closeMenus()) return;
    // While an input method is composing, keys belong to it.
    if (event.isComposing || event.defaultPrevented) return;
    desk.session.work.peek()?.clock.touch();
    const chord = chordOf(event);
    const command = current.get(chord);
    if (!command || belongsToFocus(command, chord, document.activeElement)) return;
    event.preventDefault();
    if ((event.repeat && !command.repeats) || waits(desk, command)) return;
    command.run();
  });
  window.addEventListener("pointerdown", () => desk.session.work.peek()?.clock.touch());
  const poke = (): void => void desk.sync.poke();
  window.addEventListener("online", poke);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") poke();
  });
  // What is on disk is safe to close; what is not must not go without a question.
  askBeforeClosing(() => desk.saver.failed.peek() || desk.saver.pending.peek() > 0);
  document.addEventListener("click", (event) => closeMenus(event.composedPath()));
}

const IN_A_DRAG = ["submit", "undo", "redo", "escape"];

/** In the middle of a drag no other command settles a shape that no release has checked. */
function waits(desk: Desk, { id, group }: Command): boolean {
  return desk.stage.peek()?.chart.peek().hand === "drags" && group !== "groupView" && !IN_A_DRAG.includes(id);
}

/** A menu closes by Escape, or when something beside it or in it is chosen; a pack goes on being told of. Whether one was open. */
function closeMenus(chosen?: readonly EventTarget[]): boolean {
  let closed = false;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details:is(.menu, .pack)[open]")) {
    if (chosen && [...menu.querySelectorAll(".pack-list, summary")].some((part) => chosen.includes(part))) continue;
    menu.open = false;
    closed = true;
  }
  if (closed && !chosen) document.getElementById("stage")?.focus();
  return closed;
}
