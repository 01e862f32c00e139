/** What pressing an option does to the answer of a question. */
import type { Question, Value } from "../contract";

/** Choosing the chosen option again takes it back, unless an answer is required. */
export function press(question: Question, now: Value | undefined, option: string): Value | null {
  if (question.kind === "checkbox") return now !== true;
  if (question.kind !== "multiple") return now === option && !question.required ? null : option;
  const chosen = Array.isArray(now) ? (now as readonly string[]) : [];
  const next = chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option];
  // The schema's order, so that the same answer is the same JSON whatever the order of pressing.
  const order = (question.options ?? []).map(({ key }) => key);
  return next.length > 0 ? order.filter((key) => next.includes(key)) : null;
}

/** What was typed, as the payload has it; null for nothing. */
export function typed(question: Question, text: string): Value | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (question.kind !== "number") return trimmed;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : null;
}
