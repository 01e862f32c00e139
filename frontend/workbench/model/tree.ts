/** A question whose options are a tree: one level of it is open at a time. */
import type { Option, Question, Value } from "../contract";

/** From the top of the tree down to the node; empty when there is none. */
export function pathTo(options: readonly Option[], key: string): Option[] {
  for (const option of options) {
    if (option.key === key) return [option];
    const below = pathTo(option.options ?? [], key);
    if (below.length > 0) return [option, ...below];
  }
  return [];
}

/** Which nodes the person opened, by the question's key; null is the top. */
export type Branches = Readonly<Record<string, string | null>>;

/** The path to the node whose finer options are shown: what the person opened, else where the answer lies. */
export function openPath(question: Question, value: Value | undefined, branches: Branches): Option[] {
  const options = question.options ?? [];
  const opened = branches[question.key];
  if (opened !== undefined) return opened === null ? [] : pathTo(options, opened);
  const path = typeof value === "string" ? pathTo(options, value) : [];
  return path.at(-1)?.options?.length ? path : path.slice(0, -1);
}

/** The options that can be pressed now. */
export const levelOf = (question: Question, path: readonly Option[]): readonly Option[] =>
  (path.at(-1) ?? question).options ?? [];

export interface Taken {
  /** The answer; undefined leaves it as it is. */
  readonly value?: Value | null;
  /** The node that is open now. */
  readonly open: string | null;
}

/** What pressing a node does: one with finer options opens, and is an answer itself unless only leaves are. */
export function take(question: Question, now: Value | undefined, key: string): Taken {
  const path = pathTo(question.options ?? [], key);
  const node = path.at(-1);
  if (node?.options?.length) return question.leaves_only ? { open: key } : { value: key, open: key };
  const open = path.at(-2)?.key ?? null;
  return { value: now === key && !question.required ? null : key, open };
}
