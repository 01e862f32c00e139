import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  boxFromCorners,
  clampPoint,
  growBox,
  handleAt,
  handlePoint,
  HANDLES,
  moveBox,
  resizeBox,
} from "../workbench/model/geometry";
import { shapeAt } from "../workbench/model/hit";
import { fitView, holdView, toImage, toScreen, zoomView } from "../workbench/view/camera";
import { boxes, image, points, shape } from "./things";

const inside = ([x, y, width, height]: readonly number[]): boolean =>
  x! >= 0 && y! >= 0 && x! + width! <= image.width + 1e-9 && y! + height! <= image.height + 1e-9;

describe("a box", () => {
  test("is the same from any two opposite corners", () => {
    fc.assert(
      fc.property(points, points, (a, b) => {
        expect(boxFromCorners(a, b)).toEqual(boxFromCorners(b, a));
        expect(boxFromCorners({ x: a.x, y: b.y }, { x: b.x, y: a.y })).toEqual(boxFromCorners(a, b));
      }),
    );
  });

  test("stays inside the image and keeps its size when moved", () => {
    fc.assert(
      fc.property(boxes, fc.double({ min: -5000, max: 5000, noNaN: true }), (box, far) => {
        const moved = moveBox(box, far, -far, image);
        expect(inside(moved)).toBe(true);
        expect(moved.slice(2)).toEqual(box.slice(2));
      }),
    );
  });

  test("stays inside the image when a handle is dragged anywhere", () => {
    const anywhere = fc.record({ x: fc.integer({ min: -999, max: 9999 }), y: fc.integer({ min: -999, max: 9999 }) });
    fc.assert(
      fc.property(boxes, fc.constantFrom(...HANDLES), anywhere, (box, handle, to) => {
        expect(inside(resizeBox(box, handle, to, image))).toBe(true);
      }),
    );
  });

  test("dragged by the south-east corner keeps its north-west corner", () => {
    expect(resizeBox([10, 20, 30, 40], "se", { x: 100, y: 90 }, image)).toEqual([10, 20, 90, 70]);
  });

  test("dragged by the east side keeps its height", () => {
    expect(resizeBox([10, 20, 30, 40], "e", { x: 100, y: 500 }, image)).toEqual([10, 20, 90, 40]);
  });

  test("dragged past its opposite side turns over", () => {
    expect(resizeBox([10, 20, 30, 40], "w", { x: 60, y: 0 }, image)).toEqual([40, 20, 20, 40]);
  });

  test("never shrinks below a pixel by keys", () => {
    expect(growBox([10, 10, 3, 3], -10, -10, image)).toEqual([10, 10, 1, 1]);
  });
});

describe("grips", () => {
  test("each handle is found where it is drawn", () => {
    for (const handle of HANDLES) {
      expect(handleAt([100, 100, 80, 60], handlePoint([100, 100, 80, 60], handle), 6)).toBe(handle);
    }
  });

  test("the middle of a box is no grip, even of a tiny one", () => {
    expect(handleAt([100, 100, 80, 60], { x: 140, y: 130 }, 6)).toBeNull();
    expect(handleAt([100, 100, 30, 30], { x: 115, y: 115 }, 12)).toBeNull();
  });

  test("a side is gripped along its whole length", () => {
    expect(handleAt([100, 100, 80, 60], { x: 120, y: 98 }, 6)).toBe("n");
  });
});

describe("a hit", () => {
  const big = shape("big", [0, 0, 400, 400]);
  const small = shape("small", [100, 100, 20, 20]);

  test("the smallest area wins, whatever the order", () => {
    expect(shapeAt([small, big], { x: 110, y: 110 }, 0)?.id).toBe("small");
    expect(shapeAt([big, small], { x: 110, y: 110 }, 0)?.id).toBe("small");
  });

  test("a small box can be hit a little beside it", () => {
    expect(shapeAt([small], { x: 97, y: 110 }, 4)?.id).toBe("small");
    expect(shapeAt([small], { x: 90, y: 110 }, 4)).toBeNull();
  });
});

describe("the camera", () => {
  const screen = { width: 1066, height: 720 };

  test("screen and image are inverse of each other", () => {
    fc.assert(
      fc.property(points, fc.double({ min: 0.05, max: 40, noNaN: true }), (point, scale) => {
        const view = { x: -37, y: 12, scale };
        const back = toImage(view, toScreen(view, point));
        expect(back.x).toBeCloseTo(point.x, 6);
        expect(back.y).toBeCloseTo(point.y, 6);
      }),
    );
  });

  test("zooming keeps the image point under the pointer", () => {
    fc.assert(
      fc.property(points, fc.double({ min: 0.2, max: 5, noNaN: true }), (at, factor) => {
        const view = fitView(image, screen);
        const zoomed = zoomView(view, at, factor, 40, 0.01);
        expect(toImage(zoomed, at).x).toBeCloseTo(toImage(view, at).x, 6);
        expect(toImage(zoomed, at).y).toBeCloseTo(toImage(view, at).y, 6);
      }),
    );
  });

  test("fitting shows the whole image", () => {
    const view = fitView(image, screen);
    expect(toScreen(view, { x: 0, y: 0 }).x).toBeGreaterThanOrEqual(0);
    expect(toScreen(view, { x: image.width, y: image.height }).y).toBeLessThanOrEqual(screen.height);
  });

  test("the image cannot be pushed out of sight", () => {
    const held = holdView({ x: 99999, y: -99999, scale: 1 }, image, screen);
    expect(held.x).toBeLessThan(screen.width);
    expect(held.y + image.height).toBeGreaterThan(0);
  });

  test("a point off the image is drawn back to its edge", () => {
    expect(clampPoint({ x: -5, y: 99999 }, image)).toEqual({ x: 0, y: image.height });
  });
});
