/** Cutting, extending, splitting and merging polygons: nothing is lost, and what is suggested is taken up. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { FlatPoints, Payload, Shape } from "../workbench/contract";
import "../workbench/geometry/all";
import { difference, storableDifference, storableUnion, union } from "../workbench/geometry/boolean";
import { polygon, polygonArea } from "../workbench/geometry/polygon";
import { Editor } from "../workbench/model/editor";
import { tools } from "../workbench/tools/more";
import { becomes } from "../workbench/tools/parts";
import { AtTheStage } from "./at-the-stage";
import { image } from "./things";

type Rings = readonly FlatPoints[];

const square: Rings = [[100, 100, 300, 100, 300, 300, 100, 300]];
const beside: Rings = [[300, 100, 400, 100, 400, 300, 300, 300]];

/** A click of the merge tool, until what it does is done. */
async function mergedAt(hand: AtTheStage, x: number, y: number): Promise<void> {
  hand.send("down", x, y);
  await vi.waitFor(() => expect(hand.chart.path.peek()).toBe("merge.idle"));
}

const parents = (hand: AtTheStage): Record<string, string | undefined> =>
  Object.fromEntries(hand.shapes.map(({ id, parent }) => [id, parent]));

describe("what is done to the selected polygon", () => {
  test("a cut inside is a hole; undo brings it all back", async () => {
    const hand = new AtTheStage("cut", tools.cut);
    hand.put("one", "polygon", square);
    for (const [x, y] of [[150, 150], [200, 150], [200, 200]] as const) hand.click(x, y);
    hand.wish("finish");
    await vi.waitFor(() => expect(hand.left).toBe(1));
    expect((hand.geometries[0] as unknown[]).length).toBe(2);
    expect(hand.editor.sketch.peek()).toBeNull();
    hand.editor.undo();
    expect(hand.geometries).toEqual([square]);
  });

  test("a cut right across makes two of one group; a split makes two by themselves", async () => {
    const hand = new AtTheStage("cut", tools.cut);
    hand.put("one", "polygon", square);
    for (const [x, y] of [[50, 190], [350, 190], [350, 210], [50, 210]] as const) hand.click(x, y);
    hand.wish("finish");
    await vi.waitFor(() => expect(hand.left).toBe(1));
    expect(hand.shapes.map(({ group }) => group)).toEqual([1, 1]);
    const other = new AtTheStage("split", tools.split);
    other.put("one", "polygon", square);
    other.click(200, 50);
    other.click(200, 350);
    other.wish("finish");
    expect(other.shapes.map(({ group }) => group)).toEqual([undefined, undefined]);
    expect(other.allValid()).toBe(true);
  });

  test("a split over a hole leaves each part its piece of it", async () => {
    const hand = new AtTheStage("split", tools.split);
    hand.put("one", "polygon", [...square, [180, 180, 220, 180, 220, 220, 180, 220]]);
    hand.click(200, 50);
    hand.click(200, 350);
    hand.wish("finish");
    await vi.waitFor(() => expect(hand.left).toBe(1));
    expect(hand.geometries.map((rings) => [(rings as Rings).length, polygonArea(rings as Rings)])).toEqual([[1, 20_000 - 800], [1, 20_000 - 800]]);
    expect([hand.allValid(), hand.shapes[0]?.id]).toEqual([true, "one"]);
  });

  test("a line that does not go across splits nothing and says so", () => {
    const hand = new AtTheStage("split", tools.split);
    hand.put("one", "polygon", square);
    hand.click(150, 150);
    hand.click(250, 250);
    hand.wish("finish");
    expect([hand.shapes.length, hand.said]).toEqual([1, ["splitAcross"]]);
  });

  test("two that touch are merged into one, two apart become a group", async () => {
    const hand = new AtTheStage("merge", tools.merge);
    hand.put("far", "polygon", [[500, 100, 600, 100, 600, 200, 500, 200]]);
    hand.put("near", "polygon", [[300, 100, 400, 100, 400, 300, 300, 300]]);
    hand.put("one", "polygon", square);
    hand.send("down", 350, 200);
    await vi.waitFor(() => expect(hand.shapes.length).toBe(2));
    hand.editor.selectedId.value = "one";
    hand.send("down", 550, 150);
    await vi.waitFor(() => expect(hand.said).toEqual(["mergeApart"]));
    expect(hand.shapes.map(({ group }) => group)).toEqual([1, 1]);
  });
});

