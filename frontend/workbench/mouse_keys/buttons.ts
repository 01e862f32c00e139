/** The keys of the pointer's button. The shortcut sheet has them at all times: they may be changed before they are on. */
import type { Command } from "../commands/command";
import type { Desk } from "../desk";
import type { MouseKeys } from "./mouse_keys";
import { sayIn } from "./words";

/** Of a group whose commands also run in the middle of a drag. */
export const MOUSE = { scope: "desk", group: "groupView" } as const;

export const CLICK = "Space";
export const HOLD = "Quote";

export function buttonCommands(desk: Desk, keys?: MouseKeys): Command[] {
  const say = sayIn(desk.language);
  return [
    { ...MOUSE, id: "mouse.click", keys: [CLICK], title: say("click"), onStage: true, run: () => keys?.click() },
    { ...MOUSE, id: "mouse.hold", keys: [HOLD], title: say("hold"), onStage: true, run: () => keys?.hold() },
  ];
}
