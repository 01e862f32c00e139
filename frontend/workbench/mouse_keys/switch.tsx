/** Mouse keys are a part of the page of their own, which comes when somebody wants them. */
import type { ReadonlySignal } from "@preact/signals";
import type { Command } from "../commands/command";
import { useCommands } from "../commands/more";
import type { Desk } from "../desk";
import { later } from "../panels/later";
import type { PointerInput } from "../view/pointer";
import { sayIn } from "./words";

const Layer = later(() => import("./layer").then((module) => module.MouseKeysLayer));

async function toggle(desk: Desk): Promise<void> {
  const mouseKeys = desk.settings.peek().mouseKeys !== true;
  desk.keep({ mouseKeys });
  document.getElementById("stage")?.focus();
  if (!mouseKeys) return;
  await Layer.bring();
  if (!Layer.isThere()) desk.notices.say("bad", desk.t("toolsMissing"));
}

export const switchCommands = (desk: Desk): Command[] => [
  { id: "mouse", scope: "desk", group: "groupView", keys: ["F2"], title: sayIn(desk.language)("toggle"), run: () => void toggle(desk) },
];

export function MouseKeysSwitch({ desk, input }: { desk: Desk; input: ReadonlySignal<PointerInput | null> }) {
  useCommands(desk, switchCommands);
  const wanted = desk.settings.value.mouseKeys && !desk.verifying.value;
  return wanted && input.value ? <Layer desk={desk} input={input.value} /> : null;
}
