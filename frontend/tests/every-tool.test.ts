import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pixelsIn } from "../workbench/geometry/rle";
import type { Mask } from "../workbench/contract";
import { Editor } from "../workbench/model/editor";
import { EMPTY } from "../workbench/model/document";
import type { Step } from "../workbench/model/history";
import { addSnap } from "../workbench/tools/neighbours";
import { snapped, tools } from "../workbench/tools/more";
import { select } from "../workbench/tools/select";
import { AtTheStage } from "./at-the-stage";
import { decode } from "./things";

describe("the polygon tool", () => {
  test("places points by clicks and ends at the first of them", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    hand.click(100, 100);
    hand.click(200, 100);
    hand.click(200, 200);
    expect(hand.draft?.dots).toEqual([100, 100, 200, 100, 200, 200]);
    hand.click(101, 101);
    expect(hand.geometries).toEqual([[[100, 100, 200, 100, 200, 200]]]);
    expect(hand.seen).toEqual(["polygon.idle", "polygon.drawing.pressing", "polygon.drawing.waiting", "polygon.drawing.pressing", "polygon.drawing.waiting", "polygon.drawing.pressing", "polygon.drawing.waiting", "polygon.drawing.pressing", "polygon.idle"]);
  });

  test("draws freely by a drag, with few points, and ends where it began", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    const way = Array.from({ length: 200 }, (_, at): [number, number] => {
      const turn = (2 * Math.PI * at) / 200;
      return [300 + 100 * Math.cos(turn), 300 + 100 * Math.sin(turn)];
    });
    hand.drag(...way, [400, 300]);
    expect(hand.seen).toEqual(["polygon.drawing.pressing", "polygon.drawing.tracing", "polygon.idle"]);
    expect((hand.geometries[0] as number[][])[0]!.length).toBeLessThan(100);
    expect(hand.allValid()).toBe(true);
  });

  test("does not end while it would cross itself, and says so", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    for (const [x, y] of [[100, 100], [200, 200], [200, 100], [100, 200]] as const) hand.click(x, y);
    hand.wish("finish");
    expect([hand.shapes.length, hand.said]).toEqual([0, ["crossing"]]);
    hand.wish("back");
    hand.wish("finish");
    expect(hand.shapes.length).toBe(1);
  });

  test("takes points back and gives them again", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    hand.click(100, 100);
    hand.click(200, 100);
    hand.wish("back");
    expect(hand.editor.sketch.peek()?.points).toEqual([100, 100]);
    hand.wish("forward");
    expect(hand.editor.sketch.peek()?.points).toEqual([100, 100, 200, 100]);
    hand.wish("back");
    hand.wish("back");
    expect([hand.chart.path.peek(), hand.editor.sketch.peek()]).toEqual(["polygon.idle", null]);
    expect(hand.wish("back")).toBe(false);
  });

  test("cancelled leaves nothing; interrupted by a second finger it keeps its points", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    hand.click(100, 100);
    hand.send("down", 200, 200);
    hand.wish("interrupt");
    expect([hand.chart.path.peek(), hand.editor.sketch.peek()?.points]).toEqual(["polygon.drawing.waiting", [100, 100]]);
    hand.chart.cancel();
    expect([hand.chart.path.peek(), hand.editor.sketch.peek(), hand.draft]).toEqual(["polygon.idle", null, null]);
  });

  test("goes on after a crash from the steps that were kept", () => {
    const before = new AtTheStage("polygon", tools.polygon);
    for (const [x, y] of [[100, 100], [200, 100], [200, 200]] as const) before.click(x, y);
    const after = new AtTheStage("polygon", tools.polygon, JSON.parse(JSON.stringify(before.steps)) as Step[]);
    after.chart.go("drawing.waiting");
    after.click(100, 200);
    after.wish("finish");
    expect(after.geometries).toEqual([[[100, 100, 200, 100, 200, 200, 100, 200]]]);
    expect(after.editor.sketch.peek()).toBeNull();
    after.editor.undo();
    expect(after.shapes).toEqual([]);
  });

  test("goes along a neighbour's edge, or with Alt does not", () => {
    const hand = new AtTheStage("polygon", tools.polygon);
    hand.put("n", "polygon", [[100, 100, 200, 100, 220, 150, 200, 200, 100, 200]]);
    hand.chart.go("armed");
    hand.click(300, 100);
    hand.click(202, 101);
    hand.click(201, 199);
    expect(hand.editor.sketch.peek()?.points).toEqual([300, 100, 200, 100, 220, 150, 200, 200]);
    hand.wish("back");
    hand.holding({ alt: true }).click(201, 199);
    expect(hand.editor.sketch.peek()?.points).toEqual([300, 100, 200, 100, 201, 199]);
  });
});