/** They enclose a gap of 100 by 100 pixels that touches the world outside at one corner. */
const above: Rings = [[100, 100, 300, 100, 300, 200, 200, 200, 200, 400, 100, 400]];
const below: Rings = [[300, 200, 400, 200, 400, 400, 200, 400, 200, 300, 300, 300]];
/** Its tip touches the middle of a side. */
const tip: Rings = [[200, 300, 230, 300, 250, 200, 270, 300, 400, 300, 400, 400, 200, 400]];

describe("merging neighbours that touch at a corner only", () => {
  test.each([["corner at corner", below], ["tip at side", tip]])("%s: one polygon that may be stored, by a bridge of a pixel", async (_, other) => {
    const hand = new AtTheStage("merge", tools.merge);
    hand.put("other", "polygon", other);
    hand.put("one", "polygon", above);
    await mergedAt(hand, 350, 350);
    expect([hand.shapes.map(({ id }) => id), hand.allValid(), hand.said]).toEqual([["one"], true, []]);
    expect(Math.abs(polygonArea(hand.geometries[0] as Rings) - polygonArea(above) - polygonArea(other))).toBeLessThan(1.01);
    hand.editor.undo();
    expect(hand.geometries).toEqual([other, above]);
  });

  test("what still cannot be one polygon is left as it was, and that is said", async () => {
    const hand = new AtTheStage("merge", tools.merge);
    const comb = (base: number, tooth: number): Rings => {
      const teeth = Array.from({ length: 600 }, (_, at) => [20 + 2 * at, base, 21 + 2 * at, base + tooth]).flat();
      return [[...teeth, 1220, 300, 20, 300]];
    };
    hand.put("other", "polygon", comb(250, -50));
    hand.put("one", "polygon", comb(350, 50));
    const before = hand.editor.document.peek();
    await mergedAt(hand, 600, 280);
    expect([hand.said, hand.left, hand.allValid()]).toEqual([["mergeNot"], 1, true]);
    expect(hand.editor.document.peek()).toEqual(before);
    hand.editor.undo();
    expect(hand.shapes.map(({ id }) => id)).toEqual(["other"]);
  });

  test("any two that may be stored: either several parts, or one that may be", () => {
    const rectangles = fc
      .tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
      .map(([x, y, wide, high]): Rings => {
        const [left, top, right, bottom] = [100 * x, 100 * y, 100 * (x + wide), 100 * (y + high)];
        return [[left, top, right, top, right, bottom, left, bottom]];
      });
    const some = fc.array(rectangles, { minLength: 1, maxLength: 4 });
    let bridged = 0;
    fc.assert(
      fc.property(some, some, (mine, yours) => {
        const [a, ...more] = storableUnion(mine, image);
        const [b] = a ? storableUnion(yours, image).flatMap((part) => difference(part, a)) : [];
        fc.pre(a !== undefined && b !== undefined && more.length === 0 && polygon.valid(a, image) && polygon.valid(b, image));
        const parts = storableUnion([a!, b!], image);
        if (parts.length > 1) return;
        expect(polygon.valid(parts[0]!, image)).toBe(true);
        if (!polygon.valid(union([a!, b!])[0]!, image)) bridged++;
      }),
      { numRuns: 2000, seed: 5 },
    );
    expect(bridged).toBeGreaterThan(5);
  });
});

