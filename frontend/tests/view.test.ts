import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Shape } from "../workbench/contract";
import { areaOf, distanceTo, type Pen } from "../workbench/geometry/kinds";
import { boundsOf, geometryOf } from "../workbench/model/bounds";
import { Finder, shapeAt } from "../workbench/model/hit";
import { Meter } from "../workbench/session/meter";
import { toScreen, type View } from "../workbench/view/camera";
import { PathText } from "../workbench/view/path_text";
import { covers, isSharp, marginOf, transformOf } from "../workbench/view/plane";
import { packed, spliced, spliceOf, unpacked } from "../workbench/view/scene";
import { coarsest, levelFor, TILE, tilesIn } from "../workbench/view/tiles";
import { boxes, image, points, shape } from "./things";

const screen = { width: 1000, height: 700 };
const views: fc.Arbitrary<View> = fc.record({
  x: fc.double({ min: -2000, max: 1000, noNaN: true }),
  y: fc.double({ min: -2000, max: 700, noNaN: true }),
  scale: fc.double({ min: 0.2, max: 8, noNaN: true }),
});
const shapes = fc.array(boxes, { maxLength: 400 }).map((list) => list.map((box, at) => shape(`s${at}`, box)));

describe("the plane", () => {
  test("a moved bitmap shows each point of the picture where the view has it", () => {
    fc.assert(
      fc.property(views, views, points, (drawn, now, point) => {
        const [scale, x, y] = [0, 12, 13].map((at) => Number(/\((.+)\)/.exec(transformOf({ view: drawn, screen }, now))![1]!.split(",")[at]));
        const margin = marginOf(screen);
        const inBitmap = toScreen(drawn, point);
        const wanted = toScreen(now, point);
        expect((inBitmap.x + margin.width) * scale! + x!).toBeCloseTo(wanted.x, 4);
        expect((inBitmap.y + margin.height) * scale! + y!).toBeCloseTo(wanted.y, 4);
      }),
    );
  });

  test("what is drawn for a view covers it, and is sharp for no other", () => {
    fc.assert(
      fc.property(views, views, (view, other) => {
        expect(covers({ view, screen }, view, image)).toBe(true);
        expect(isSharp({ view, screen }, view)).toBe(true);
        expect(isSharp({ view, screen }, other)).toBe(view.x === other.x && view.y === other.y && view.scale === other.scale);
      }),
    );
  });

  test("a bitmap that covers leaves no part of the picture on the screen without pixels", () => {
    fc.assert(
      fc.property(views, views, points, (drawn, now, point) => {
        if (!covers({ view: drawn, screen }, now, image)) return;
        const at = toScreen(now, point);
        // On the very edge there is no pixel of it.
        if (at.x <= 0 || at.y <= 0 || at.x >= screen.width || at.y >= screen.height) return;
        const margin = marginOf(screen);
        const inBitmap = toScreen(drawn, point);
        expect(inBitmap.x).toBeGreaterThan(-margin.width - 3);
        expect(inBitmap.x).toBeLessThan(screen.width + margin.width + 3);
        expect(inBitmap.y).toBeGreaterThan(-margin.height - 3);
        expect(inBitmap.y).toBeLessThan(screen.height + margin.height + 3);
      }),
    );
  });
});

describe("the scene", () => {
  test("a splice turns one list into the other", () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.nat(400)), boxes, (before, drop, box) => {
        const gone = new Set(drop);
        const after = [...before.filter((_, at) => !gone.has(at)), shape("new", box)];
        const splice = spliceOf(before, after);
        expect(splice ? spliced(before, splice) : before).toEqual(after);
      }),
    );
  });

  test("what goes to the worker comes out as it is painted, in its order", () => {
    const dot = (at: number): Shape => ({ id: `p${at}`, class: "pin", type: "point", point: [at, 2], attributes: { note: "left here" } });
    const outline = (rings: number[][]): Shape => ({ id: "o", class: "crop", type: "polygon", polygon: rings, attributes: {} });
    const rings = fc.array(fc.array(fc.double({ noNaN: true }), { maxLength: 12 }), { maxLength: 3 });
    const places = fc.array(fc.nat(400), { maxLength: 20 });
    fc.assert(
      fc.property(shapes, places, fc.dictionary(fc.integer({ min: 0, max: 400 }).map(String), rings, { maxKeys: 20 }), (list, dots, outlines) => {
        const all = list.flatMap((one, at) => [
          ...(dots.includes(at) ? [dot(at)] : []),
          ...(outlines[at] ? [outline(outlines[at])] : []),
          one,
        ]);
        const { from, remove, insert } = unpacked(packed({ from: 3, remove: 1, insert: all }));
        expect([from, remove]).toEqual([3, 1]);
        const seen = (one: Shape) => [one.class, one.type, geometryOf(one)];
        expect(insert.map(seen)).toEqual(all.map(seen));
      }),
    );
  });

  test("equal lists need none", () => {
    const list = [shape("a", [0, 0, 9, 9])];
    expect(spliceOf(list, list)).toBeNull();
    expect(spliceOf(list, [...list])).toBeNull();
  });

  test("one changed shape among ten thousand is one shape to send", () => {
    const list = Array.from({ length: 10_000 }, (_, at) => shape(`s${at}`, [at % 100, 0, 5, 5]));
    const after = list.map((one, at) => (at === 5000 ? { ...one, class: "chip" } : one));
    expect(spliceOf(list, after)).toEqual({ from: 5000, remove: 1, insert: [after[5000]] });
  });
});

