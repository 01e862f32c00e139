/** What the tests speak about: an image, shapes, schemas, arbitrary values. */
import fc from "fast-check";
import type { BoxTuple, Held, Mask, Schema, Shape, Spec } from "../workbench/contract";
import { type Bitmap, emptyBitmap } from "../workbench/geometry/rle";
import { runLengths } from "../workbench/model/bounds";

export const image = { width: 1280, height: 960 };

export const points = fc.record({
  x: fc.double({ min: 0, max: image.width, noNaN: true }),
  y: fc.double({ min: 0, max: image.height, noNaN: true }),
});

export const boxes: fc.Arbitrary<BoxTuple> = fc
  .tuple(fc.nat(1000), fc.nat(800), fc.integer({ min: 1, max: 280 }), fc.integer({ min: 1, max: 160 }))
  .map((box) => box as unknown as BoxTuple);

export const shape = (id: string, box: BoxTuple, name = "board"): Shape => ({
  id,
  class: name,
  type: "box",
  box,
  attributes: {},
});

const names = (en: string, zh: string) => ({ en, "zh-hans": zh });

export const spec: Spec = {
  classes: [
    {
      key: "board",
      names: names("Board", "板"),
      attributes: [
        { key: "state", names: names("State", "状态"), kind: "select", required: true, options: [{ key: "new", names: {} }, { key: "used", names: {} }] },
        { key: "pins", names: names("Pins", "针"), kind: "number", minimum: 0, maximum: 9 },
        { key: "occluded", names: names("Occluded", "遮挡"), kind: "checkbox", default: false },
      ],
    },
    { key: "chip", names: names("Chip", "芯片"), attributes: [] },
  ],
  tags: [
    { key: "light", names: names("Light", "光线"), kind: "single", required: true, options: [{ key: "good", names: {} }, { key: "dark", names: {} }] },
    { key: "flags", names: names("Flags", "标记"), kind: "multiple", options: [{ key: "a", names: {} }, { key: "b", names: {} }] },
  ],
};

export const tagsOnly: Spec = { tags: spec.tags! };

export const schema = (of: Spec = spec): Schema => ({ spec: of, guide_html: "", project_name: "Boards" });

export const held = (assignment: number, project = 1): Held => ({
  assignment,
  token: `token-${assignment}`,
  leased_until: "2026-11-22T10:00:00Z",
  task: 1000 + assignment,
  project,
  schema: 5,
  image: { url: `/media/${assignment}`, thumb: "", ...image, name: `${assignment}.jpg` },
});

/** A mask pixel by pixel, however it was made. */
export function decode({ size: [height, width], counts }: Mask): Bitmap {
  const bitmap = emptyBitmap(width, height);
  let at = 0;
  runLengths(counts).forEach((length, nth) => {
    if (nth % 2 === 1) bitmap.data.fill(1, at, at + length);
    at += length;
  });
  return bitmap;
}
