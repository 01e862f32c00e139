/** Keys for drafts, while an image with one is on the screen. */
import type { Command } from "../commands/command";
import { fixedCommands } from "../commands/commands";
import type { Desk } from "../desk";
import { decideOne, refuse, takeAndSend, takeToMend } from "./acts";
import { sayIn } from "./words";

export const toggleVerify = (desk: Desk): void => desk.keep({ verify: !desk.judges.peek() });

const SHARED = new Set(["skip", "back", "undo", "redo"]);

/** What counts while a draft is judged too: looking closer, help, skipping, going back. */
function shared(desk: Desk): Command[] {
  const commands = fixedCommands(desk).filter(({ id, scope, group }) => {
    return scope === "desk" && (group === "groupView" || group === "groupHelp" || SHARED.has(id));
  });
  return commands.map((command) => ({ ...command, id: `verify.${command.id}`, like: command.id, scope: "verify", group: undefined }) as unknown as Command);
}

export function draftCommands(desk: Desk): Command[] {
  const say = sayIn(desk.language);
  const draft = { scope: "desk", group: "groupAnswer" } as const;
  const verify = { scope: "verify" } as const;
  return [
    { ...draft, id: "draft.take", keys: ["Shift+KeyY"], title: say("take"), repeats: true, run: () => decideOne(desk, true) },
    { ...draft, id: "draft.leave", keys: ["Shift+KeyD"], title: say("leave"), repeats: true, run: () => decideOne(desk, false) },
    { ...draft, id: "draft.take.all", keys: ["Shift+KeyT"], title: say("takeAll"), run: () => takeToMend(desk) },
    { ...draft, id: "draft.leave.all", keys: ["Shift+Delete"], also: ["Shift+Backspace"], title: say("leaveAll"), run: () => refuse(desk) },
    { ...draft, id: "draft.send", keys: ["Shift+Enter"], title: say("send"), run: () => takeAndSend(desk) },
    { ...draft, id: "draft.verify", keys: ["Shift+KeyK"], title: say("toggle"), run: () => toggleVerify(desk) },
    ...shared(desk),
    { ...verify, id: "verify.yes", keys: ["KeyY", "Digit1"], title: say("yes"), run: () => takeAndSend(desk) },
    { ...verify, id: "verify.no", keys: ["KeyN", "Digit2"], title: say("no"), run: () => refuse(desk) },
    { ...verify, id: "verify.fix", keys: ["KeyE", "Digit3"], title: say("fix"), run: () => takeToMend(desk) },
    { ...verify, id: "verify.toggle", keys: ["Shift+KeyK"], title: say("toggle"), run: () => toggleVerify(desk) },
  ];
}
