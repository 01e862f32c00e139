/** Keys of the wall. */
import type { Command } from "../commands/command";
import { find, open, toggleGrid } from "../commands/commands";
import { optionId } from "../commands/options";
import type { Desk } from "../desk";
import type { Sheet } from "./sheet";
import { sayIn } from "./words";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;

/** @param columns images in a row now. */
export function wallCommands(desk: Desk, sheet: Sheet, columns: () => number): Command[] {
  const say = sayIn(desk.language);
  const wall = { scope: "grid", group: "groupAnswer" } as const;
  const act = (run: () => void) => () => {
    sheet.touch();
    run();
  };
  const to = (x: number, y: number): number => sheet.cursor.peek() + x + y * columns();
  const options = (sheet.question.options ?? []).flatMap(({ key }): Command[] => {
    const chord = sheet.keys.peek().get(optionId(sheet.question.key, key));
    if (!chord) return [];
    return [
      { ...wall, id: `wall.label.${key}`, keys: [chord], repeats: false, run: act(() => sheet.label(key)) },
      { ...wall, id: `wall.usual.${key}`, keys: [`Shift+${chord}`], run: act(() => sheet.setUsual(key)) },
    ];
  });
  const taken = new Set(options.flatMap(({ keys }) => keys));
  const fixed: Command[] = [
    { ...wall, id: "wall.confirm", keys: ["Enter"], title: say("confirm", { n: "" }), run: act(() => sheet.confirm()) },
    { ...wall, id: "wall.clear", keys: ["Backspace", "Delete"], title: say("clear"), run: act(() => sheet.label(null)) },
    { ...wall, id: "wall.undo", keys: ["Ctrl+KeyZ"], title: say("undo"), repeats: true, run: act(() => sheet.undo()) },
    { ...wall, id: "wall.redo", keys: ["Ctrl+Shift+KeyZ", "Ctrl+KeyY"], label: "redo", repeats: true, run: act(() => sheet.redo()) },
    { ...wall, id: "wall.aside", keys: ["Digit0"], title: say("setAside"), run: act(() => sheet.setAside()) },
    { ...wall, id: "wall.closer", keys: ["Space"], title: say("closer"), run: act(() => (sheet.closer.value = !sheet.closer.peek())) },
    { ...wall, id: "wall.all", keys: ["Ctrl+KeyA"], title: say("all"), run: act(() => selectAll(sheet)) },
    { ...wall, id: "wall.escape", keys: ["Escape"], title: say("deselect"), run: act(() => escape(sheet)) },
    { ...wall, id: "wall.leave", keys: ["Shift+KeyJ"], title: say("leave"), run: () => toggleGrid(desk) },
    { ...wall, id: "wall.find", keys: ["Ctrl+KeyF"], label: "cmdFind", run: find },
    { scope: "grid", id: "wall.guide", keys: ["KeyG"], run: () => open(desk, "guide") },
    { scope: "grid", id: "wall.keys", keys: ["Shift+Slash", "F1"], run: () => open(desk, "shortcuts") },
    { scope: "grid", id: "wall.home", keys: ["Home"], run: act(() => sheet.move(0)) },
    { scope: "grid", id: "wall.end", keys: ["End"], run: act(() => sheet.move(Infinity)) },
    ...Object.entries(ARROWS).flatMap(([code, [x, y]]): Command[] => [
      { scope: "grid", id: `wall.move.${code}`, keys: [code], repeats: true, run: act(() => sheet.move(to(x, y))) },
      { scope: "grid", id: `wall.extend.${code}`, keys: [`Shift+${code}`], repeats: true, run: act(() => sheet.move(to(x, y), true)) },
    ]),
  ];
  // With very many options a letter stands for one of them.
  return [...options, ...fixed.filter(({ keys }) => !keys.some((chord) => taken.has(chord)))];
}

function selectAll(sheet: Sheet): void {
  sheet.anchor.value = 0;
  sheet.move(Infinity, true);
}

function escape(sheet: Sheet): void {
  if (sheet.closer.peek()) sheet.closer.value = false;
  else sheet.move(sheet.cursor.peek());
}
