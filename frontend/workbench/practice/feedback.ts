/** Asks how a practice answer was, as soon as the server has it. */
import type { Payload, Value } from "../contract";
import type { Desk } from "../desk";
import type { Practised } from "../session/practice";
import { PATIENCE_MS } from "../sync/patience";

export interface Standing {
  readonly state: "practising" | "passed" | "sent_back";
  readonly mean: number | null;
  readonly counted: number;
  readonly needed: number;
  readonly left: number;
  readonly mark: number | null;
}

export interface Feedback {
  readonly score: number;
  /** The image's address as of now. */
  readonly image: string;
  readonly right: Payload;
  readonly standing: Standing;
}

export const RETRY_MS = 3_000;
/** Where one goes from here. */
export type Next = "passed" | "usedUp" | "more" | "again";

/** null: there is nothing to compare with; "offline": ask again. */
export async function fetchFeedback(url: string, submission: string): Promise<Feedback | null | "offline"> {
  try {
    const response = await fetch(`${url}${submission}`, { credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.ok) return (await response.json()) as Feedback;
    return response.status >= 500 || response.status === 429 ? "offline" : null;
  } catch {
    return "offline";
  }
}

/** The answer is on its way as long as the outbox has it. */
export const isSent = (desk: Desk, { submission }: Practised): boolean =>
  !desk.outbox.parcels.value.some(({ kind, body }) => kind === "submission" && body.id === submission);

export function nextOf({ state, counted, needed, left, mean, mark }: Standing): Next {
  if (state === "passed") return "passed";
  if (counted < needed) return "more";
  if (left === 0 && (mean ?? 0) < (mark ?? 0)) return "usedUp";
  return "again";
}

export interface Row {
  readonly key: string;
  readonly yours: Value | undefined;
  readonly right: Value | undefined;
}

/** The questions that somebody answered. */
export function answersOf(yours: Payload, right: Payload): Row[] {
  const keys = [...new Set([...Object.keys(right.tags), ...Object.keys(yours.tags)])];
  return keys.map((key) => ({ key, yours: yours.tags[key], right: right.tags[key] }));
}

/** How many shapes of each class were drawn, and how many are right. */
export function countsOf(yours: Payload, right: Payload): { key: string; yours: number; right: number }[] {
  const count = (payload: Payload, key: string): number => payload.shapes.filter((shape) => shape.class === key).length;
  const keys = new Set([...right.shapes, ...yours.shapes].map((shape) => shape.class));
  return [...keys].map((key) => ({ key, yours: count(yours, key), right: count(right, key) }));
}
