import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FlatPoints, Kind, Shape } from "../workbench/contract";
import "../workbench/geometry/all";
import { polygonsFrom } from "../workbench/geometry/convert";
import { Columns } from "../workbench/geometry/columns";
import { contoursOf } from "../workbench/geometry/contours";
import { areaOf, distanceTo, gripAt, gripMoved, gripsOf, isValid, moved, pathOf, rounded } from "../workbench/geometry/kinds";
import { polygon, polygonArea } from "../workbench/geometry/polygon";
import { distanceToRun, doubleArea, pointsOf, ringContains } from "../workbench/geometry/points";
import { fillEnclosed, fillRings, fillStroke } from "../workbench/geometry/raster";
import { emptyBitmap, encode, maskContains, pixelsIn } from "../workbench/geometry/rle";
import { simplify } from "../workbench/geometry/simplify";
import { ringCrossesItself } from "../workbench/geometry/simple";
import { borderBetween, snapped } from "../workbench/geometry/snap";
import { split } from "../workbench/geometry/split";
import { difference, intersection, storableParts, union } from "../workbench/geometry/boolean";
import { boundsOf, geometryOf } from "../workbench/model/bounds";
import { PathText } from "../workbench/view/path_text";
import { fromSide } from "../workbench/tools/rotated_box";
import { decode } from "./things";

const image = { width: 400, height: 300 };
const look = { unit: 0.5 };
const xs = fc.integer({ min: 20, max: 380 });
const ys = fc.integer({ min: 20, max: 280 });
const sides = fc.integer({ min: 2, max: 120 });
const angles = fc.integer({ min: 0, max: 359 });

const of = (type: Kind, geometry: unknown): Shape =>
  ({ id: "one", class: "a", type, [type]: geometry, attributes: {} }) as unknown as Shape;

/** A star-shaped ring around a centre never crosses itself. */
const rings: fc.Arbitrary<FlatPoints> = fc
  .tuple(fc.integer({ min: 120, max: 280 }), fc.integer({ min: 120, max: 180 }), fc.array(fc.integer({ min: 10, max: 100 }), { minLength: 3, maxLength: 24 }))
  .map(([cx, cy, reaches]) =>
    reaches.flatMap((reach, at) => {
      const turn = (2 * Math.PI * at) / reaches.length;
      return [Math.round((cx + reach * Math.cos(turn)) * 100) / 100, Math.round((cy + reach * Math.sin(turn)) * 100) / 100];
    }),
  );

const masks = rings.map((ring) => {
  const columns = new Columns(image.width, image.height);
  fillRings(columns, [ring], 1);
  return columns.toMask();
});

const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.tuple(xs, ys).map(([x, y]) => of("box", [x, y, Math.min(100, image.width - x), Math.min(80, image.height - y)])),
  fc.tuple(xs, ys, sides, sides, angles).map((numbers) => of("rotated_box", numbers)),
  fc.tuple(xs, ys, sides, sides, angles).map((numbers) => of("ellipse", numbers)),
  fc.tuple(xs, ys).map((point) => of("point", point)),
  rings.map((ring) => of("polyline", ring)),
  rings.map((ring) => of("polygon", [ring])),
  rings.map((ring) => of("skeleton", ring.flatMap((value, at) => (at % 2 ? [value, 1 + (at % 4 === 1 ? 1 : 0)] : [value])))),
  masks.map((mask) => of("mask", mask)),
);

