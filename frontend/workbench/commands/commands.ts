/** The fixed commands of the workbench. The keys here and the pool for options never meet. */
import type { Desk, Dialog } from "../desk";
import { SKIP_REASONS, type SkipReason } from "../contract";
import { focusDetails, submit } from "./answer";
import type { Command } from "./command";
import { boxCommands } from "./boxes";
import { objectCommands } from "./objects";
import { toolCommands } from "./tools";
import type { Wish } from "../tools/chart";
import { POLYGON_TOOLS } from "../tools/tools";

export const REPORT_KINDS = ["guide", "image", "tool", "other"] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/** Esc: takes back what is going on; if nothing is, deselects. */
function escape(desk: Desk): void {
  const stage = desk.stage.peek();
  if (!stage) return;
  const chart = stage.chart.peek();
  if (stage.vertex.peek() !== null) stage.vertex.value = null;
  else if (!chart.is("idle")) chart.cancel();
  else if (POLYGON_TOOLS.some((name) => name === chart.name)) desk.tool.value = "draw";
  else stage.work.editor.selectedId.value = null;
  desk.notices.clear();
  document.getElementById("stage")?.focus();
}

function otherPane(): void {
  const panel = document.getElementById("panel");
  const inside = panel?.contains(document.activeElement);
  const target = inside ? document.getElementById("stage") : panel?.querySelector<HTMLElement>("button, input, select");
  target?.focus();
}

/** Undo and redo are first about the points of what is being drawn; then, any gesture over, about settled steps. */
function ofTheTool(desk: Desk, wish: Wish): boolean {
  const chart = desk.stage.peek()?.chart.peek();
  if (chart?.wish(wish)) return true;
  if (chart && !chart.is("idle")) chart.cancel();
  return false;
}

export function undo(desk: Desk): void {
  if (!ofTheTool(desk, "back") && !desk.regainSketch()) desk.session.work.peek()?.editor.undo();
}

export function redo(desk: Desk): void {
  if (!ofTheTool(desk, "forward")) desk.session.work.peek()?.editor.redo();
}

/** Enter ends what is being drawn; with nothing in the making it sends the answer. */
function finishOrSubmit(desk: Desk): void {
  if (!desk.stage.peek()?.chart.peek().wish("finish")) submit(desk);
}

export const toggleGrid = (desk: Desk): void => desk.keep({ grid: desk.settings.peek().grid !== true });

function viewCommands(desk: Desk): Command[] {
  const view = { scope: "desk", group: "groupView" } as const;
  return [
    { ...view, id: "zoom.in", keys: ["Equal"], also: ["Shift+Equal"], label: "zoomIn", repeats: true, run: () => desk.camera.zoom(1.25) },
    { ...view, id: "zoom.out", keys: ["Minus"], label: "zoomOut", repeats: true, run: () => desk.camera.zoom(0.8) },
    { ...view, id: "fit", keys: ["KeyF"], label: "fit", run: () => desk.camera.fit() },
    { ...view, id: "hide", keys: ["KeyH"], label: "hideShapes", run: () => (desk.hidden.value = !desk.hidden.peek()) },
    {
      ...view,
      id: "crosshair",
      keys: ["KeyC"],
      label: "crosshair",
      run: () => desk.keep({ crosshair: !desk.settings.peek().crosshair }),
    },
    { ...view, id: "grid", keys: ["Shift+KeyJ"], label: "cmdGrid", run: () => toggleGrid(desk) },
    { ...view, id: "pane", keys: ["F6"], label: "cmdPanel", inText: true, run: otherPane },
  ];
}

/** To the first list that has more entries than there are keys. */
export const find = (): void => document.querySelector<HTMLElement>(".find")?.focus();

function answerCommands(desk: Desk): Command[] {
  const answer = { scope: "desk", group: "groupAnswer" } as const;
  return [
    { ...answer, id: "submit", keys: ["Enter", "Ctrl+Enter"], label: "submit", inText: true, run: () => finishOrSubmit(desk) },
    { ...answer, id: "skip", keys: ["KeyS"], label: "skip", run: () => open(desk, "skip") },
    { ...answer, id: "back", keys: ["KeyB"], label: "cmdBack", run: () => void desk.back() },
    { ...answer, id: "forward", keys: ["Shift+KeyB"], label: "cmdForward", run: () => desk.session.forward() },
    { ...answer, id: "undo", keys: ["Ctrl+KeyZ"], label: "undo", repeats: true, run: () => undo(desk) },
    {
      ...answer,
      id: "redo",
      keys: ["Ctrl+Shift+KeyZ", "Ctrl+KeyY"],
      label: "redo",
      repeats: true,
      run: () => redo(desk),
    },
    {
      ...answer,
      id: "find",
      keys: ["Ctrl+KeyF"],
      label: "cmdFind",
      run: find,
    },
    { ...answer, id: "details", keys: ["KeyE"], label: "cmdDetails", run: () => focusDetails(desk) },
    { ...answer, id: "escape", keys: ["Escape"], label: "cmdEscape", inText: true, run: () => escape(desk) },
  ];
}

function helpCommands(desk: Desk): Command[] {
  const help = { scope: "desk", group: "groupHelp" } as const;
  return [
    { ...help, id: "guide", keys: ["KeyG"], label: "guide", run: () => open(desk, "guide") },
    { ...help, id: "report", keys: ["KeyR"], label: "report", run: () => open(desk, "report") },
    { ...help, id: "comfort", keys: ["Shift+KeyE"], label: "comfort", run: () => open(desk, "comfort") },
    { ...help, id: "shortcuts", keys: ["Shift+Slash", "F1"], also: ["Slash"], label: "shortcuts", run: () => open(desk, "shortcuts") },
  ];
}

/** A reason that says enough skips at once; "other" waits for its note. */
export function chooseSkip(desk: Desk, reason: SkipReason): void {
  desk.choice.value = reason;
  if (reason === "other") return;
  desk.dialog.value = null;
  desk.session.skip(reason, "");
}

export function startChosen(desk: Desk): void {
  const project = desk.chosenProject.peek();
  if (project !== null) desk.start(project);
  else location.reload();
}

export function open(desk: Desk, dialog: Dialog): void {
  if (dialog === "skip" && desk.session.work.peek()?.corrects) return;
  desk.choice.value = null;
  desk.dialog.value = dialog;
}

/** `act` is what the open dialog does with the chosen row. */
export function choiceCommands<T extends string>(
  scope: "skip" | "report",
  choices: readonly T[],
  act: (choice: T) => void,
): Command[] {
  return choices.map((choice, at) => {
    return { id: `${scope}.${choice}`, scope, keys: [`Digit${at + 1}`], run: () => act(choice) };
  });
}

export function fixedCommands(desk: Desk): Command[] {
  return [
    ...answerCommands(desk),
    ...boxCommands(desk),
    ...objectCommands(desk),
    ...toolCommands(desk),
    ...viewCommands(desk),
    ...helpCommands(desk),
    ...choiceCommands("skip", SKIP_REASONS, (reason) => chooseSkip(desk, reason)),
    ...choiceCommands("report", REPORT_KINDS, (kind) => (desk.choice.value = kind)),
    { id: "sheet.close", scope: "sheet", keys: ["Shift+Slash", "Slash", "F1", "KeyG"], run: () => (desk.dialog.value = null) },
    { id: "start", scope: "start", keys: ["Enter"], run: () => startChosen(desk) },
  ];
}