describe("what belongs to what, after merging", () => {
  async function family(relations: Record<string, string>): Promise<AtTheStage> {
    const hand = new AtTheStage("merge", tools.merge);
    for (const id of ["top", "child", "other", "one"]) {
      hand.put(id, "polygon", id === "one" ? square : id === "other" ? beside : [[600, 600, 700, 600, 700, 700]]);
    }
    for (const [id, parent] of Object.entries(relations)) hand.editor.update(id, (shape) => ({ ...shape, parent }) as Shape);
    hand.editor.selectedId.value = "one";
    await mergedAt(hand, 350, 200);
    return hand;
  }

  test.each<[string, Record<string, string>, Record<string, string | undefined>]>([
    ["a child merged with its parent takes the parent's place", { one: "other", other: "top" }, { top: undefined, child: undefined, one: "top" }],
    ["and has no parent where that had none", { one: "other" }, { top: undefined, child: undefined, one: undefined }],
    ["what lay between the two lies below", { one: "child", child: "other", other: "top" }, { top: undefined, child: "one", one: "top" }],
    ["a parent that takes its child in has that one's children", { other: "one", child: "other" }, { top: undefined, child: "one", one: undefined }],
    ["children of the one that goes move to the merged one, which keeps its own parent", { child: "other", one: "top" }, { top: undefined, child: "one", one: "top" }],
  ])("%s", async (_, relations, expected) => {
    const hand = await family(relations);
    expect(parents(hand)).toEqual(expected);
    hand.editor.undo();
    expect(parents(hand)).toEqual({ top: undefined, child: undefined, other: undefined, one: undefined, ...relations });
  });

  test("a group of either is the group of both", async () => {
    const hand = new AtTheStage("merge", tools.merge);
    hand.put("other", "polygon", beside, { group: 4 });
    hand.put("one", "polygon", square);
    await mergedAt(hand, 350, 200);
    expect(hand.shapes.map(({ id, group }) => [id, group])).toEqual([["one", 4]]);
  });
});

describe("suggestions that nobody has decided on", () => {
  const suggest = (id: string, rings: Rings): Shape =>
    ({ id, class: "figure", type: "polygon", polygon: rings, attributes: {}, confidence: 0.7 }) as unknown as Shape;
  const draft = (...shapes: Shape[]): Payload => ({ tags: {}, shapes });
  const pending = (hand: AtTheStage): string[] => hand.editor.pending.peek().shapes.map(({ id }) => id);

  /** Selected, then drawn upon, then ended. */
  async function work(name: "cut" | "extend" | "split", places: [number, number][]): Promise<AtTheStage> {
    const hand = new AtTheStage(name, tools[name], [], draft(suggest("seen", square)));
    hand.editor.selectedId.value = "seen";
    for (const [x, y] of places) hand.click(x, y);
    hand.wish("finish");
    await vi.waitFor(() => expect(hand.left).toBe(1));
    return hand;
  }

  test.each<[string, "cut" | "extend" | "split", [number, number][], number]>([
    ["a hole cut into one", "cut", [[150, 150], [200, 150], [200, 200]], 40_000 - 1250],
    ["one cut in two", "cut", [[50, 190], [350, 190], [350, 210], [50, 210]], 40_000 - 4000],
    ["one extended", "extend", [[250, 150], [350, 150], [350, 250], [250, 250]], 45_000],
    ["one split", "split", [[200, 50], [200, 350]], 40_000],
  ])("%s is one's own, in one step", async (_, name, places, area) => {
    const hand = await work(name, places);
    expect([pending(hand), hand.allValid(), hand.editor.sketch.peek()]).toEqual([[], true, null]);
    expect(hand.shapes.reduce((sum, shape) => sum + polygonArea((shape as { polygon?: Rings }).polygon ?? []), 0)).toBeCloseTo(area, 0);
    expect(hand.shapes.some((shape) => "confidence" in shape)).toBe(false);
    hand.editor.undo();
    expect([pending(hand), hand.shapes]).toEqual([["seen"], []]);
    hand.editor.redo();
    expect(pending(hand)).toEqual([]);
  });

  test.each<[string, Shape[], string[]]>([
    ["one with a shape of one's own", [suggest("one", square)], ["one"]],
    ["a shape of one's own with one", [suggest("other", beside)], ["one"]],
    ["one with another", [suggest("one", square), suggest("other", beside)], ["one"]],
    ["one with another apart becomes a group", [suggest("one", square), suggest("other", [[330, 100, 400, 100, 400, 300]])], ["one", "other"]],
  ])("merging %s takes them up, in one step", async (_, suggested, left) => {
    const hand = new AtTheStage("merge", tools.merge, [], draft(...suggested));
    for (const [id, rings] of [["one", square], ["other", beside]] as const) {
      if (!suggested.some((shape) => shape.id === id)) hand.put(id, "polygon", rings);
    }
    const before = hand.shapes;
    hand.editor.selectedId.value = "one";
    await mergedAt(hand, 380, 150);
    expect([hand.shapes.map(({ id }) => id), pending(hand), hand.allValid()]).toEqual([left, [], true]);
    expect(hand.shapes.some((shape) => "confidence" in shape)).toBe(false);
    hand.editor.undo();
    expect([hand.shapes, pending(hand)]).toEqual([before, suggested.map(({ id }) => id)]);
  });
});