describe("any shape", () => {
  test("lies in its bounds: what is drawn of it does not leave them", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        if (shape.type === "ellipse" || shape.type === "point" || shape.type === "skeleton") return;
        const pen = new PathText();
        pathOf(shape, pen, look);
        const [x, y, width, height] = boundsOf(shape);
        const numbers = [...pen.text.matchAll(/[ML](-?[\d.e-]+) (-?[\d.e-]+)/g)].map(([, a, b]) => [Number(a), Number(b)]);
        for (const [px = 0, py = 0] of numbers) {
          expect(px).toBeGreaterThanOrEqual(x - 0.01);
          expect(py).toBeGreaterThanOrEqual(y - 0.01);
          expect(px).toBeLessThanOrEqual(x + width + 0.01);
          expect(py).toBeLessThanOrEqual(y + height + 0.01);
        }
      }),
    );
  });

  test("keeps its area when it is moved, and may be stored wherever it is moved to", () => {
    const far = fc.integer({ min: -500, max: 500 });
    fc.assert(
      fc.property(shapes, far, far, (shape, dx, dy) => {
        fc.pre(isValid(shape, image));
        const there = rounded(moved(shape, dx, dy, image));
        expect(isValid(there, image)).toBe(true);
        expect(areaOf(there)).toBeCloseTo(areaOf(shape), shape.type === "mask" ? 6 : 0);
      }),
    );
  });

  test("is taken by each of its grips where the grip is drawn, and stays as it is when that is not moved", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        for (const grip of gripsOf(shape, look)) {
          expect(gripAt(shape, grip, 0.001, look)).not.toBeNull();
          if (grip.role === "middle") continue;
          const same = gripMoved(shape, grip.id, grip, { width: 1e4, height: 1e4 });
          const [before, after] = [boundsOf(shape), boundsOf(same)];
          if (grip.x >= 0 && grip.y >= 0) after.forEach((value, at) => expect(value).toBeCloseTo(before[at] ?? 0, 1));
        }
      }),
    );
  });

  test("is hit in its middle when it is an area", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        if (shape.type !== "box" && shape.type !== "rotated_box" && shape.type !== "ellipse") return;
        const [x, y, width, height] = boundsOf(shape);
        expect(distanceTo(shape, { x: x + width / 2, y: y + height / 2 })).toBe(0);
        expect(distanceTo(shape, { x: x + width + 50, y })).toBeGreaterThan(0);
      }),
    );
  });

  test("is stored with two decimals at most", () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: -3, max: 3, noNaN: true }), (shape, by) => {
        if (shape.type === "mask") return;
        const numbers = JSON.stringify(geometryOf(rounded(moved(shape, by, by, image)))).match(/-?\d+\.?\d*/g) ?? [];
        for (const number of numbers) expect((number.split(".")[1] ?? "").length).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe("a polygon", () => {
  const splitBy = (rings: readonly FlatPoints[], line: FlatPoints) => storableParts(split(rings, line), image);

  test("that crosses itself is no polygon", () => {
    expect(ringCrossesItself([0, 0, 10, 10, 10, 0, 0, 10])).toBe(true);
    expect(ringCrossesItself([0, 0, 10, 0, 5, 0, 5, 5])).toBe(true);
    expect(ringCrossesItself([0, 0, 10, 0, 10, 10, 0, 10])).toBe(false);
    expect(isValid(of("polygon", [[0, 0, 10, 10, 10, 0, 0, 10]]), image)).toBe(false);
  });

  test("is not hit in its hole, and its area is without it", () => {
    const holed = of("polygon", [[10, 10, 110, 10, 110, 110, 10, 110], [40, 40, 80, 40, 80, 80, 40, 80]]);
    expect(areaOf(holed)).toBe(100 * 100 - 40 * 40);
    expect(distanceTo(holed, { x: 60, y: 60 })).toBe(20);
    expect(distanceTo(holed, { x: 20, y: 20 })).toBe(0);
  });

  test("split by any line across keeps its area, and its parts are polygons that share the cut", () => {
    fc.assert(
      fc.property(rings, fc.integer({ min: 125, max: 275 }), fc.integer({ min: -40, max: 40 }), (ring, x, lean) => {
        const parts = splitBy([ring], [x, 0, x + lean, 300]);
        if (parts.length === 0) return;
        expect(parts.reduce((sum, part) => sum + polygonArea(part), 0)).toBeCloseTo(polygonArea([ring]), -1);
        for (const [outer = []] of parts) expect(ringCrossesItself(outer.map((value) => Math.round(value * 100) / 100))).toBe(false);
      }),
    );
  });

  test("split over its holes keeps its area", () => {
    const outer = [20, 20, 380, 20, 380, 280, 20, 280];
    fc.assert(
      fc.property(rings, fc.array(fc.integer({ min: 130, max: 270 }), { minLength: 2, maxLength: 5 }), (hole, bends) => {
        const line = bends.flatMap((x, at) => [x, at * (300 / (bends.length - 1))]);
        fc.pre(polygon.valid([outer, hole], image));
        const parts = splitBy([outer, hole], line);
        expect(parts.length).toBeGreaterThan(1);
        for (const part of parts) expect(polygon.valid(part, image)).toBe(true);
        expect(parts.reduce((sum, part) => sum + polygonArea(part), 0)).toBeCloseTo(polygonArea([outer, hole]), -1);
        for (const [at, part] of parts.entries()) for (const other of parts.slice(at + 1)) expect(intersection(part, other)).toEqual([]);
      }),
    );
  });

  test("split over a hole: both halves have the same corners along the cut", () => {
    const holed = [[0, 0, 100, 0, 100, 100, 0, 100], [31.7, 22.4, 77.3, 41.9, 52.8, 81.1]];
    const line = [41, -5, 63, 105];
    const parts = splitBy(holed, line);
    const along = parts.map((part) => part.flatMap(pointsOf).filter((corner) => distanceToRun(line, corner, false) < 0.02));
    const [one, other] = along.map((corners) => corners.map(({ x, y }) => `${x} ${y}`).sort());
    expect([one?.length, one]).toEqual([4, other]);
  });

  test("split beside a hole leaves that to its part; a line that ends in a hole splits nothing", () => {
    const holed = [[0, 0, 100, 0, 100, 100, 0, 100], [20, 20, 40, 20, 40, 40, 20, 40]];
    expect(splitBy(holed, [60, -5, 60, 105]).map((part) => part.length).sort()).toEqual([1, 2]);
    expect(splitBy(holed, [30, 30, 30, 105])).toEqual([]);
    const parts = splitBy(holed, [30, -5, 30, 105]);
    expect(parts.map((part) => [part.length, polygonArea(part)])).toEqual([[1, 7000 - 200], [1, 3000 - 200]]);
  });

  test("cut and given back is the same area", () => {
    fc.assert(
      fc.property(rings, rings, (a, b) => {
        const without = difference([a], [b]);
        const area = (parts: readonly (readonly FlatPoints[])[]): number => parts.reduce((sum, part) => sum + polygonArea(part), 0);
        expect(area(without)).toBeLessThanOrEqual(polygonArea([a]) + 1);
        expect(area(union([[a], [b]]))).toBeCloseTo(area(without) + polygonArea([b]), -1);
      }),
    );
  });

  test("cut in its inside gets a hole; cut right across becomes two", () => {
    const square = [[0, 0, 100, 0, 100, 100, 0, 100]];
    expect(difference(square, [[40, 40, 60, 40, 60, 60, 40, 60]])).toEqual([[expect.any(Array), expect.any(Array)]]);
    expect(difference(square, [[-10, 40, 110, 40, 110, 60, -10, 60]])).toHaveLength(2);
  });
});

describe("a line drawn by hand", () => {
  test("is simplified to few points, none of the others farther than the tolerance", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(xs, ys), { minLength: 3, maxLength: 200 }), fc.integer({ min: 1, max: 20 }), (points, tolerance) => {
        const run = points.flat();
        const simple = simplify(run, tolerance);
        expect(simple.slice(0, 2)).toEqual(run.slice(0, 2));
        expect(simple.slice(-2)).toEqual(run.slice(-2));
        for (const [x, y] of points) expect(distanceTo(of("polyline", simple), { x, y })).toBeLessThanOrEqual(tolerance + 1e-9);
      }),
    );
  });
});

