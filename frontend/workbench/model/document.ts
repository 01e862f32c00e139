/** The answer being edited, and diffs of it: plain JSON that can be stored, inverted and replayed. */
import type { Payload, Shape, Value } from "../contract";

export type Change =
  | { readonly what: "shape"; readonly id: string; readonly at: number; readonly before: Shape | null; readonly after: Shape | null }
  | { readonly what: "tag"; readonly key: string; readonly before: Value | null; readonly after: Value | null }
  /** Something of the draft is taken over or left out: the id of its shape, or tagPart(key); or heirPart(). */
  | { readonly what: "decided"; readonly part: string; readonly before: boolean; readonly after: boolean };

/** Changes in the order they were made. `at` is the place in the drawing order. */
export type Diff = readonly Change[];

export const EMPTY: Payload = { tags: {}, shapes: [] };

export function apply(payload: Payload, diff: Diff): Payload {
  let shapes: Shape[] | null = null;
  let tags: Record<string, Value> | null = null;
  for (const change of diff) {
    if (change.what === "decided") continue;
    if (change.what === "tag") {
      tags ??= { ...payload.tags };
      if (change.after === null) delete tags[change.key];
      else tags[change.key] = change.after;
      continue;
    }
    shapes ??= [...payload.shapes];
    if (change.before === null && change.after) shapes.splice(change.at, 0, change.after);
    else if (change.after === null) shapes.splice(change.at, 1);
    else shapes[change.at] = change.after;
  }
  return { tags: tags ?? payload.tags, shapes: shapes ?? payload.shapes };
}

export function invert(diff: Diff): Diff {
  return diff
    .map((change) => ({ ...change, before: change.after, after: change.before }) as Change)
    .reverse();
}

/** One diff for two: an update of something changed before folds into that change. */
export function merge(first: Diff, second: Diff): Diff {
  const merged = [...first];
  for (const change of second) {
    const place = foldable(merged, change);
    if (place < 0) merged.push(change);
    else merged[place] = { ...merged[place], after: change.after } as Change;
  }
  return merged.filter((change) => change.before !== change.after);
}

function foldable(changes: readonly Change[], next: Change): number {
  if (next.what === "tag") {
    return changes.findLastIndex((change) => change.what === "tag" && change.key === next.key);
  }
  if (next.what === "decided") return -1;
  if (next.before === null || next.after === null) return -1;
  const place = changes.findLastIndex((change) => change.what === "shape" && change.id === next.id);
  return place >= 0 && changes[place]?.after ? place : -1;
}

/** How a draft's answer to a question is named among what is decided; no id of a shape has a space. */
export const tagPart = (key: string): string => `tag ${key}`;

/** How it is kept that what the draft lets belong to one shape belongs to another since. */
export const heirPart = (gone: string, heir: string): string => `heir ${gone} ${heir}`;

export const decide = (part: string): Diff => [{ what: "decided", part, before: false, after: true }];

export function withDecided(decided: ReadonlySet<string>, diff: Diff): ReadonlySet<string> {
  const changes = diff.filter((change) => change.what === "decided");
  if (changes.length === 0) return decided;
  const next = new Set(decided);
  for (const { part, after } of changes) next[after ? "add" : "delete"](part);
  return next;
}

export function addShape(payload: Payload, shape: Shape, at = payload.shapes.length): Diff {
  return [{ what: "shape", id: shape.id, at, before: null, after: shape }];
}

export function replaceShape(payload: Payload, id: string, after: Shape | null): Diff {
  const at = payload.shapes.findIndex((shape) => shape.id === id);
  const before = payload.shapes[at];
  if (!before) return [];
  return [...(after ? [] : orphans(payload, id)), { what: "shape", id, at, before, after }];
}

/** Its children lose the parent that goes. */
function orphans(payload: Payload, parent: string): Diff {
  return payload.shapes.flatMap((before, at): Diff => {
    if (before.parent !== parent) return [];
    const after = { ...before };
    delete (after as { parent?: string }).parent;
    return [{ what: "shape", id: before.id, at, before, after }];
  });
}

export function setTag(payload: Payload, key: string, after: Value | null): Diff {
  const before = payload.tags[key] ?? null;
  return same(before, after) ? [] : [{ what: "tag", key, before, after }];
}

const same = (a: Value | null, b: Value | null): boolean => JSON.stringify(a) === JSON.stringify(b);