describe("the finder", () => {
  const plainly = (list: readonly Shape[], point: { x: number; y: number }, slack: number): Shape | null => {
    let best: Shape | null = null;
    for (const one of list) {
      if (distanceTo(one, point) > slack) continue;
      if (!best || areaOf(one) <= areaOf(best)) best = one;
    }
    return best;
  };

  test("finds what looking through all of them finds, through any changes", () => {
    fc.assert(
      fc.property(shapes, fc.array(fc.tuple(fc.nat(400), boxes), { maxLength: 30 }), points, (list, edits, point) => {
        let now: readonly Shape[] = list;
        for (const [at, box] of edits) {
          now = at % 3 === 0 ? now.filter((_, place) => place !== at) : now.map((one, place) => (place === at ? { ...one, box } as Shape : one));
          expect(shapeAt(now, point, 3)).toBe(plainly(now, point, 3));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("gives what meets a rectangle", () => {
    fc.assert(
      fc.property(shapes, boxes, (list, [x, y, width, height]) => {
        const finder = new Finder();
        finder.follow(list);
        const met = list.filter((one) => {
          const [left, top, across, down] = boundsOf(one);
          return left <= x + width && top <= y + height && left + across >= x && top + down >= y;
        });
        expect(new Set(finder.within(x, y, x + width, y + height))).toEqual(new Set(met));
      }),
    );
  });
});

describe("tiles", () => {
  const large = { width: 11_600, height: 8_600 };

  test("the smaller copy is enough until its pixels would show", () => {
    expect(levelFor(large, 1280 / 11_600, 1)).toBeNull();
    expect(levelFor(large, 0.5, 1)).toBe(1);
    expect(levelFor(large, 1, 1)).toBe(0);
    expect(levelFor(large, 30, 1)).toBe(0);
    expect(levelFor(large, 0.5, 2)).toBe(0);
  });

  test("a slow line gets coarser ones, never coarser than there are", () => {
    expect(levelFor(large, 1, 1, 1)).toBe(1);
    expect(levelFor(large, 0.15, 1, 3)).toBe(coarsest(large));
  });

  test("each point of the picture on the screen is in a tile, and each tile in the picture", () => {
    fc.assert(
      fc.property(views, fc.nat(3), (view, level) => {
        const places = tilesIn(large, view, screen, level);
        const side = TILE * 2 ** level;
        const [columns, rows] = [Math.ceil(Math.floor(large.width / 2 ** level) / TILE), Math.ceil(Math.floor(large.height / 2 ** level) / TILE)];
        for (const { column, row } of places) {
          expect(column >= 0 && column < columns && row >= 0 && row < rows).toBe(true);
        }
        for (const at of [{ x: 1, y: 1 }, { x: 500, y: 350 }, { x: 999, y: 699 }]) {
          const point = { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
          if (point.x < 0 || point.y < 0 || point.x >= columns * side || point.y >= rows * side) continue;
          expect(places.some(({ column, row }) => column === Math.floor(point.x / side) && row === Math.floor(point.y / side))).toBe(true);
        }
      }),
    );
  });
});

describe("a path as text", () => {
  const draw = (act: (pen: Pen) => void): string => {
    const pen = new PathText();
    act(pen);
    return pen.text;
  };

  test("lines, rectangles and whole ellipses", () => {
    expect(draw((pen) => (pen.moveTo(1, 2), pen.lineTo(3, 4), pen.closePath()))).toBe("M1 2L3 4Z");
    expect(draw((pen) => pen.rect(1, 2, 3, 4))).toBe("M1 2h3v4h-3Z");
    expect(draw((pen) => pen.ellipse(10, 10, 4, 2, 0, 0, 2 * Math.PI))).toBe("M14 10A4 2 0 1 1 6 10A4 2 0 1 1 14 10Z");
  });
});

describe("the meter", () => {
  const timing = (path: string, transferSize: number, ms: number, from = 0) => ({
    name: `http://here${path}`,
    transferSize,
    responseStart: from,
    responseEnd: from + ms,
  });
  const picture = (n: number, ms: number, from: number) => timing(`/media/1-ab-screen-webp-9~x/${n}.webp`, 10_000, ms, from);

  test("counts bytes an image and how fast they came", () => {
    const meter = new Meter();
    meter.count([
      timing("/media/1-ab-screen-webp-9~x/a.webp", 50_000, 1000),
      timing("/media/1-ab-grid-webp-9~x/a.webp", 3_000, 300),
      timing("/desk/sync", 2_000, 300),
      timing("/static/build/app.css", 9_000, 10),
      timing("/media/1-ab-screen-webp-9~x/b.webp", 0, 0),
    ]);
    expect(meter.reading.value).toEqual({ bytes: 55_000, images: 1, kbps: 400 });
    expect(meter.isSlow).toBe(false);
    expect(meter.bytesOf("/media/1-ab-screen-webp-9~x/a.webp")).toBe(50_000);
    expect(meter.bytesOf("/media/1-ab-screen-webp-9~x/b.webp")).toBeUndefined();
    meter.count([timing("/media/1-ab-screen-webp-9~x/a.webp", 60_000, 1000, 1000)]);
    expect(meter.reading.value).toMatchObject({ bytes: 115_000, images: 1 });
  });

  test("pictures that come at once share a line that is not slow", () => {
    const meter = new Meter();
    meter.count([picture(1, 600, 0), picture(2, 600, 100), picture(3, 300, 400)]);
    expect(Math.round(meter.reading.value.kbps ?? 0)).toBe(343);
  });

  test("a few slow answers make a slow line", () => {
    const meter = new Meter();
    meter.count([picture(1, 1000, 0), picture(2, 1000, 1500), picture(3, 1000, 9000)]);
    expect(meter.reading.value.kbps).toBe(80);
    expect(meter.isSlow).toBe(true);
  });
});