describe("a neighbour", () => {
  const neighbour = of("polygon", [[100, 100, 200, 100, 220, 150, 200, 200, 100, 200]]);

  test("draws a point to its vertex, else to its edge", () => {
    expect(snapped([neighbour], { x: 203, y: 98 }, 6)).toEqual({ x: 200, y: 100 });
    expect(snapped([neighbour], { x: 150, y: 96 }, 6)).toEqual({ x: 150, y: 100 });
    expect(snapped([neighbour], { x: 150, y: 90 }, 6)).toBeNull();
  });

  test("gives its border between two places, the shorter way or the longer", () => {
    const [a, b] = [{ x: 200, y: 100 }, { x: 200, y: 200 }];
    expect(borderBetween([neighbour], a, b, false)).toEqual([220, 150]);
    expect(borderBetween([neighbour], a, b, true)).toEqual([100, 100, 100, 200]);
    expect(borderBetween([neighbour], b, a, false)).toEqual([220, 150]);
    expect(borderBetween([neighbour], a, { x: 300, y: 200 }, false)).toEqual([]);
  });
});

describe("a mask", () => {
  test("is the same after coding and decoding", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.array(fc.boolean()), (width, height, bits) => {
        const bitmap = emptyBitmap(width, height);
        bits.slice(0, bitmap.data.length).forEach((bit, at) => (bitmap.data[at] = bit ? 1 : 0));
        const mask = encode(bitmap);
        expect(decode(mask)).toEqual(bitmap);
        expect(pixelsIn(mask)).toBe(bitmap.data.reduce((sum, one) => sum + one, 0));
        for (let x = 0; x < width; x++) expect(maskContains(mask, x + 0.5, 0.5)).toBe(bitmap.data[x * height] === 1);
      }),
    );
  });

  test("has contours that enclose exactly its pixels", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 64, maxLength: 64 }), (bits) => {
        const bitmap = emptyBitmap(8, 8);
        bits.forEach((bit, at) => (bitmap.data[at] = bit ? 1 : 0));
        const contours = contoursOf(encode(bitmap));
        for (let x = 0; x < 8; x++) {
          for (let y = 0; y < 8; y++) {
            const inside = contours.filter((ring) => ringContains(ring, { x: x + 0.5, y: y + 0.5 })).length % 2 === 1;
            expect(inside).toBe(bitmap.data[x * 8 + y] === 1);
          }
        }
        const area = contours.reduce((sum, ring) => sum + doubleArea(ring) / 2, 0);
        expect(area).toBe(bits.filter(Boolean).length);
      }),
    );
  });

  test("becomes a polygon of about its size, and back", () => {
    fc.assert(
      fc.property(masks, (mask) => {
        fc.pre(pixelsIn(mask) > 400);
        const parts = polygonsFrom(mask);
        const area = parts.reduce((sum, part) => sum + polygonArea(part), 0);
        expect(Math.abs(area - pixelsIn(mask)) / pixelsIn(mask)).toBeLessThan(0.12);
        for (const part of parts) expect(isValid(of("polygon", part), image)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("whose outline meets itself at corners becomes polygons that do not", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 100, maxLength: 100 }), (bits) => {
        const bitmap = emptyBitmap(40, 40);
        // Each bit is a square of three pixels, so that holes are no specks.
        for (let x = 0; x < 30; x++) {
          for (let y = 0; y < 30; y++) bitmap.data[(x + 5) * 40 + y + 5] = bits[Math.floor(x / 3) * 10 + Math.floor(y / 3)] ? 1 : 0;
        }
        for (const part of polygonsFrom(encode(bitmap))) expect(isValid(of("polygon", part), { width: 40, height: 40 })).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("painted by a brush has the pixels within its reach", () => {
    const columns = new Columns(60, 40);
    fillStroke(columns, [15, 20, 45, 20], 10, 1);
    const { data } = decode(columns.toMask());
    const at = (x: number, y: number): number => data[x * 40 + y] ?? 0;
    for (let x = 0; x < 60; x++) {
      for (let y = 0; y < 40; y++) {
        const far = distanceTo(of("polyline", [15, 20, 45, 20]), { x: x + 0.5, y: y + 0.5 });
        expect(at(x, y)).toBe(far <= 10 ? 1 : 0);
      }
    }
  });

  test("is filled where it encloses, and left alone where it does not", () => {
    const columns = new Columns(20, 20);
    fillRings(columns, [[5, 5, 15, 5, 15, 15, 5, 15], [7, 7, 13, 7, 13, 13, 7, 13]], 1);
    const before = pixelsIn(columns.toMask());
    expect(fillEnclosed(columns, 0, 0)).toBe(false);
    expect(pixelsIn(columns.toMask())).toBe(before);
    expect(fillEnclosed(columns, 10, 10)).toBe(true);
    expect(pixelsIn(columns.toMask())).toBe(100);
  });

  test("is the same by columns as pixel by pixel, whatever is put in and out", () => {
    const act = fc.record({ x: fc.nat(9), from: fc.integer({ min: -3, max: 12 }), long: fc.integer({ min: 1, max: 12 }), value: fc.constantFrom(0 as const, 1 as const) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const [columns, bitmap] = [new Columns(10, 9), emptyBitmap(10, 9)];
        for (const { x, from, long, value } of acts) {
          columns.fill(x, from, from + long, value);
          for (let y = Math.max(from, 0); y < Math.min(from + long, 9); y++) bitmap.data[x * 9 + y] = value;
        }
        const mask = columns.toMask();
        expect(mask).toEqual(encode(bitmap));
        expect(Columns.of(mask).toMask()).toEqual(mask);
        for (let x = 0; x < 10; x++) for (let y = 0; y < 9; y++) expect(columns.has(x, y)).toBe(bitmap.data[x * 9 + y] === 1);
      }),
    );
  });

  test("is filled where a walk over pixels finds no way out", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 81, maxLength: 81 }), fc.nat(8), fc.nat(8), (bits, x, y) => {
        const bitmap = emptyBitmap(9, 9);
        bits.forEach((bit, at) => (bitmap.data[at] = bit ? 1 : 0));
        const columns = Columns.of(encode(bitmap));
        const open = bitmap.data[x * 9 + y] ? [] : [[x, y] as const];
        let isEnclosed = open.length > 0;
        for (let at = open.pop(); at; at = open.pop()) {
          const [px, py] = at;
          if (px < 0 || py < 0 || px > 8 || py > 8 || bitmap.data[px * 9 + py]) continue;
          bitmap.data[px * 9 + py] = 1;
          if (px % 8 === 0 || py % 8 === 0) isEnclosed = false;
          open.push([px - 1, py], [px + 1, py], [px, py - 1], [px, py + 1]);
        }
        const before = columns.toMask();
        expect(fillEnclosed(columns, x, y)).toBe(isEnclosed);
        expect(columns.toMask()).toEqual(isEnclosed ? encode(bitmap) : before);
      }),
    );
  });
});

describe("a turned box", () => {
  test("made of a side and a width has the side as its edge", () => {
    fc.assert(
      fc.property(fc.tuple(xs, ys), fc.tuple(xs, ys), fc.tuple(xs, ys), ([ax, ay], [bx, by], [cx, cy]) => {
        fc.pre(Math.hypot(ax - bx, ay - by) > 5);
        const [a, b, c] = [{ x: ax, y: ay }, { x: bx, y: by }, { x: cx, y: cy }];
        const box = of("rotated_box", fromSide(a, b, c));
        const corners = gripsOf(box, look).filter(({ role }) => role === "corner");
        for (const end of [a, b]) expect(Math.min(...corners.map((one) => Math.hypot(one.x - end.x, one.y - end.y)))).toBeLessThan(0.01);
        expect(distanceTo(box, c)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
