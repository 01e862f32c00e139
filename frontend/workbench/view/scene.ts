/** The shapes as the painter has them, kept alike by small changes: nothing is sent twice. */
import type { Shape } from "../contract";

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
