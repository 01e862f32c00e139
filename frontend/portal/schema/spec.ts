// A label schema as data, and the few ways of changing it. Nothing here is changed in place.
export type Names = Readonly<Record<string, string>>;
export interface Option { readonly key: string; readonly names: Names; readonly options?: readonly Option[] }
/** An edge joins two points by their places in the list. */
/** `at`: where it lies in the box that the skeleton is laid into, as shares of its width and height. */
export interface SkeletonPoint extends Option { readonly at?: readonly [across: number, down: number] }
export interface Skeleton { readonly points: readonly SkeletonPoint[]; readonly edges: readonly (readonly [number, number])[] }
export interface Question {
  readonly key: string;
  readonly names: Names;
  readonly kind: string;
  readonly required?: boolean;
  readonly default?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly options?: readonly Option[];
  readonly ordered?: boolean;
  readonly leaves_only?: boolean;
}
export interface LabelClass {
  readonly key: string;
  readonly names: Names;
  readonly color: string;
  readonly geometries: readonly string[];
  readonly skeleton?: Skeleton;
  readonly attributes?: readonly Question[];
}
export interface Spec { readonly classes: readonly LabelClass[]; readonly tags: readonly Question[] }

export type Path = readonly (string | number)[];
type Tree = Record<string | number, unknown>;

export const GEOMETRIES = ["box", "rotated_box", "ellipse", "polygon", "polyline", "point", "skeleton", "mask"] as const;
export const TAG_KINDS = ["single", "multiple", "tree", "number", "text"] as const;
export const ATTRIBUTE_KINDS = ["checkbox", "select", "radio", "number", "text"] as const;
export const CHOICES = new Set(["single", "multiple", "tree", "select", "radio"]);
// Told apart also by most people who see few colours; the order is by distance from those before.
const COLORS = ["#d62728", "#1f77b4", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#e377c2", "#8c564b", "#bcbd22", "#7f7f7f"];

/** "classes[0].attributes[1].key": the server names places the same way. */
export function place(path: Path): string {
  return path.reduce<string>((text, step) => typeof step === "number" ? `${text}[${step}]` : text ? `${text}.${step}` : step, "");
}

export function at(spec: Spec, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (value as Tree | undefined)?.[step], spec);
}

/** The spec with another value at the path; undefined takes the entry away. */
export function put(spec: Spec, path: Path, value: unknown): Spec {
  return change(spec, path, value) as Spec;
}

function change(tree: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const copy: Tree = (Array.isArray(tree) ? [...tree] : { ...(tree as Tree) }) as Tree;
  const next = change(copy[step], rest, value);
  if (next === undefined) delete copy[step];
  else copy[step] = next;
  return copy;
}

function list(spec: Spec, path: Path): readonly unknown[] {
  return (at(spec, path) as readonly unknown[] | undefined) ?? [];
}

export function append(spec: Spec, path: Path, entry: unknown): Spec {
  return put(spec, path, [...list(spec, path), entry]);
}

export function removeAt(spec: Spec, path: Path, index: number): Spec {
  const less = put(spec, path, list(spec, path).filter((_, i) => i !== index));
  return rejoin(less, path, (place) => (place === index ? null : place > index ? place - 1 : place));
}

export function move(spec: Spec, path: Path, index: number, by: number): Spec {
  const entries = [...list(spec, path)];
  const target = index + by;
  if (target < 0 || target >= entries.length) return spec;
  entries.splice(target, 0, ...entries.splice(index, 1));
  const places = entries.map((_, i) => i);
  places.splice(target, 0, ...places.splice(index, 1));
  return rejoin(put(spec, path, entries), path, (place) => places.indexOf(place));
}

/** Points that moved take their edges along; an edge to one that is gone goes as well. */
function rejoin(spec: Spec, path: Path, placeOf: (before: number) => number | null): Spec {
  if (path.at(-1) !== "points") return spec;
  const where = [...path.slice(0, -1), "edges"];
  const edges = list(spec, where) as Skeleton["edges"];
  return put(spec, where, edges.map((edge) => edge.map(placeOf)).filter((edge) => !edge.includes(null)));
}

export function duplicate(spec: Spec, path: Path, index: number): Spec {
  const entries = [...list(spec, path)] as { key: string }[];
  const original = entries[index];
  if (!original) return spec;
  const tree = treeOf(spec, path);
  const copy = tree ? fresh(original as Option, [...nodesOf(tree)]) : { ...original, key: freeKey(original.key, entries) };
  entries.splice(index + 1, 0, "color" in original ? { ...copy, color: freeColor(spec) } as LabelClass : copy);
  return rejoin(put(spec, path, entries), path, (place) => (place > index ? place + 1 : place));
}

