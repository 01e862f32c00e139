// What was answered under one schema, as it stands under the next: what still fits stays.
import type { Option, Payload, Question, Shape, Spec, Value, Values } from "../../workbench/contract";
import { classOf, defaults } from "../../workbench/model/check";
import { own } from "../../workbench/model/editor";
import { pathTo } from "../../workbench/model/tree";

/** An answer of before only counts as long as the question could still be answered so. */
export function fitting(question: Question, value: Value | undefined): Value | undefined {
  const options = question.options ?? [];
  const known = (key: Value): boolean => options.some((option) => option.key === key);
  if (question.kind === "multiple") return Array.isArray(value) ? value.filter(known) : undefined;
  if (question.kind === "tree") return typeof value === "string" && pathTo(options, value).length > 0 ? value : undefined;
  if (question.kind === "checkbox") return value === true;
  if (question.kind === "number") return typeof value === "number" ? value : undefined;
  if (question.kind === "text") return typeof value === "string" ? value : undefined;
  return value !== undefined && known(value) ? value : undefined;
}

interface Keyed { readonly key: string }

/** What an entry has become: that of its key, else the one with a new key in its place, which is what typing a name makes. */
function heir<T extends Keyed>(before: readonly Keyed[], after: readonly T[], key: string): T | undefined {
  const same = after.find((one) => one.key === key);
  const next = after[before.findIndex((one) => one.key === key)];
  return same ?? (next && before.every((one) => one.key !== next.key) ? next : undefined);
}

const nodesOf = (options: readonly Option[] = []): Option[] => options.flatMap((option) => [option, ...nodesOf(option.options)]);

/** A word that was typed is no key. */
function carried(before: Question, after: Question, value: Value): Value | undefined {
  const key = (one: string): string => heir(nodesOf(before.options), nodesOf(after.options), one)?.key ?? one;
  if (typeof value === "string" && before.options) return fitting(after, key(value));
  return fitting(after, typeof value === "object" ? value.map(key) : value);
}

function fittedValues(before: readonly Question[] = [], after: readonly Question[] = [], values: Values): Values {
  const kept = Object.entries(values).flatMap(([key, value]) => {
    const was = before.find((one) => one.key === key);
    const is = heir(before, after, key);
    const next = was && is && carried(was, is, value);
    return next === undefined ? [] : [[is!.key, next] as const];
  });
  return Object.fromEntries(kept);
}

function fittedShape(before: Spec, after: Spec, shape: Shape): Shape | null {
  const is = heir(before.classes ?? [], after.classes ?? [], shape.class);
  if (!is || !(is.geometries ?? ["box"]).includes(shape.type)) return null;
  if (shape.type === "skeleton" && shape.skeleton.length !== 3 * (is.skeleton?.points.length ?? 0)) return null;
  const values = fittedValues(classOf(before, shape.class)?.attributes, is.attributes, shape.attributes);
  return { ...shape, class: is.key, attributes: { ...defaults(is), ...values } };
}

export function fitted(before: Spec, after: Spec, { tags, shapes }: Payload): Payload {
  const kept = shapes.map((shape) => fittedShape(before, after, shape)).filter((shape) => shape !== null);
  const there = new Set(kept.map(({ id }) => id));
  return { tags: fittedValues(before.tags, after.tags, tags), shapes: kept.map((shape) => own(shape, (parent) => there.has(parent))) };
}
