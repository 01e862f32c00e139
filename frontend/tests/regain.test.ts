/** What Esc gave up in the middle of drawing comes back by undo, point by point as it was. */
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { undo } from "../workbench/commands/commands";
import { Editor } from "../workbench/model/editor";
import { EMPTY } from "../workbench/model/document";
import { tools } from "../workbench/tools/more";
import { addTools } from "../workbench/tools/tools";
import { AtTheStage } from "./at-the-stage";
import { crash, FakeServer, newComputer, openedDesk, settled, start } from "./desk-at-work";
import { schema } from "./things";

const TRIANGLE = [[100, 100], [200, 100], [200, 200]] as const;

function givenUp(): AtTheStage {
  const hand = new AtTheStage("polygon", tools.polygon);
  for (const [x, y] of TRIANGLE) hand.click(x, y);
  hand.chart.cancel();
  expect(hand.editor.sketch.peek()).toBeNull();
  return hand;
}

describe("a sketch that was given up", () => {
  it("comes back with each of its points to be taken back alone", () => {
    const { editor } = givenUp();
    expect(editor.regainSketch()?.points).toEqual(TRIANGLE.flat());
    expect(editor.sketch.peek()?.marks).toEqual([2, 4, 6]);
    expect(editor.regainSketch()).toBeNull();
  });

  it("comes back after a reload too", () => {
    const { steps } = givenUp();
    const again = new Editor(EMPTY, steps);
    expect(again.canRegain).toBe(true);
    expect(again.regainSketch()?.points).toEqual(TRIANGLE.flat());
  });

  it("is gone once something else was done", () => {
    const { editor } = givenUp();
    editor.setTag("light", "good");
    expect([editor.canRegain, editor.regainSketch()]).toEqual([false, null]);
  });

  it("is not one whose only point was taken back", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    hand.click(100, 100);
    hand.wish("back");
    expect(hand.editor.canRegain).toBe(false);
  });

  it("is in the hand again with its tool after one undo; the next undo takes a point back", async () => {
    addTools(tools);
    newComputer();
    const server = new FakeServer();
    server.schema = schema({ classes: [{ key: "board", names: {}, geometries: ["box", "polygon"] }] });
    const desk = await start(await openedDesk(server));
    await settled(desk);
    desk.useWay("polygon");
    const editor = desk.session.work.peek()!.editor;
    for (const [x, y] of TRIANGLE) editor.plot("polygon", "board", [x, y]);
    desk.stage.peek()!.resume();
    desk.stage.peek()!.chart.peek().cancel();
    desk.useWay("box");
    undo(desk);
    expect(desk.stage.peek()!.chart.peek().path.peek()).toBe("polygon.drawing.waiting");
    undo(desk);
    expect(editor.sketch.peek()?.points).toEqual([100, 100, 200, 100]);
    await crash(desk);
  });
});
