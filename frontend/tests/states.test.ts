/** Each tool by pointer events: the path of states it goes through, and what it leaves. */
import { describe, expect, test, vi } from "vitest";
import type { Shape } from "../workbench/contract";
import { maskFrom } from "../workbench/geometry/convert";
import type { Node } from "../workbench/tools/context";
import { tools } from "../workbench/tools/more";
import { AtTheStage } from "./at-the-stage";
import { image } from "./things";

/** d: the pointer goes down, m: it moves, u: it is let go, c: a whole click; or what a key asks for. */
type Act = readonly ["d" | "m" | "u" | "c", number, number] | "finish" | "back" | "forward" | "cancel" | "interrupt" | "armed";

function run(hand: AtTheStage, script: readonly Act[]): void {
  for (const act of script) {
    if (act === "armed") hand.chart.go("armed");
    else if (act === "cancel") {
      hand.chart.cancel();
      hand.note();
    } else if (typeof act === "string") hand.wish(act);
    else if (act[0] === "c") hand.click(act[1], act[2]);
    else hand.send(({ d: "down", m: "move", u: "up" } as const)[act[0]], act[1], act[2]);
  }
}

/** "a b c": the states below the tool's name, as they were met. */
const path = ({ seen, chart }: AtTheStage): string => seen.map((one) => one.slice(chart.name.length + 1).replace("drawing.", "")).join(" ");

/** A polygon that lies where the pointer goes, so that a click takes it instead of drawing. */
const THERE: [string, Shape["type"], unknown] = ["there", "polygon", [[100, 100, 300, 100, 300, 300, 100, 300]]];

type Row = readonly [says: string, tool: keyof typeof tools, script: readonly Act[], states: string, shapes: number];

const DRAWING: Row[] = [
  ["an ellipse by a drag", "ellipse", [["d", 10, 10], ["m", 11, 10], ["m", 50, 50], ["u", 60, 40]], "pressing dragging idle", 1],
  ["an ellipse by two clicks", "ellipse", [["c", 10, 10], ["m", 30, 30], ["c", 60, 40]], "idle pressing placing idle", 1],
  ["an ellipse without area vanishes", "ellipse", [["d", 10, 10], ["m", 50, 10], ["u", 50, 10]], "pressing dragging idle", 0],
  ["an ellipse given up in the middle", "ellipse", [["d", 10, 10], ["m", 50, 50], "cancel", ["u", 60, 40]], "pressing dragging idle", 0],
  ["a turned box by a drag", "rotated_box", [["d", 10, 10], ["m", 50, 50], ["u", 60, 40]], "pressing dragging idle", 1],
  ["a turned box by three clicks, the second in no place of its own", "rotated_box", [["c", 10, 10], ["c", 10, 10], ["c", 60, 10], ["c", 40, 50]], "idle pressing placing widening idle", 1],
  ["a point by a click", "point", [["c", 10, 10]], "idle pressing idle", 1],
  ["a point by a drag to its place", "point", [["d", 10, 10], ["m", 50, 50], ["u", 50, 50]], "pressing idle", 1],
  ["a point given up", "point", [["d", 10, 10], ["m", 50, 50], "cancel", ["u", 50, 50]], "pressing idle", 0],
  ["a line point by point, ended by a click on the last", "polyline", [["c", 10, 10], ["c", 50, 10], ["c", 50, 10]], "idle pressing waiting pressing waiting pressing idle", 1],
  ["a line ended by Enter", "polyline", [["c", 10, 10], ["c", 50, 10], "finish"], "idle pressing waiting pressing waiting idle", 1],
  ["a line of one point is not ended", "polyline", [["c", 10, 10], "finish"], "idle pressing waiting", 0],
  ["a line drawn freely", "polyline", [["d", 10, 10], ["m", 30, 10], ["m", 50, 40], ["u", 50, 40], "finish"], "pressing tracing waiting idle", 1],
  ["a line taken back to nothing", "polyline", [["c", 10, 10], ["c", 50, 10], "back", "forward", "back", "back"], "idle pressing waiting pressing waiting idle", 0],
  ["a line interrupted by a second finger waits", "polyline", [["c", 10, 10], ["d", 50, 10], "interrupt"], "idle pressing waiting pressing waiting", 0],
  ["a line's press is not ended by Enter", "polyline", [["c", 10, 10], ["c", 50, 10], ["d", 90, 10], "finish", ["u", 90, 10]], "idle pressing waiting pressing waiting pressing waiting", 0],
  ["a box by its extreme points", "extreme", [["c", 50, 10], ["c", 10, 50], ["c", 60, 90], ["c", 90, 40]], "idle pressing waiting idle", 1],
  ["extreme points of no box wait for a better one", "extreme", [["c", 50, 10], ["c", 50, 10], ["c", 50, 10], ["c", 50, 10], ["c", 90, 90]], "idle pressing waiting idle", 1],
  ["extreme points taken back", "extreme", [["c", 50, 10], ["c", 10, 50], "back", "forward", "back", "back"], "idle pressing waiting idle", 0],
  ["a skeleton, all of its points", "skeleton", [["c", 10, 10], ["c", 20, 20], ["c", 30, 30]], "idle pressing waiting idle", 1],
  ["a skeleton ended early", "skeleton", [["c", 10, 10], "finish"], "idle pressing waiting idle", 1],
  ["a skeleton given up", "skeleton", [["c", 10, 10], ["c", 20, 20], "cancel"], "idle pressing waiting idle", 0],
  ["a skeleton laid into a dragged box", "template", [["d", 10, 10], ["m", 50, 50], ["u", 90, 90]], "pressing dragging idle", 1],
  ["a skeleton laid into a box of two clicks", "template", [["c", 10, 10], ["c", 90, 90]], "idle pressing placing idle", 1],
  ["a skeleton laid into no box vanishes", "template", [["d", 10, 10], ["m", 50, 50], ["u", 10, 10]], "pressing dragging idle", 0],
];

