/** The reviewer's keys, by physical position. */
import { belongsToFocus, type Command, keymapOf } from "../workbench/commands/command";
import { type Chord, chordOf } from "../workbench/commands/keys";
import { moved, rounded } from "../workbench/geometry/kinds";
import { growBox } from "../workbench/model/geometry";
import type { Bench } from "./bench";
import type { Review } from "./review";
import type { Key } from "./words";

/** The list that ? shows: what it does, and its keys. */
export const SHEET: readonly (readonly [Key, readonly string[]])[] = [
  ["keyAccept", ["↵"]],
  ["keyPick", ["0", "1 … 9"]],
  ["keyStep", ["J", "K"]],
  ["keyLater", ["S"]],
  ["keyAsk", ["G"]],
  ["keyExclude", ["X"]],
  ["keyDifferences", ["D"]],
  ["keyHide", ["H"]],
  ["keyDraw", ["E"]],
  ["keyNew", ["N"]],
  ["keyTake", ["T"]],
  ["keyMerge", ["M"]],
  ["keyDelete", ["Del"]],
  ["keyComment", ["C"]],
  ["keyOptions", ["Shift+1 … 9"]],
  ["keyWalk", ["Tab"]],
  ["keyUndo", ["Z", "Shift+Z"]],
  ["keyZoom", ["+", "−", "F"]],
  ["keyHelp", ["?"]],
];

const DIGITS = [..."123456789"].map((digit) => `Digit${digit}` as Chord);
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;
const PAN_STEP = 48;

export function commandsOf(review: Review): Command[] {
  const { boot, camera, line } = review;
  const on = (run: (bench: Bench) => void) => () => {
    const bench = review.bench.peek();
    if (bench) run(bench);
  };
  const command = (keys: readonly Chord[], run: () => void, more: Partial<Command> = {}): Command => {
    return { id: keys.join(" "), scope: "desk", keys, run, ...more };
  };
  return [
    command(["Enter"], () => review.accept()),
    command(["Escape"], on((bench) => escape(review, bench)), { inText: true }),
    command(["Digit0"], on((bench) => pickAt(bench, null))),
    ...DIGITS.map((chord, at) => command([chord], on((bench) => pickAt(bench, at)))),
    ...DIGITS.map((chord, at) => command([`Shift+${chord}`], on((bench) => review.options(bench)[at]?.choose()))),
    command(["KeyJ"], () => line.step(1)),
    command(["KeyK"], () => line.step(-1)),
    command(["KeyS"], () => !boot.mends && review.later()),
    command(["KeyG"], () => review.ask()),
    command(["KeyX"], on((bench) => { if (!boot.mends) bench.asking.value = "exclude"; })),
    command(["KeyD"], on((bench) => bench.toggle("differencesOnly"))),
    command(["KeyH"], on((bench) => bench.toggle("overlaysHidden"))),
    command(["KeyE"], on((bench) => (bench.tool.value = bench.tool.peek() === "draw" ? "select" : "draw"))),
    command(["KeyN"], on(newBox)),
    command(["KeyT"], () => review.take()),
    command(["KeyM"], () => review.takeNext()),
    command(["KeyC"], () => review.talks.begin()),
    command(["Delete", "Backspace"], on((bench) => bench.deleteSelected())),
    command(["Tab"], on((bench) => bench.cycle(1)), { onStage: true, repeats: true }),
    command(["Shift+Tab"], on((bench) => bench.cycle(-1)), { onStage: true, repeats: true }),
    command(["KeyZ", "Ctrl+KeyZ"], on((bench) => { bench.settleGesture(); bench.editor.undo(); }), { repeats: true }),
    command(["Shift+KeyZ", "Ctrl+Shift+KeyZ", "Ctrl+KeyY"], on((bench) => bench.editor.redo()), { repeats: true }),
    command(["Equal", "Shift+Equal"], () => camera.zoom(1.25), { repeats: true }),
    command(["Minus"], () => camera.zoom(0.8), { repeats: true }),
    command(["KeyF"], () => camera.fit()),
    command(["Shift+Slash", "Slash", "F1"], () => (review.help.value = !review.help.peek())),
    ...arrows(review),
  ];
}

/** 0 is the machine's proposal, 1 the first person's answer. */
function pickAt(bench: Bench, at: number | null): void {
  const people = bench.candidates.filter(({ submission }) => submission !== null);
  const found = at === null ? bench.candidates.find(({ submission }) => submission === null) : people[at];
  if (found) bench.pick(found);
}

function newBox(bench: Bench): void {
  bench.tool.value = "draw";
  const chart = bench.chart.peek();
  // Other kinds begin with the next press wherever it falls.
  if (chart.name !== "box") return;
  chart.cancel();
  chart.go("armed");
}

/** Takes back the innermost thing that is going on. */
function escape(review: Review, bench: Bench): void {
  if (review.help.peek()) review.help.value = false;
  else if (bench.asking.peek()) bench.asking.value = null;
  else if (!bench.chart.peek().is("idle")) bench.chart.peek().cancel();
  else if (bench.editor.selectedId.peek()) bench.editor.selectedId.value = null;
  else bench.tool.value = "select";
}

function arrows(review: Review): Command[] {
  const move = (dx: number, dy: number, grow: boolean): void => {
    const bench = review.bench.peek();
    const selected = bench?.editor.selectedId.peek();
    if (!bench || !selected) return review.camera.pan(-dx * PAN_STEP, -dy * PAN_STEP);
    const { image } = bench.dispute;
    bench.editor.update(selected, (shape) => {
      if (!grow) return rounded(moved(shape, dx, dy, image));
      return shape.type === "box" ? { ...shape, box: growBox(shape.box, dx, dy, image) } : shape;
    });
  };
  return Object.entries(ARROWS).flatMap(([code, [x, y]]) =>
    [1, 10].flatMap((far) =>
      [false, true].map((grow): Command => {
        const chord = `${grow ? "Ctrl+" : ""}${far > 1 ? "Shift+" : ""}${code}`;
        const run = (): void => move(x * far, y * far, grow);
        return { id: chord, scope: "desk", keys: [chord], repeats: true, onStage: !grow, run };
      }),
    ),
  );
}

export function listen(review: Review): void {
  const keymap = keymapOf(commandsOf(review), "desk");
  window.addEventListener("keydown", (event) => {
    // While an input method is composing, keys belong to it.
    if (event.isComposing || event.defaultPrevented) return;
    const chord = chordOf(event);
    const command = keymap.get(chord);
    if (!command || belongsToFocus(command, chord, document.activeElement)) return;
    event.preventDefault();
    if (!event.repeat || command.repeats) command.run();
  });
}
