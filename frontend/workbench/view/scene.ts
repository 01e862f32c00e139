/** The shapes as the painter has them, kept alike by small changes: nothing is sent twice. */
import type { BoxTuple, Shape } from "../contract";

/** How the shapes of each class look. */
export type Looks = ReadonlyMap<string, ClassLook>;

export interface ClassLook {
  readonly color: string;
  /** Of a skeleton: which points are joined. */
  readonly edges?: readonly (readonly [from: number, to: number])[];
}

/** `insert` in place of the `remove` shapes that begin at `from`. */
export interface Splice {
  readonly from: number;
  readonly remove: number;
  readonly insert: readonly Shape[];
}

/** What turns one list into the other; null when they are the same. Shapes are immutable: identity tells. */
export function spliceOf(before: readonly Shape[], after: readonly Shape[]): Splice | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let same = 0;
  while (same < shorter - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  const remove = before.length - from - same;
  if (remove === 0 && after.length === before.length) return null;
  return { from, remove, insert: after.slice(from, after.length - same) };
}

export const spliced = (before: readonly Shape[], { from, remove, insert }: Splice): readonly Shape[] => [
  ...before.slice(0, from),
  ...insert,
  ...before.slice(from + remove),
];

/**
 * A splice on its way to another thread: numbers of boxes go there without being copied, and of other shapes no more
 * than what is painted. Ten thousand objects would keep the page busy for longer than a frame.
 */
export interface Packed {
  readonly from: number;
  readonly remove: number;
  readonly classes: readonly string[];
  /** For each shape, which of the classes it has. */
  readonly classOf: Uint16Array<ArrayBuffer>;
  /** Four numbers a shape; NaN where one of the others comes. */
  readonly boxes: Float64Array<ArrayBuffer>;
  readonly others: readonly Shape[];
}

export function packed({ from, remove, insert }: Splice): Packed {
  const classOf = new Uint16Array(insert.length);
  const boxes = new Float64Array(insert.length * 4);
  const places = new Map<string, number>();
  const others: Shape[] = [];
  insert.forEach((shape, at) => {
    let place = places.get(shape.class);
    if (place === undefined) places.set(shape.class, (place = places.size));
    classOf[at] = place;
    if (shape.type === "box") return boxes.set(shape.box, at * 4);
    boxes[at * 4] = NaN;
    others.push({ ...shape, attributes: {} });
  });
  return { from, remove, classes: [...places.keys()], classOf, boxes, others };
}

/** The shapes as far as they are painted: a box has neither a name nor attributes any more. */
export function unpacked({ from, remove, classes, classOf, boxes, others }: Packed): Splice {
  let other = 0;
  const insert = Array.from(classOf, (place, at): Shape => {
    const box = boxes.subarray(at * 4, at * 4 + 4);
    if (Number.isNaN(box[0])) return others[other++]!;
    return { id: "", class: classes[place]!, type: "box", box: [...box] as unknown as BoxTuple, attributes: {} };
  });
  return { from, remove, insert };
}
