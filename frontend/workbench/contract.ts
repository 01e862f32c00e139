/** The JSON that the server and the workbench exchange. Pixels are floats of the upright image. */

export type Language = "en" | "zh-hans";
export type Names = Partial<Record<Language, string>>;

export interface Option {
  key: string;
  names: Names;
}

/** A question: about one shape (attribute) or about the whole image (tag group). */
export interface Question {
  key: string;
  names: Names;
  kind: "single" | "multiple" | "select" | "checkbox" | "number" | "text";
  required?: boolean;
  options?: Option[];
  default?: Value;
  minimum?: number;
  maximum?: number;
}

export interface ShapeClass {
  key: string;
  names: Names;
  color?: string;
  geometries?: string[];
  attributes?: Question[];
}

export interface Spec {
  classes?: ShapeClass[];
  tags?: Question[];
}

export type Value = string | number | boolean | readonly string[];
export type Values = Readonly<Record<string, Value>>;
export type BoxTuple = readonly [x: number, y: number, width: number, height: number];

export interface Shape {
  readonly id: string;
  readonly class: string;
  readonly type: "box";
  readonly box: BoxTuple;
  readonly attributes: Values;
}

/** The answer to one task, as edited and as sent. */
export interface Payload {
  readonly tags: Values;
  readonly shapes: readonly Shape[];
}

export interface TaskImage {
  url: string;
  thumb: string;
  width: number;
  height: number;
  name: string;
}

/** A task whose seat this person holds. */
export interface Held {
  assignment: number;
  token: string;
  leased_until: string;
  task: number;
  project: number;
  schema: number;
  image: TaskImage;
}

export interface Schema {
  spec: Spec;
  guide_html: string;
  project_name: string;
}

export interface Submission {
  id: string;
  assignment: number;
  token: string;
  task: number;
  payload: Payload;
  active_ms: number;
}

/** A new version of an answer, in place of the submission or correction `supersedes`. */
export interface Correction {
  id: string;
  supersedes: string;
  payload: Payload;
  active_ms: number;
}

/** An answer that was sent and may still be corrected. */
export interface Answered {
  id: string;
  task: number;
  project: number;
  schema: number;
  image: TaskImage;
  payload: Payload;
  active_ms: number;
}

export interface Answers {
  /** Newest first. */
  answers: Answered[];
  schemas: Record<string, Schema>;
}

export const SKIP_REASONS = ["unclear", "broken", "not_in_schema", "other"] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export interface Seat {
  assignment: number;
  token: string;
}

export interface Skip extends Seat {
  reason: SkipReason;
  note: string;
}

export interface Refusal {
  code: string;
  detail: string;
  where?: string;
}

export interface SyncRequest {
  /** Whose work this is: a tab left open must not send in the next person's name. */
  person: number;
  project: number | null;
  want: number;
  /** A declared offline pack: up to 50 seats a person in all, leased for twelve hours. */
  pack?: boolean;
  resume?: boolean;
  known_schemas: number[];
  unsent: number;
  submissions: Submission[];
  /** Carried out after the submissions, in this order; refused once the task is settled. */
  corrections: Correction[];
  skips: Skip[];
  releases: Seat[];
  held: Seat[];
}

export interface Today {
  submitted: number;
  earned: string;
  currency: string;
}

export interface Result {
  id: string;
  /** Corrections are accepted, replayed or refused. */
  status: "accepted" | "replayed" | "late" | "surplus" | "refused";
  error: Refusal | null;
}

export interface SyncResponse {
  now: string;
  submissions: Result[];
  corrections: Result[];
  skips: { assignment: number; status: "skipped" | "gone" }[];
  lost: number[];
  tasks: Held[];
  schemas: Record<string, Schema>;
  wait: number;
  /** Why no tasks are given at all, in the person's language; null when there are simply none now. */
  stop: { code: string; detail: string } | null;
  today: Today;
}

export interface Project {
  id: number;
  name: string;
  price: string;
  currency: string;
  open: number | boolean;
}

export interface Boot {
  person: { id: number; name: string; language: Language };
  projects: Project[];
  csrf: string;
  today?: Today;
  urls: Record<"sync" | "answers" | "report" | "mine" | "sign_in" | "sign_out" | "language", string>;
}

/** The name in the person's language, else in Chinese, else in English, else the key itself. */
export function nameOf(thing: { key: string; names?: Names }, language: Language): string {
  const names = thing.names ?? {};
  return names[language] ?? names["zh-hans"] ?? names.en ?? thing.key;
}
