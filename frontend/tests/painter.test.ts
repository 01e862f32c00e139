/** How wide the painter draws: a crowd of outlines a hair, boxes and a few as ever. */
import { expect, test } from "vitest";
import "../workbench/geometry/all";
import type { Shape } from "../workbench/contract";
import { type Canvas2d, Painter } from "../workbench/view/painter";

const SCALE = 2;
const DENSITY = 1.5;

/** Widths of all lines, in device pixels; the dark lines come first. */
function widths(shapes: readonly Shape[]): { boxes: number[]; outlines: number[] } {
  const found: { boxes: number[]; outlines: number[] } = { boxes: [], outlines: [] };
  const nothing = (): void => {};
  const context = {
    canvas: { width: 1, height: 1 },
    lineWidth: 0,
    ...Object.fromEntries(["setTransform", "clearRect", "translate", "beginPath", "moveTo", "lineTo", "closePath"].map((name) => [name, nothing])),
    strokeRect: () => found.boxes.push(context.lineWidth * SCALE * DENSITY),
    stroke: () => found.outlines.push(context.lineWidth * SCALE * DENSITY),
  };
  const painter = new Painter();
  painter.take({ do: "splice", splice: { from: 0, remove: 0, insert: shapes } });
  const frame = { view: { x: 0, y: 0, scale: SCALE }, screen: { width: 400, height: 400 } };
  painter.paint(context as unknown as Canvas2d, { frame, density: DENSITY, without: [] });
  return found;
}

const box: Shape = { id: "b", class: "board", type: "box", box: [1, 1, 5, 5], attributes: {} };
const outlines = (count: number): Shape[] =>
  Array.from({ length: count }, (_, at) => ({ id: `${at}`, class: "board", type: "polygon", polygon: [[1, 1, 9, 1, 5, 9]], attributes: {} }));

test.each([
  ["a few outlines", 2000, [6, 3]],
  ["a crowd", 2001, [0.99, 0.99]],
])("%s", (_, count, [dark, coloured]) => {
  const found = widths([...outlines(count), box]);
  expect(found.boxes).toEqual([6, 3]);
  const wanted = [...Array<number>(count).fill(dark!), ...Array<number>(count).fill(coloured!)];
  expect(found.outlines.map((width) => Number(width.toFixed(6)))).toEqual(wanted);
});
