/** Intelligent scissors: edges of a picture, the cheapest way along them, and a sketch that is led by it. */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { edgesOf, strongestNear } from "../workbench/assist/edges";
import { Wire } from "../workbench/assist/wire";
import { pointsOf } from "../workbench/geometry/points";
import { ringCrossesItself } from "../workbench/geometry/simple";
import type { Guide } from "../workbench/tools/context";
import { tools } from "../workbench/tools/more";
import { AtTheStage } from "./at-the-stage";
import { GREY, paint, RED } from "./painted";

const R = 60;
const disc = paint(200, 160, (x, y) => (Math.hypot(x - 100, y - 80) <= R ? RED : GREY));
const offDisc = ({ x, y }: { x: number; y: number }): number => Math.abs(Math.hypot(x - 100, y - 80) - R);

describe("the way along edges", () => {
  it("goes round a disc within a pixel and a half of its rim, and not straight across", () => {
    const way = new Wire(edgesOf(disc), 40, 80).wayTo(160, 80)!;
    expect(Math.max(...pointsOf(way).map(offDisc))).toBeLessThan(1.5);
    expect([way.slice(0, 2), way.slice(-2)]).toEqual([[40, 80], [160, 80]]);
  });

  it("is straight within a few pixels where there is nothing to follow", () => {
    const way = new Wire(edgesOf(paint(120, 60, () => GREY)), 10, 30).wayTo(110, 30)!;
    expect(pointsOf(way).every(({ y }) => Math.abs(y - 30) <= 2)).toBe(true);
  });

  it("is connected step by step between any two places, and asked again it is the same", () => {
    const wire = new Wire(edgesOf(disc), 70, 40);
    fc.assert(
      fc.property(fc.nat(199), fc.nat(159), (x, y) => {
        const way = pointsOf(wire.wayTo(x, y)!);
        expect([way[0], way.at(-1)]).toEqual([{ x: 70, y: 40 }, { x, y }]);
        for (const [at, here] of way.slice(1).entries()) {
          const before = way[at]!;
          expect(Math.max(Math.abs(here.x - before.x), Math.abs(here.y - before.y))).toBe(1);
        }
        expect(pointsOf(wire.wayTo(x, y)!)).toEqual(way);
      }),
      { numRuns: 30 },
    );
  });

  it("ends at the window: beyond it there is none", () => {
    const wide = paint(800, 20, () => GREY);
    const wire = new Wire(edgesOf(wide), 10, 10);
    expect([wire.wayTo(330, 10) !== null, wire.wayTo(331, 10)]).toEqual([true, null]);
  });

  it("takes the strongest edge near a place, and leaves the place where there is none", () => {
    const edges = edgesOf(disc);
    const [x, y] = strongestNear(edges, 45, 80, 8);
    expect(offDisc({ x, y })).toBeLessThan(1.5);
    expect(strongestNear(edges, 100, 80, 8)).toEqual([100, 80]);
  });
});

/** Leads by two more points beside the straight line; each place jumps a pixel to the right. */
const guide = (): Guide => ({
  lead: vi.fn(async (from, { x, y }, reach) => {
    const end = reach > 0 ? [x + 1, y] : [x, y];
    return from ? [(from.x + x) / 2, (from.y + y) / 2 + 1, ...end] : end;
  }),
});
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 1));

describe("a sketch that is led", () => {
  const atWork = (name: "polygon" | "polyline"): AtTheStage => {
    const hand = new AtTheStage(name, tools[name]);
    hand.guide = guide();
    return hand;
  };

  it("places a point at once and lays the line onto the edge when it is found", async () => {
    const hand = atWork("polyline");
    hand.click(100, 100);
    hand.click(200, 100);
    expect(hand.editor.sketch.peek()?.points).toEqual([100, 100, 200, 100]);
    await soon();
    expect(hand.editor.sketch.peek()).toMatchObject({ points: [101, 100, 150.5, 101, 201, 100], marks: [2, 6] });
  });

  it("shows the way to the pointer before the click", async () => {
    const hand = atWork("polyline");
    hand.click(100, 100);
    await soon();
    hand.send("move", 200, 100);
    await soon();
    expect(hand.draft?.shape).toMatchObject({ polyline: [101, 100, 150.5, 101, 201, 100] });
  });

  it("takes a whole stretch back with one key, and gives it again", async () => {
    const hand = atWork("polyline");
    hand.click(100, 100);
    hand.click(200, 100);
    await soon();
    hand.wish("back");
    expect(hand.editor.sketch.peek()?.points).toEqual([101, 100]);
    hand.wish("forward");
    expect(hand.editor.sketch.peek()?.points.length).toBe(6);
  });

  it("leads a stretch whose way comes only after the next point was placed", async () => {
    const hand = atWork("polyline");
    let release = (): void => {};
    const slow = new Promise<void>((done) => (release = done));
    const { lead } = guide();
    hand.guide = { lead: async (...asked) => slow.then(() => lead(...asked)) };
    for (const [x, y] of [[100, 100], [200, 100], [200, 200]] as const) hand.click(x, y);
    release();
    await soon();
    expect(hand.editor.sketch.peek()?.marks).toEqual([2, 6, 10]);
    expect(hand.editor.sketch.peek()?.points.slice(-2)).toEqual([201, 200]);
  });

  it("forgets the way of a point that was taken back meanwhile", async () => {
    const hand = atWork("polyline");
    hand.click(100, 100);
    await soon();
    hand.click(200, 100);
    hand.wish("back");
    await soon();
    expect(hand.editor.sketch.peek()?.points).toEqual([101, 100]);
  });

  it("closes a polygon along the edge by Enter, and rests", async () => {
    const hand = atWork("polygon");
    for (const [x, y] of [[100, 100], [200, 100], [200, 200]] as const) hand.click(x, y);
    hand.wish("finish");
    await soon();
    await soon();
    expect(hand.shapes.length).toBe(1);
    expect(hand.chart.path.peek()).toBe("polygon.idle");
    expect((hand.geometries[0] as number[][])[0]!.length).toBe(12);
    expect(hand.allValid()).toBe(true);
  });

  it("cuts off a little loop where two ways run over each other", async () => {
    const hand = atWork("polygon");
    hand.guide = {
      lead: async (from, { x, y }, reach) => {
        if (reach === 0 && from) return [90, 150, 99, 104, 104, 104, 104, 99, x, y];
        return [x, y];
      },
    };
    for (const [x, y] of [[100, 100], [300, 100], [300, 300], [100, 300]] as const) hand.click(x, y);
    hand.wish("finish");
    await vi.waitFor(() => expect(hand.shapes.length).toBe(1), 3_000);
    const [ring] = hand.geometries[0] as number[][];
    expect(ringCrossesItself(ring!)).toBe(false);
    expect(hand.allValid()).toBe(true);
  });

  it("goes straight with Alt", async () => {
    const hand = atWork("polyline").holding({ alt: true });
    hand.click(100, 100);
    hand.click(200, 100);
    await soon();
    expect(hand.editor.sketch.peek()?.points).toEqual([100, 100, 200, 100]);
  });
});
