/** While an image with a draft is on the screen, there are commands to judge it by. */
import { useCommands } from "../commands/more";
import type { Desk } from "../desk";
import { draftCommands } from "./commands";

export function DraftKeys({ desk }: { desk: Desk }) {
  useCommands(desk, draftCommands);
  return null;
}
