/** Region growing: what looks alike and is connected, no more. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grow } from "../workbench/assist/grow";
import { geometryFrom } from "../workbench/assist/region";
import { polygonsFrom } from "../workbench/geometry/convert";
import { encode, pixelsIn } from "../workbench/geometry/rle";
import { GREY, paint, RED } from "./painted";

const inDisc = (x: number, y: number, cx: number, cy: number, r: number) => Math.hypot(x - cx, y - cy) <= r;

describe("growing a region", () => {
  it("takes a disc and nothing of what lies around it, nor another disc of the colour", () => {
    const picture = paint(120, 80, (x, y) => (inDisc(x, y, 30, 40, 20) || inDisc(x, y, 90, 40, 20) ? RED : GREY));
    const region = grow(picture, 30, 40, 24);
    let wrong = 0;
    for (let x = 0; x < 120; x++) for (let y = 0; y < 80; y++) if ((region.data[x * 80 + y] === 1) !== inDisc(x, y, 30, 40, 20)) wrong++;
    expect(wrong).toBe(0);
  });

  it("goes over noise and fills the specks it leaves", () => {
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const noise = Array.from({ length: 100 * 100 }, () => Math.round((random() - 0.5) * 16));
    const picture = paint(100, 100, (x, y) => {
      const n = noise[y * 100 + x] ?? 0;
      if (!inDisc(x, y, 50, 50, 30)) return GREY;
      return random() < 0.01 ? [255, 255, 255] : [200 + n, 30 + n, 30 + n];
    });
    const region = grow(picture, 50, 50, 30);
    const missing = Array.from({ length: 10_000 }, (_, at) => at).filter((at) => inDisc(Math.floor(at / 100), at % 100, 50, 50, 28) && region.data[at] === 0);
    expect(missing.length).toBeLessThan(50);
  });

  it("takes more with more tolerance, and always its start", () => {
    const shades = paint(60, 40, (x, y) => [x * 4, y * 5, 100]);
    fc.assert(
      fc.property(fc.nat(59), fc.nat(39), fc.integer({ min: 4, max: 60 }), (x, y, tolerance) => {
        const small = grow(shades, x, y, tolerance);
        expect(small.data[x * 40 + y]).toBe(1);
        expect(pixelsIn(encode(grow(shades, x, y, tolerance * 3)))).toBeGreaterThanOrEqual(pixelsIn(encode(small)));
      }),
    );
  });

  it("becomes a polygon, a mask or a box in pixels of the image", () => {
    const picture = paint(100, 60, (x, y) => (x >= 20 && x < 50 && y >= 10 && y < 40 ? RED : GREY));
    const [rings] = polygonsFrom(encode(grow(picture, 30, 20, 24)));
    const region = { rings: rings!, scale: 0.5 };
    const image = { width: 200, height: 120 };
    expect(geometryFrom("box", region, image)).toEqual([40, 20, 60, 60]);
    expect((geometryFrom("polygon", region, image) as number[][])[0]!.length).toBe(8);
    expect(pixelsIn(geometryFrom("mask", region, image) as never)).toBe(3600);
    expect(geometryFrom("point", region, image)).toBeNull();
  });

  it("is empty outside the picture", () => {
    expect(pixelsIn(encode(grow(paint(10, 10, () => RED), 12, 3, 24)))).toBe(0);
  });
});