describe("suggestions beside what is worked on", () => {
  const suggested = (id: string, more: Partial<Shape>): Shape =>
    ({ id, class: "figure", type: "polygon", polygon: [[600, 600, 700, 600, 700, 700]], attributes: {}, confidence: 0.7, ...more }) as unknown as Shape;

  test("a fresh group is none that a suggestion has: cut in two, or merged with what lies apart", async () => {
    const draft = { tags: {}, shapes: [suggested("s", { group: 1 })] };
    const cut = new AtTheStage("cut", tools.cut, [], draft);
    cut.put("one", "polygon", square);
    for (const [x, y] of [[50, 190], [350, 190], [350, 210], [50, 210]] as const) cut.click(x, y);
    cut.wish("finish");
    await vi.waitFor(() => expect(cut.left).toBe(1));
    expect(cut.shapes.map(({ group }) => group)).toEqual([2, 2]);
    const merge = new AtTheStage("merge", tools.merge, [], draft);
    merge.put("far", "polygon", [[500, 100, 600, 100, 600, 200, 500, 200]]);
    merge.put("one", "polygon", square);
    await mergedAt(merge, 550, 150);
    expect(merge.shapes.map(({ group }) => group)).toEqual([2, 2]);
  });

  test("those that belong to the one that goes belong to the merged one, and to what that is merged with", async () => {
    const shapes = [suggested("s", { parent: "other" }), suggested("below", { parent: "s" }), suggested("aside", { parent: "far" })];
    const hand = new AtTheStage("merge", tools.merge, [], { tags: {}, shapes });
    const far: Rings = [[400, 100, 500, 100, 500, 300, 400, 300]];
    for (const [id, rings] of [["far", far], ["other", beside], ["one", square]] as const) hand.put(id, "polygon", rings);
    const pending = (): unknown[] => hand.editor.pending.peek().shapes.map(({ parent }) => parent);
    await mergedAt(hand, 350, 200);
    expect(pending()).toEqual(["one", "s", "far"]);
    hand.editor.selectedId.value = "far";
    await mergedAt(hand, 200, 200);
    expect(pending()).toEqual(["far", "s", "far"]);
    expect(new Editor({ tags: {}, shapes: [] }, hand.steps, () => {}, { tags: {}, shapes }).pending.peek()).toEqual(hand.editor.pending.peek());
    hand.editor.update("s", (shape) => shape);
    expect(parents(hand)).toEqual({ far: undefined, s: "far" });
    for (let times = 0; times < 3; times++) hand.editor.undo();
    expect(pending()).toEqual(["other", "s", "far"]);
  });
});

test("what becomes of a shape that is gone is nothing, not its other parts alone", () => {
  const { editor } = new AtTheStage("select", tools.cut);
  const part = (id: string): Shape => ({ id, class: "figure", type: "polygon", polygon: square, attributes: {} }) as unknown as Shape;
  expect(becomes(editor, [part("gone"), part("more")])).toBe(false);
  expect([editor.document.peek().shapes, editor.history.canUndo]).toEqual([[], false]);
});