/** All options of a tree, at whatever depth. */
export function nodesOf(options: readonly Option[]): Option[] {
  return options.flatMap((option) => [option, ...nodesOf(option.options ?? [])]);
}

/** The tree that a list of options is part of: its keys are unique in all of it. */
function treeOf(spec: Spec, path: Path): readonly Option[] | null {
  const [root, index, what] = path;
  const group = root === "tags" && what === "options" ? (at(spec, [root, index ?? 0]) as Question | undefined) : undefined;
  return group?.kind === "tree" ? (group.options ?? []) : null;
}

/** A copy of a branch with keys that nothing has yet; `taken` grows by them. */
function fresh(option: Option, taken: { key: string }[]): Option {
  const copy = { ...option, key: freeKey(option.key, taken) };
  taken.push(copy);
  return option.options ? { ...copy, options: option.options.map((below) => fresh(below, taken)) } : copy;
}

/** What the keys of a list's entries must differ from. */
export function namesakes(spec: Spec, path: Path): readonly { key: string }[] {
  const tree = treeOf(spec, path);
  return tree ? nodesOf(tree) : (list(spec, path) as { key: string }[]);
}

/** The key itself, or with the first number that makes it unlike the others. */
export function freeKey(wish: string, others: readonly { key: string }[]): string {
  const taken = new Set(others.map((other) => other.key));
  const base = wish || "item";
  if (!taken.has(base)) return base;
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

/** "Raspberry Pi 3" -> "raspberry-pi-3"; a name without Latin letters gives nothing. */
export function keyOf(name: string): string {
  return name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9_-]+/g, "-").replace(/^[-_]+|-+$/g, "").slice(0, 64);
}

function freeColor(spec: Spec): string {
  const taken = new Set(spec.classes.map((other) => other.color?.toLowerCase()));
  return COLORS.find((one) => !taken.has(one)) ?? COLORS[spec.classes.length % COLORS.length] ?? "#d62728";
}

export function newClass(spec: Spec): LabelClass {
  return { key: freeKey(`class-${spec.classes.length + 1}`, spec.classes), names: {}, color: freeColor(spec), geometries: ["box"], attributes: [] };
}

export function newQuestion(kind: string, others: readonly { key: string }[]): Question {
  const key = freeKey(`question-${others.length + 1}`, others);
  return withKind({ key, names: {}, kind }, kind);
}

export function newSkeleton(): Skeleton {
  const points = [1, 2].map((n) => ({ key: `point-${n}`, names: {} }));
  return { points, edges: [[0, 1]] };
}

/** With a kind of geometry more or less; a skeleton's points come and go with it. */
export function withGeometry(one: LabelClass, kind: string, wanted: boolean): LabelClass {
  const geometries = wanted ? [...one.geometries, kind] : one.geometries.filter((other) => other !== kind);
  if (kind !== "skeleton") return { ...one, geometries };
  const { skeleton, ...rest } = one;
  return wanted ? { ...rest, geometries, skeleton: skeleton ?? newSkeleton() } : { ...rest, geometries };
}

export function newPoint(others: readonly { key: string }[]): Option {
  return { key: freeKey(`point-${others.length + 1}`, others), names: {} };
}

export function newOption(others: readonly { key: string }[]): Option {
  return { key: freeKey(`option-${others.length + 1}`, others), names: {} };
}

/** Another kind of the same question, with what that kind has and no more. */
export function withKind(question: Question, kind: string): Question {
  const { key, names, required } = question;
  const base = { key, names, kind };
  if (kind === "checkbox") return { ...base, default: question.default ?? false };
  if (kind === "tree") return { ...base, required: required ?? false, leaves_only: true, options: question.options ?? [newOption([]), newOption([{ key: "option-1" }])] };
  // Of a tree that becomes a plain choice the top stays.
  const flat = question.options?.map(({ key: option, names: called }) => ({ key: option, names: called }));
  if (CHOICES.has(kind)) return { ...base, required: required ?? false, options: flat ?? [newOption([]), newOption([{ key: "option-1" }])] };
  return { ...base, required: required ?? false };
}

/** A new English name moves the key along, as long as the key still is what the old name gave. */
export function rename(spec: Spec, path: Path, language: string, name: string): Spec {
  const entry = at(spec, path) as { key: string; names: Names };
  const renamed = put(spec, [...path, "names", language], name.trim() ? name : undefined);
  const before = keyOf(entry.names["en"] ?? "");
  const untouched = !entry.key || entry.key === before || /^(class|question|option|point)-\d+$/.test(entry.key);
  const wish = keyOf(name);
  if (language !== "en" || !untouched || !wish) return renamed;
  const siblings = namesakes(spec, path.slice(0, -1)).filter((other) => other !== entry);
  return put(renamed, [...path, "key"], freeKey(wish, siblings));
}
