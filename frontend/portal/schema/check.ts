// What is wrong with a schema, said at once; the server checks again when it is saved.
import type { Key } from "../words";
import { CHOICES, type LabelClass, nodesOf, type Option, type Path, place, type Question, type Skeleton, type Spec } from "./spec";

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
    ...(one.skeleton ? skeletonFaults(one.skeleton, [...path, "skeleton"]) : when(!!one.geometries?.includes("skeleton"), [...path, "skeleton"], "fault_points")),
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
    ...(one.kind === "tree" ? treeFaults(options, [...path, "options"]) : flatFaults(options, [...path, "options"])),
  ];
}

function flatFaults(options: readonly Option[], path: Path): Fault[] {
  return [...options.flatMap((each, i) => named(each, [...path, i])), ...taken(options, path)];
}

/** The server's limits. */
const MOST = { deep: 10, nodes: 5000 };

/** Keys are unique in the whole tree: the answer is the key alone. */
function treeFaults(options: readonly Option[], path: Path, seen = new Set<string>(), depth = 1): Fault[] {
  if (depth === 1 && nodesOf(options).length > MOST.nodes) return [{ where: place(path), code: "fault_nodes" }];
  return options.flatMap((each, i) => {
    const here = [...path, i];
    const twice = seen.has(each.key);
    seen.add(each.key);
    return [
      ...named(each, here),
      ...when(twice, [...here, "key"], "fault_key_taken"),
      ...when(depth > MOST.deep, here, "fault_deep"),
      ...treeFaults(each.options ?? [], [...here, "options"], seen, depth + 1),
    ];
  });
}

function skeletonFaults({ points, edges }: Skeleton, path: Path): Fault[] {
  const joined = new Set<string>();
  return [
    ...when(!points?.length, [...path, "points"], "fault_points"),
    ...flatFaults(points ?? [], [...path, "points"]),
    ...(edges ?? []).flatMap(([from, to], i) => {
      const pair = [Math.min(from, to), Math.max(from, to)].join();
      const wrong = from === to || joined.has(pair) || Math.max(from, to) >= (points ?? []).length;
      joined.add(pair);
      return when(wrong, [...path, "edges", i], "fault_edge");
    }),
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