/** A ring around a gap of 100 by 100 pixels. */
const around: Rings = [[100, 100, 400, 100, 400, 400, 100, 400], [200, 200, 200, 300, 300, 300, 300, 200]];

describe("a cut that leaves what touches at a corner only", () => {
  async function cutAway(rings: Rings, ...places: [number, number][]): Promise<AtTheStage> {
    const hand = new AtTheStage("cut", tools.cut);
    hand.put("one", "polygon", rings);
    for (const [x, y] of places) hand.holding({ alt: true }).click(x, y);
    hand.wish("finish");
    await vi.waitFor(() => expect(hand.left + hand.said.length).toBe(1));
    return hand;
  }
  const areas = (hand: AtTheStage): number[] => hand.geometries.map((rings) => polygonArea(rings as Rings));

  test.each<[string, Rings, [number, number][], number, number]>([
    ["two parts corner at corner are two", [[100, 100, 300, 100, 300, 200, 200, 200, 200, 300, 100, 300]], [[50, 50], [200, 50], [200, 200], [50, 200]], 2, 20_000],
    ["a hole whose tip meets the side is open there", square, [[100, 200], [200, 150], [200, 250]], 1, 35_000],
    ["the corner of a gap comes to lie at a corner outside", around, [[50, 50], [200, 50], [200, 200], [50, 200]], 1, 70_000],
  ])("%s", async (_, rings, places, parts, area) => {
    const hand = await cutAway(rings, ...places);
    expect([hand.said, hand.shapes.length, hand.allValid()]).toEqual([[], parts, true]);
    expect(Math.abs(areas(hand).reduce((sum, one) => sum + one, 0) - area)).toBeLessThan(1.5);
    hand.editor.undo();
    expect(hand.geometries).toEqual([rings]);
  });

  test("any two that may be stored leave parts that may be", () => {
    const corner = fc.tuple(fc.nat(6), fc.nat(6)).map(([x, y]) => [100 * x, 100 * y]);
    const ring = fc.array(corner, { minLength: 3, maxLength: 6 }).map((places): Rings => [places.flat()]).filter((rings) => polygon.valid(rings, image));
    let apart = 0;
    fc.assert(
      fc.property(ring, ring, (mine, yours) => {
        const parts = storableDifference(mine, yours, image);
        for (const part of parts) expect(polygon.valid(part, image)).toBe(true);
        if (!difference(mine, yours).every((part) => polygon.valid(part, image))) apart++;
      }),
      { numRuns: 2000, seed: 6 },
    );
    expect(apart).toBeGreaterThan(5);
  });
});

describe("while the arithmetic is on its way", () => {
  const ready = (): AtTheStage => {
    const hand = new AtTheStage("merge", tools.merge);
    hand.put("other", "polygon", beside);
    hand.put("one", "polygon", square);
    return hand;
  };
  const arrived = async (): Promise<void> => {
    await import("../workbench/geometry/boolean");
    await new Promise((done) => setTimeout(done, 0));
  };

  test("a merge that is given up, or about what has changed since, does nothing", async () => {
    const given = ready();
    given.send("down", 350, 200);
    expect(given.seen).toEqual(["merge.merging"]);
    given.chart.cancel();
    const changed = ready();
    changed.send("down", 350, 200);
    changed.editor.update("other", (shape) => ({ ...shape, class: "another" }));
    await arrived();
    expect([given.shapes.length, changed.shapes.length]).toEqual([2, 2]);
  });

  test("a polygon that is locked meanwhile stays as it is, and what was drawn stays too", async () => {
    const hand = new AtTheStage("cut", tools.cut);
    hand.put("one", "polygon", square);
    for (const [x, y] of [[150, 150], [200, 150], [200, 200]] as const) hand.click(x, y);
    hand.wish("finish");
    hand.editor.locked.value = new Set(["one"]);
    await arrived();
    expect(hand.geometries).toEqual([square]);
    expect(hand.editor.sketch.peek()?.points.length).toBe(6);
  });
});
