/** The JSON that the server and the workbench exchange. Pixels are floats of the upright image. */

export type Language = "en" | "zh-hans";
export type Names = Partial<Record<Language, string>>;

/** A choice; in a tree it may have choices of its own below it. */
export interface Option {
  key: string;
  names: Names;
  options?: Option[];
}

export type QuestionKind =
  | "single"
  | "multiple"
  | "tree"
  | "select"
  | "radio"
  | "checkbox"
  | "number"
  | "text";

/** A question: about one shape (attribute) or about the whole image (tag group). */
export interface Question {
  key: string;
  names: Names;
  kind: QuestionKind;
  required?: boolean;
  options?: Option[];
  default?: Value;
  minimum?: number;
  maximum?: number;
  /** single: the options lie on a scale, in the order given. */
  ordered?: boolean;
  /** tree: only a choice with none below it is an answer. */
  leaves_only?: boolean;
}

/** `at`: where it lies in the box that a skeleton is laid into, as shares of its width and height. */
export interface SkeletonPoint extends Option {
  at?: readonly [across: number, down: number];
}

/** Points in the order of the triples; each edge joins two of them by their places. */
export interface Skeleton {
  points: SkeletonPoint[];
  edges: readonly (readonly [from: number, to: number])[];
}

export interface ShapeClass {
  key: string;
  names: Names;
  color?: string;
  geometries?: Kind[];
  /** There when "skeleton" is among the geometries. */
  skeleton?: Skeleton;
  attributes?: Question[];
}

export interface Spec {
  classes?: ShapeClass[];
  tags?: Question[];
}

export type Value = string | number | boolean | readonly string[];
export type Values = Readonly<Record<string, Value>>;

export type BoxTuple = readonly [x: number, y: number, width: number, height: number];
/** Degrees clockwise on the screen, 0 <= angle < 360. */
export type RotatedBoxTuple = readonly [cx: number, cy: number, width: number, height: number, angle: number];
export type EllipseTuple = readonly [cx: number, cy: number, rx: number, ry: number, angle: number];
/** [x1, y1, x2, y2, ...], not closed. */
export type FlatPoints = readonly number[];
/** COCO's compressed run lengths, column by column; size is [height, width] of the image. */
export interface Mask {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
}

/** What lies under the key named by `type`. */
export interface Geometries {
  readonly box: BoxTuple;
  readonly rotated_box: RotatedBoxTuple;
  readonly ellipse: EllipseTuple;
  /** The outer ring, then the holes; each at least 3 points, none crossing itself. */
  readonly polygon: readonly FlatPoints[];
  readonly polyline: FlatPoints;
  readonly point: readonly [x: number, y: number];
  /** x, y, v for each point of the class's skeleton; v: 0 absent (x = y = 0), 1 hidden, 2 visible. */
  readonly skeleton: FlatPoints;
  readonly mask: Mask;
}

export const KINDS = ["box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask"] as const;
export type Kind = (typeof KINDS)[number];

/** What every shape has, however it is drawn. */
export interface ShapeBase {
  readonly id: string;
  readonly class: string;
  readonly attributes: Values;
  /** Of a draft: how sure the model is of it, 0 to 1; never part of an answer. */
  readonly confidence?: number;
  /** Only ever true: a shape in plain sight does not have the key. */
  readonly occluded?: true;
  /** The id of another shape of this payload; never in a circle. */
  readonly parent?: string;
  /** 1 to 9999: shapes of one group belong together, as the parts of one object do. */
  readonly group?: number;
}

export type ShapeOf<K extends Kind> = ShapeBase & { readonly type: K } & Pick<Geometries, K>;
/** One of the kinds: `shape.type` tells which, and TypeScript then knows its geometry. */
export type Shape = { [K in Kind]: ShapeOf<K> }[Kind];

/** `bytes`: of an answer's JSON. */
export const LIMITS = { shapes: 10_000, points: 2_000, group: 9_999, bytes: 5 * 2 ** 20 } as const;

/** The answer to one task, as edited and as sent. */
export interface Payload {
  readonly tags: Values;
  /** In z-order: a later one lies on top. */
  readonly shapes: readonly Shape[];
}

export interface TaskImage {
  url: string;
  thumb: string;
  /** A large picture's tiles: the last part of the path gives way to level-column-row.webp. */
  tiles?: string | null;
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
  /** What a model or the client drew beforehand: to accept, fix or reject; never a vote. */
  draft?: Payload | null;
  /** The draft is another person's answer, to be judged. */
  verify?: boolean;
  /** To learn: the right answer is shown after one's own. */
  practice?: boolean;
  /** The browser's own: in this order it was given its seats. */
  at?: number;
}

export interface Schema {
  spec: Spec;
  guide_html: string;
  project_name: string;
  /** Of all of it as this person gets it; a schema kept by an earlier version has none. */
  digest?: string;
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

/** The code of a refusal: more than LIMITS allow. */
export const TOO_LARGE = "too_large";

export interface SyncRequest {
  /** Whose work this is: a tab left open must not send in the next person's name. */
  person: number;
  project: number | null;
  want: number;
  /** A declared offline pack: up to 50 seats a person in all, leased for twelve hours. */
  pack?: boolean;
  /** Many images at once, of a project that asks one choice for each. */
  grid?: boolean;
  resume?: boolean;
  /** Asks for the projects that may be chosen now. */
  projects?: boolean;
  /** What is here of schemas: what differs comes anew. */
  known: [schema: number, digest: string | undefined][];
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
  projects?: Project[];
}

export interface Project {
  id: number;
  name: string;
  price: string;
  currency: string;
  open: number | boolean;
  /** Practice comes before work. */
  practice?: boolean;
}

export interface Boot {
  person: { id: number; name: string; language: Language };
  projects: Project[];
  csrf: string;
  /** There is no wall of many images. */
  oneByOne?: true;
  theme?: string;
  /** The seat to open with, if one is held. */
  resume?: Pick<SyncResponse, "tasks" | "schemas"> | null;
  today?: Today;
  urls: Record<"sync" | "answers" | "practice" | "report" | "mine" | "sign_in" | "sign_out" | "language", string> & { model?: string };
}

/** The name in the person's language, else in Chinese, else in English, else the key itself. */
export function nameOf(thing: { key: string; names?: Names }, language: Language): string {
  const names = thing.names ?? {};
  return names[language] ?? names["zh-hans"] ?? names.en ?? thing.key;
}