describe("the hand", () => {
  test.each(Object.keys(tools) as (keyof typeof tools)[])("is free while %s waits to begin, and is not once it has", (tool) => {
    const hand = new AtTheStage(tool, tools[tool]);
    expect([hand.chart.hand, hand.chart.busy]).toEqual(["free", false]);
    if (["fill", "merge"].includes(tool)) return;
    hand.send("down", 10, 10);
    expect(hand.chart.busy).toBe(true);
  });

  test("drags a shape by its grip, and is free again", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    hand.put(...THERE);
    hand.send("down", 300, 300);
    expect([hand.chart.hand, hand.chart.busy]).toEqual(["drags", true]);
    hand.send("up", 300, 300);
    expect(hand.chart.hand).toBe("free");
  });
});

describe("drawing", () => {
  test.each(DRAWING)("%s", (_, tool, script, states, shapes) => {
    const hand = new AtTheStage(tool, tools[tool]);
    run(hand, script);
    expect([path(hand), hand.shapes.length, hand.allValid()]).toEqual([states, shapes, true]);
    // Nothing is left of what was shown on the way, unless it goes on.
    if (hand.chart.is("idle")) expect([hand.draft, hand.editor.sketch.peek()]).toEqual([null, null]);
  });

  test.each([
    ["a line of one point", "polyline", 1],
    ["an outline of two points", "polygon", 2],
  ] as const)("%s says on Enter that it is not finished, and stays", (_, tool, count) => {
    const hand = new AtTheStage(tool, tools[tool]);
    for (let i = 0; i < count; i++) hand.click(100 + 50 * i, 100);
    hand.wish("finish");
    expect([hand.said, hand.shapes.length, hand.chart.path.peek()]).toEqual([["unfinished"], 0, `${tool}.drawing.waiting`]);
  });

  const WAYS = ["ellipse", "rotated_box", "point", "polyline", "polygon", "extreme", "skeleton", "template"] as const;

  test.each(WAYS)("a click of %s takes the shape that lies there; armed it draws", (tool) => {
    const hand = new AtTheStage(tool, tools[tool]);
    hand.put(...THERE);
    hand.editor.selectedId.value = null;
    run(hand, [["c", 200, 200]]);
    expect([path(hand), hand.shapes.length, hand.editor.selectedId.peek()]).toEqual(["idle pressing idle", 1, "there"]);
    run(hand, ["armed", ["d", 200, 200]]);
    expect(hand.chart.path.peek()).toBe(`${tool}.drawing.pressing`);
    expect(hand.editor.selectedId.peek()).toBeNull();
  });

  test.each(WAYS)("a press of %s on a grip of the selected shape adjusts it", (tool) => {
    const hand = new AtTheStage(tool, tools[tool]);
    hand.put(...THERE);
    run(hand, [["d", 300, 300], ["m", 320, 330], ["u", 320, 330]]);
    expect([path(hand), hand.geometries]).toEqual(["adjusting.resizing idle", [[[100, 100, 300, 100, 320, 330, 100, 300]]]]);
  });
});