describe("other shapes", () => {
  test("a line ends at its last point", () => {
    const hand = new AtTheStage("polyline", tools.polyline);
    hand.click(10, 10);
    hand.click(100, 20);
    hand.click(100, 20);
    expect(hand.geometries).toEqual([[10, 10, 100, 20]]);
  });

  test("a point is where the pointer is let go", () => {
    const hand = new AtTheStage("point", tools.point);
    hand.drag([50, 50], [80, 80], [90, 85]);
    expect(hand.geometries).toEqual([[90, 85]]);
  });

  test("a box by four extreme points", () => {
    const hand = new AtTheStage("extreme", tools.extreme);
    for (const [x, y] of [[150, 90], [100, 140], [160, 200], [210, 150]] as const) hand.click(x, y);
    expect(hand.geometries).toEqual([[100, 90, 110, 110]]);
    expect(hand.seen.at(-1)).toBe("extreme.idle");
  });

  test("a turned box by a side and a width", () => {
    const hand = new AtTheStage("rotated_box", tools.rotated_box);
    hand.click(100, 100);
    hand.click(180, 160);
    hand.click(150, 200);
    expect(hand.seen.filter((path) => path.includes("drawing"))).toEqual(["rotated_box.drawing.pressing", "rotated_box.drawing.placing", "rotated_box.drawing.widening"]);
    const [cx, cy, width, height, angle] = hand.geometries[0] as number[];
    expect([cx, cy, width, height].map((value) => Math.round(value!))).toEqual([125, 150, 100, 50]);
    expect(angle).toBeCloseTo(36.87, 1);
  });

  test("an ellipse in a dragged box", () => {
    const hand = new AtTheStage("ellipse", tools.ellipse);
    hand.drag([100, 100], [150, 150], [200, 160]);
    expect(hand.geometries).toEqual([[150, 130, 50, 30, 0]]);
  });

  test("a skeleton in order: seen, hidden, not there", () => {
    const hand = new AtTheStage("skeleton", tools.skeleton);
    hand.click(100, 100);
    hand.holding({ shift: true }).click(120, 120);
    hand.holding({ alt: true }).click(1, 1);
    expect(hand.geometries).toEqual([[100, 100, 2, 120, 120, 1, 0, 0, 0]]);
  });

  test("a skeleton ended early has no further points; one laid into a box follows the last", () => {
    const hand = new AtTheStage("skeleton", tools.skeleton);
    hand.click(100, 100);
    hand.click(200, 300);
    hand.wish("finish");
    expect(hand.geometries).toEqual([[100, 100, 2, 200, 300, 2, 0, 0, 0]]);
    const laid = new AtTheStage("template", tools.template, hand.steps);
    laid.drag([400, 400], [420, 420], [500, 500]);
    expect(laid.geometries.at(-1)).toEqual([400, 400, 2, 500, 500, 2, 0, 0, 0]);
  });
});

describe("the brush", () => {
  const pixels = (hand: AtTheStage): Mask => hand.geometries.at(-1) as Mask;

  test("paints one mask by several strokes, each a step", () => {
    const hand = new AtTheStage("mask", tools.mask);
    hand.drag([100, 100], [150, 100]);
    hand.drag([100, 120], [150, 120]);
    expect([hand.shapes.length, hand.seen]).toEqual([1, ["mask.painting", "mask.idle", "mask.painting", "mask.idle"]]);
    const both = pixelsIn(pixels(hand));
    hand.editor.undo();
    expect(pixelsIn(pixels(hand))).toBeLessThan(both);
    hand.editor.redo();
    expect(pixelsIn(pixels(hand))).toBe(both);
    expect(decode(pixels(hand)).data[125 * 960 + 110]).toBe(1);
  });

  test("Alt wipes; a mask with no pixel left is gone", () => {
    const hand = new AtTheStage("mask", tools.mask);
    hand.drag([100, 100], [120, 100]);
    hand.holding({ alt: true }).drag([90, 100], [110, 100], [130, 100]);
    expect(hand.shapes).toEqual([]);
  });

  test("the filler fills what a stroke encloses, and says when nothing is enclosed", () => {
    const brush = new AtTheStage("mask", tools.mask);
    brush.drag([200, 200], [300, 200], [300, 300], [200, 300], [200, 200]);
    const hand = new AtTheStage("fill", tools.fill, brush.steps);
    hand.editor.selectedId.value = "new0";
    hand.send("down", 250, 250);
    expect(decode(pixels(hand)).data[250 * 960 + 250]).toBe(1);
    hand.send("down", 500, 500);
    expect(hand.said).toEqual(["notEnclosed"]);
  });
});

