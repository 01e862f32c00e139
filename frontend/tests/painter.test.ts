/** How the painter draws: a crowd of outlines a hair wide, boxes and a few as ever; dashed what is only suggested. */
import { expect, test } from "vitest";
import "../workbench/geometry/all";
import type { Shape } from "../workbench/contract";
import { type Canvas2d, Painter } from "../workbench/view/painter";

const SCALE = 2;
const DENSITY = 1.5;

interface Line {
  readonly kind: "box" | "outline";
  /** In device pixels. */
  readonly width: number;
  readonly dash: number;
}

/** All lines in their order; the dark ones come first. */
function painted(shapes: readonly Shape[], { decided = shapes.length, without = [] as number[] } = {}): Line[] {
  const found: Line[] = [];
  let dash = 0;
  const nothing = (): void => {};
  const context = {
    canvas: { width: 1, height: 1 },
    lineWidth: 0,
    ...Object.fromEntries(["setTransform", "clearRect", "translate", "beginPath", "moveTo", "lineTo", "closePath"].map((name) => [name, nothing])),
    setLineDash: ([length = 0]: number[]) => (dash = length * SCALE * DENSITY),
    strokeRect: () => add("box"),
    stroke: () => add("outline"),
  };
  const add = (kind: Line["kind"]): number => found.push({ kind, width: context.lineWidth * SCALE * DENSITY, dash });
  const painter = new Painter();
  painter.take({ do: "splice", splice: { from: 0, remove: 0, insert: shapes } });
  const frame = { view: { x: 0, y: 0, scale: SCALE }, screen: { width: 400, height: 400 } };
  painter.paint(context as unknown as Canvas2d, { frame, density: DENSITY, decided, without });
  expect(dash).toBe(0);
  return found;
}

const box: Shape = { id: "b", class: "board", type: "box", box: [1, 1, 5, 5], attributes: {} };
const outlines = (count: number): Shape[] =>
  Array.from({ length: count }, (_, at) => ({ id: `${at}`, class: "board", type: "polygon", polygon: [[1, 1, 9, 1, 5, 9]], attributes: {} }));

test.each([
  ["a few outlines", 2000, [6, 3]],
  ["a crowd", 2001, [0.99, 0.99]],
])("%s", (_, count, [dark, coloured]) => {
  const found = painted([...outlines(count), box]);
  const widthsOf = (kind: Line["kind"]) => found.filter((one) => one.kind === kind).map(({ width }) => Number(width.toFixed(6)));
  expect(widthsOf("box")).toEqual([6, 3]);
  const wanted = [...Array<number>(count).fill(dark!), ...Array<number>(count).fill(coloured!)];
  expect(widthsOf("outline")).toEqual(wanted);
});

const dashes = (lines: readonly Line[]): number[] => lines.map(({ dash }) => dash);

test("the coloured lines of what is only suggested are dashed", () => {
  const list = [...outlines(2), box];
  expect(dashes(painted(list))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(dashes(painted(list, { decided: 1 }))).toEqual([0, 0, 0, 0, 7.5, 7.5]);
  expect(dashes(painted(list, { decided: 0 }))).toEqual([0, 0, 0, 7.5, 7.5, 7.5]);
});

test("what is left out moves nothing from one side to the other", () => {
  const list = [...outlines(3), box];
  expect(dashes(painted(list, { decided: 2, without: [0] }))).toEqual([0, 0, 0, 0, 7.5, 7.5]);
  expect(dashes(painted(list, { decided: 2, without: [2] }))).toEqual([0, 0, 0, 0, 0, 7.5]);
  expect(dashes(painted(list, { decided: 0, without: [0] }))).toEqual([0, 0, 0, 7.5, 7.5, 7.5]);
});