describe("the brush, the eraser, the filler", () => {
  const square = maskFrom([[100, 100, 300, 100, 300, 300, 100, 300], [150, 150, 250, 150, 250, 250, 150, 250]], image);
  const STROKE: Act[] = [["d", 100, 100], ["m", 150, 150], ["u", 150, 150]];

  test.each<[string, "mask" | "eraser" | "fill", readonly Act[], string, string[]]>([
    ["a stroke of the brush", "mask", STROKE, "painting idle", []],
    ["a stroke after another", "mask", [...STROKE, ["d", 400, 100], ["u", 400, 100]], "painting idle painting idle", []],
    ["a stroke interrupted by a second finger", "mask", [["d", 100, 100], ["m", 150, 150], "interrupt", ["u", 150, 150]], "painting idle", []],
    ["a stroke given up", "mask", [["d", 100, 100], ["m", 150, 150], "cancel", ["u", 150, 150]], "painting idle", []],
    ["a stroke of the eraser on the selected mask", "eraser", STROKE, "painting idle", []],
    ["the filler, in the hole", "fill", [["c", 200, 200]], "idle", []],
    ["the filler, where nothing is enclosed", "fill", [["c", 600, 600]], "idle", ["notEnclosed"]],
  ])("%s", (_, tool, script, states, said) => {
    const hand = new AtTheStage(tool, tools[tool] as Node);
    hand.put("there", "mask", square);
    const before = hand.editor.document.peek();
    run(hand, script);
    expect([path(hand), hand.said, hand.shapes.length, hand.draft]).toEqual([states, said, 1, null]);
    const isKept = hand.editor.document.peek() !== before;
    expect(isKept).toBe(!script.some((act) => act === "cancel" || act === "interrupt") && said.length === 0);
  });

  test("a stroke that changes no pixel is no step", () => {
    const hand = new AtTheStage("mask", tools.mask);
    run(hand, [...STROKE, ...STROKE]);
    const eraser = new AtTheStage("eraser", tools.eraser);
    eraser.put("there", "mask", square);
    run(eraser, [["d", 600, 600], ["m", 650, 650], ["u", 650, 650]]);
    expect([hand.steps.length, eraser.steps.length]).toEqual([1, 1]);
  });

  test.each(["eraser", "fill"] as const)("%s without a mask says which one is missing", (tool) => {
    const hand = new AtTheStage(tool, tools[tool] as Node);
    run(hand, STROKE);
    expect([hand.chart.path.peek(), hand.said, hand.shapes]).toEqual([`${tool}.idle`, ["selectMask"], []]);
  });

  test.each(["mask", "eraser"] as const)("%s, armed, begins anew", (tool) => {
    const hand = new AtTheStage(tool, tools[tool] as Node);
    hand.put("there", "mask", square);
    run(hand, ["armed", ...STROKE]);
    expect([path(hand), hand.shapes.length]).toEqual(["painting idle", tool === "mask" ? 2 : 1]);
  });
});

