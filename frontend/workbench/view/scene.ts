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
 * A splice on its way to another thread: numbers of boxes and polygons go there without being copied, and of other
 * shapes no more than what is painted. Ten thousand objects would keep the page busy for longer than a frame.
 */
export interface Packed {
  readonly from: number;
  readonly remove: number;
  readonly classes: readonly string[];
  /** For each shape, which of the classes it has. */
  readonly classOf: Uint16Array<ArrayBuffer>;
  /** For each shape how many rings it has, each with its length in `numbers` before it; or one of these. */
  readonly ringsOf: Int32Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly others: readonly Shape[];
}

/** Four numbers. */
const BOX = -1;
/** The next of the others. */
const OTHER = -2;

export function packed({ from, remove, insert }: Splice): Packed {
  const classOf = new Uint16Array(insert.length);
  const ringsOf = new Int32Array(insert.length);
  const places = new Map<string, number>();
  const numbers: number[] = [];
  const others: Shape[] = [];
  insert.forEach((shape, at) => {
    let place = places.get(shape.class);
    if (place === undefined) places.set(shape.class, (place = places.size));
    classOf[at] = place;
    if (shape.type === "box") {
      ringsOf[at] = BOX;
      numbers.push(...shape.box);
    } else if (shape.type === "polygon") {
      ringsOf[at] = shape.polygon.length;
      for (const ring of shape.polygon) {
        numbers.push(ring.length);
        // An outline drawn by a program may have more corners than a call may have arguments.
        for (const number of ring) numbers.push(number);
      }
    } else {
      ringsOf[at] = OTHER;
      others.push({ ...shape, attributes: {} });
    }
  });
  return { from, remove, classes: [...places.keys()], classOf, ringsOf, numbers: new Float64Array(numbers), others };
}

/** The shapes as far as they are painted: boxes and polygons have neither a name nor attributes any more. */
export function unpacked({ from, remove, classes, classOf, ringsOf, numbers, others }: Packed): Splice {
  let [at, other] = [0, 0];
  const take = (count: number): number[] => {
    const taken = new Array<number>(count);
    for (let n = 0; n < count; n++) taken[n] = numbers[at++]!;
    return taken;
  };
  const insert = Array.from(ringsOf, (rings, place): Shape => {
    if (rings === OTHER) return others[other++]!;
    const like = { id: "", class: classes[classOf[place]!]!, attributes: {} };
    if (rings === BOX) return { ...like, type: "box", box: take(4) as unknown as BoxTuple };
    return { ...like, type: "polygon", polygon: Array.from({ length: rings }, () => take(numbers[at++]!)) };
  });
  return { from, remove, insert };
}
