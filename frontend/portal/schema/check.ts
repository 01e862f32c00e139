// What is wrong with a schema, said at once; the server checks again when it is saved.
import type { Key } from "../words";
import { CHOICES, type LabelClass, type Option, type Path, place, type Question, type Spec } from "./spec";

export interface Fault { readonly where: string; readonly code: Key }

const KEY = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const COLOR = /^#[0-9a-f]{6}$/i;

export function faultsOf(spec: Spec): Fault[] {
  if (!spec.classes.length && !spec.tags.length) return [{ where: "", code: "fault_empty" }];
  return [
    ...spec.classes.flatMap((one, i) => classFaults(one, ["classes", i])),
    ...taken(spec.classes, ["classes"]),
    ...spec.tags.flatMap((one, i) => questionFaults(one, ["tags", i])),
    ...taken(spec.tags, ["tags"]),
  ];
}

function classFaults(one: LabelClass, path: Path): Fault[] {
  const attributes = one.attributes ?? [];
  return [
    ...named(one, path),
    ...when(!COLOR.test(one.color ?? ""), [...path, "color"], "fault_color"),
    ...when(!one.geometries?.length, [...path, "geometries"], "fault_geometries"),
    ...attributes.flatMap((each, i) => questionFaults(each, [...path, "attributes", i])),
    ...taken(attributes, [...path, "attributes"]),
  ];
}

function questionFaults(one: Question, path: Path): Fault[] {
  const options = one.options ?? [];
  const { minimum, maximum } = one;
  return [
    ...named(one, path),
    ...when(!one.kind, [...path, "kind"], "fault_kind"),
    ...when(CHOICES.has(one.kind) && !options.length, [...path, "options"], "fault_options"),
    ...when(minimum !== undefined && maximum !== undefined && minimum > maximum, [...path, "maximum"], "fault_range"),
    ...options.flatMap((each, i) => named(each, [...path, "options", i])),
    ...taken(options, [...path, "options"]),
  ];
}

function named(one: Option, path: Path): Fault[] {
  const names = Object.values(one.names ?? {});
  return [
    ...when(!KEY.test(one.key ?? ""), [...path, "key"], "fault_key_shape"),
    ...when(!names.some((name) => name.trim()), [...path, "names"], "fault_names"),
  ];
}

function taken(entries: readonly { key: string }[], path: Path): Fault[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, i) => {
    const twice = seen.has(entry.key);
    seen.add(entry.key);
    return when(twice, [...path, i, "key"], "fault_key_taken");
  });
}

function when(wrong: boolean, path: Path, code: Key): Fault[] {
  return wrong ? [{ where: place(path), code }] : [];
}