describe("what is done to the selected polygon", () => {
  const HOLE: Act[] = [["c", 150, 150], ["c", 250, 150], ["c", 250, 250]];
  const THREE = "idle pressing waiting pressing waiting pressing waiting";

  test.each<[string, "cut" | "extend" | "split", readonly Act[], string, number]>([
    ["a cut, ended by Enter", "cut", [...HOLE, "finish"], `${THREE} idle`, 1],
    ["a cut, ended at its first point", "cut", [...HOLE, ["c", 150, 150]], `${THREE} pressing waiting idle`, 1],
    ["a cut drawn freely", "cut", [["d", 150, 150], ["m", 200, 150], ["m", 250, 150], ["m", 250, 250], ["m", 151, 151], ["u", 151, 151]], "pressing tracing waiting idle", 1],
    ["an extension", "extend", [["c", 250, 150], ["c", 400, 150], ["c", 400, 250], "finish"], `${THREE} idle`, 1],
    ["a split, ended at its last point", "split", [["c", 200, 50], ["c", 200, 350], ["c", 200, 350]], `${THREE.slice(0, -8)} idle`, 2],
    ["a split by a line drawn freely", "split", [["d", 200, 50], ["m", 200, 200], ["m", 200, 350], ["u", 200, 350], "finish"], "pressing tracing waiting idle", 2],
  ])("%s", async (_, tool, script, states, shapes) => {
    const hand = new AtTheStage(tool, tools[tool]);
    hand.put(...THERE);
    run(hand, script);
    await vi.waitFor(() => expect(hand.left).toBe(1));
    // The desk goes back to drawing, which takes the tool out of the hand.
    hand.chart.rest();
    hand.note();
    expect([path(hand), hand.shapes.length, hand.allValid(), hand.said]).toEqual([states, shapes, true, []]);
  });

  test.each<[string, "cut" | "extend" | "split", readonly Act[], string, string[]]>([
    ["nothing would be left", "cut", [["c", 50, 50], ["c", 350, 50], ["c", 350, 350], ["c", 50, 350], "finish"], `${THREE} pressing waiting`, ["nothingLeft"]],
    ["an outline that crosses itself", "extend", [["c", 250, 150], ["c", 400, 250], ["c", 400, 150], ["c", 250, 250], "finish"], `${THREE} pressing waiting`, ["crossing"]],
    ["a line that stays inside", "split", [["c", 150, 150], ["c", 250, 250], "finish"], "idle pressing waiting pressing waiting", ["splitAcross"]],
  ])("%s: it stays to be drawn otherwise", async (_, tool, script, states, said) => {
    const hand = new AtTheStage(tool, tools[tool]);
    hand.put(...THERE);
    const before = hand.editor.document.peek();
    run(hand, script);
    await vi.waitFor(() => expect(hand.said).toEqual(said));
    expect([path(hand), hand.left]).toEqual([states, 0]);
    expect(hand.editor.document.peek()).toBe(before);
    hand.chart.cancel();
    expect([hand.chart.path.peek(), hand.editor.sketch.peek(), hand.draft]).toEqual([`${tool}.idle`, null, null]);
  });

  test.each<[string, readonly Act[], string, string[], number]>([
    ["a polygon that touches", [["d", 350, 200]], "merging idle", [], 3],
    ["a polygon apart", [["d", 650, 650]], "merging idle", ["mergeApart"], 4],
    ["a box", [["d", 820, 820]], "idle", ["hintMerge"], 4],
    ["itself", [["d", 200, 200]], "idle", ["hintMerge"], 4],
    ["nothing", [["d", 1000, 50]], "idle", [], 4],
  ])("merging with %s", async (_, script, states, said, shapes) => {
    const hand = new AtTheStage("merge", tools.merge);
    hand.put("box", "box", [800, 800, 50, 50]);
    hand.put("near", "polygon", [[300, 100, 400, 100, 400, 300, 300, 300]]);
    hand.put("far", "polygon", [[600, 600, 700, 600, 700, 700, 600, 700]]);
    hand.put(...THERE);
    run(hand, script);
    await vi.waitFor(() => expect(hand.chart.path.peek()).toBe("merge.idle"));
    hand.note();
    expect([path(hand), hand.said, hand.shapes.length]).toEqual([states, said, shapes]);
  });
});
