/** What is still missing before an answer may be sent. The server checks the same and more. */
import { LIMITS, type Payload, type Question, type Shape, type ShapeClass, type Spec, type Value, type Values } from "../contract";

export interface Problem {
  readonly what: "required" | "range";
  readonly question: Question;
  /** The shape whose attribute is at fault; null for a question about the image. */
  readonly shape: string | null;
}

export const classOf = (spec: Spec, key: string): ShapeClass | undefined =>
  spec.classes?.find((one) => one.key === key);

/** One choice for each image and nothing else: many images can be answered at once. */
export function isSorting({ classes, tags }: Spec): boolean {
  const [only, ...others] = tags ?? [];
  return (classes ?? []).length === 0 && others.length === 0 && only?.kind === "single" && only.required === true;
}

export function isAnswered(value: Value | undefined): value is Value {
  if (value === undefined || value === "") return false;
  return !Array.isArray(value) || value.length > 0;
}

function problemsOf(questions: readonly Question[], values: Values, shape: string | null): Problem[] {
  return questions.flatMap((question): Problem[] => {
    const value = values[question.key];
    if (!isAnswered(value)) {
      return question.required ? [{ what: "required", question, shape }] : [];
    }
    if (question.kind !== "number" || typeof value !== "number") return [];
    const { minimum = -Infinity, maximum = Infinity } = question;
    return value < minimum || value > maximum ? [{ what: "range", question, shape }] : [];
  });
}

/** What the server takes, as the words for more than that say it. */
export const MOST = { most: LIMITS.shapes, megabytes: LIMITS.bytes / 2 ** 20 };

/** More than the server takes: the person hears of it before the answer goes. */
export const isTooLarge = (payload: Payload): boolean =>
  payload.shapes.length > LIMITS.shapes || new Blob([JSON.stringify(payload)]).size > LIMITS.bytes;

/** First the image's questions, then each shape's, in the order the person sees them. */
export function check(spec: Spec, payload: Payload): Problem[] {
  const ofShape = (shape: Shape): Problem[] =>
    problemsOf(classOf(spec, shape.class)?.attributes ?? [], shape.attributes, shape.id);
  return [...problemsOf(spec.tags ?? [], payload.tags, null), ...payload.shapes.flatMap(ofShape)];
}

/** The attributes a new shape starts with. */
export function defaults(shapeClass: ShapeClass | undefined): Values {
  const values: Record<string, Value> = {};
  for (const { key, default: value } of shapeClass?.attributes ?? []) {
    if (value !== undefined) values[key] = value;
  }
  return values;
}

/** A shape given another class keeps the attributes that the other class has too. */
export function reclass(spec: Spec, shape: Shape, key: string): Shape {
  const next = classOf(spec, key);
  const values: Record<string, Value> = { ...defaults(next) };
  for (const { key: name, options } of next?.attributes ?? []) {
    const value = shape.attributes[name];
    const fits = !options || options.some((option) => option.key === value);
    if (value !== undefined && fits) values[name] = value;
  }
  return { ...shape, class: key, attributes: values };
}
