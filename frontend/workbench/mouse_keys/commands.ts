/** Keys that stand in for a mouse. While they are on, they come before what the arrows, Space and Esc mean otherwise. */
import type { Command } from "../commands/command";
import { fixedCommands } from "../commands/commands";
import type { Chord } from "../commands/keys";
import type { Desk } from "../desk";
import { buttonCommands, MOUSE } from "./buttons";
import { ARROWS, type MouseKeys } from "./mouse_keys";

/** The tools know Shift and Alt of a press. */
const withModifiers = (chord: Chord): Chord[] => (/^\w+$/.test(chord) ? ["Shift+", "Alt+", "Alt+Shift+"].map((held) => held + chord) : []);

/** Esc takes back what is being drawn, as ever; with nothing in the making it leaves. */
function escape(desk: Desk): void {
  const atRest = desk.stage.peek()?.chart.peek().is("idle") && document.activeElement?.id === "stage";
  if (atRest) desk.keep({ mouseKeys: false });
  else fixedCommands(desk).find(({ id }) => id === "escape")?.run();
}

export function mouseCommands(desk: Desk, keys: MouseKeys): Command[] {
  const own = desk.settings.peek().keys ?? {};
  const buttons = buttonCommands(desk, keys);
  const zoom = (factor: number): void => desk.camera.zoom(factor, keys.at);
  return [
    ...buttons,
    ...buttons.map(({ id, keys: [usual = ""], run }): Command => {
      return { ...MOUSE, id: `${id}.modified`, keys: withModifiers(own[id] ?? usual), onStage: true, run };
    }),
    ...ARROWS.map((code): Command => {
      return { ...MOUSE, id: `mouse.${code}`, keys: [code, ...withModifiers(code)], onStage: true, run: () => keys.go(code) };
    }),
    { ...MOUSE, id: "mouse.zoom.in", like: "zoom.in", keys: ["Equal"], also: ["Shift+Equal"], repeats: true, run: () => zoom(1.25) },
    { ...MOUSE, id: "mouse.zoom.out", like: "zoom.out", keys: ["Minus"], repeats: true, run: () => zoom(0.8) },
    { ...MOUSE, id: "mouse.leave", keys: ["Escape"], inText: true, run: () => escape(desk) },
  ];
}