describe("the select tool, with any kind", () => {
  test("moves a polygon and drags its vertices; one that would cross springs back", () => {
    const hand = new AtTheStage("select", select);
    hand.put("one", "polygon", [[100, 100, 200, 100, 200, 200, 100, 200]]);
    hand.drag([150, 150], [160, 160], [170, 160]);
    expect(hand.geometries).toEqual([[[120, 110, 220, 110, 220, 210, 120, 210]]]);
    hand.drag([220, 210], [230, 220], [250, 250]);
    expect(hand.geometries).toEqual([[[120, 110, 220, 110, 250, 250, 120, 210]]]);
    hand.drag([250, 250], [200, 200], [170, 50]);
    expect([hand.geometries, hand.said]).toEqual([[[[120, 110, 220, 110, 250, 250, 120, 210]]], ["crossing"]]);
  });

  test("a dragged vertex jumps to a neighbour's corner, with Alt it does not", () => {
    addSnap(snapped);
    const hand = new AtTheStage("select", select);
    hand.put("n", "polygon", [[300, 100, 400, 100, 400, 200]]);
    hand.put("one", "polygon", [[100, 100, 200, 100, 200, 200, 100, 200]]);
    hand.drag([200, 100], [250, 100], [298, 101]);
    expect((hand.geometries[1] as number[][])[0]!.slice(2, 4)).toEqual([300, 100]);
    hand.holding({ alt: true }).drag([300, 100], [280, 100], [298, 101]);
    expect((hand.geometries[1] as number[][])[0]!.slice(2, 4)).toEqual([298, 101]);
  });

  test("makes a vertex of the middle of a side", () => {
    const hand = new AtTheStage("select", select);
    hand.put("one", "polyline", [100, 100, 200, 100]);
    hand.drag([150, 100], [150, 120], [150, 140]);
    expect(hand.geometries).toEqual([[100, 100, 150, 140, 200, 100]]);
  });

  test("turns a box by the grip above it", () => {
    const hand = new AtTheStage("select", select);
    hand.put("one", "rotated_box", [200, 200, 100, 60, 0]);
    hand.drag([200, 157], [220, 160], [250, 200]);
    expect((hand.geometries[0] as number[])[4]).toBeCloseTo(90, 0);
  });
});

test("any way of plotting, replayed from its steps, gives the same sketch", () => {
  const actions = fc.oneof(
    fc.record({ do: fc.constant("plot" as const), add: fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 2, maxLength: 6 }) }),
    fc.constantFrom({ do: "unplot" as const }, { do: "replot" as const }, { do: "tag" as const }, { do: "drop" as const }),
  );
  fc.assert(
    fc.property(fc.array(actions, { maxLength: 40 }), (sequence) => {
      const steps: Step[] = [];
      const editor = new Editor(EMPTY, [], (step) => steps.push(JSON.parse(JSON.stringify(step)) as Step));
      for (const action of sequence) {
        if (action.do === "plot") editor.plot("polygon", "a", action.add);
        else if (action.do === "unplot") editor.unplot();
        else if (action.do === "replot") editor.replot();
        else if (action.do === "drop") editor.dropSketch();
        else editor.setTag("t", String(steps.length));
      }
      const again = new Editor(EMPTY, steps);
      expect(again.sketch.peek()).toEqual(editor.sketch.peek());
      expect(again.document.peek()).toEqual(editor.document.peek());
    }),
  );
});
