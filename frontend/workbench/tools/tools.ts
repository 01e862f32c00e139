/** Which tools there are, and which a class may be drawn with. Beyond box and select they come when asked for. */
import type { Kind, ShapeClass, Spec } from "../contract";
import { addKinds, hasKinds } from "../geometry/kinds";
import { box } from "./box";
import type { Node } from "./context";
import type * as Edits from "./edits";
import { addSnap } from "./neighbours";
import { select } from "./select";

/** Ways to draw each kind; the first is the usual one. */
export const WAYS = {
  box: ["box", "extreme"],
  rotated_box: ["rotated_box"],
  ellipse: ["ellipse"],
  polygon: ["polygon"],
  polyline: ["polyline"],
  point: ["point"],
  skeleton: ["skeleton", "template"],
  mask: ["mask", "eraser", "fill"],
} as const satisfies Record<Kind, readonly string[]>;

export type Way = (typeof WAYS)[Kind][number];

/** What is done to the selected polygon. */
export const POLYGON_TOOLS = ["cut", "extend", "split", "merge"] as const;
export type PolygonTool = (typeof POLYGON_TOOLS)[number];

export type ToolName = "select" | Way | PolygonTool;

const known = new Map<ToolName, Node>([["select", select], ["box", box]]);

export const addTools = (tools: { readonly [N in ToolName]?: Node }): void => {
  for (const [name, node] of Object.entries(tools)) known.set(name as ToolName, node);
};

export const toolOf = (name: ToolName): Node | undefined => known.get(name);

const kindsOf = (spec: Spec): Kind[] => (spec.classes ?? []).flatMap(({ geometries }) => geometries ?? ["box"]);

/** Everything that work on this schema needs is here. */
export const isEquipped = (spec: Spec): boolean => hasKinds(kindsOf(spec));

/** What keys do to vertices and masks; null until the tools are here. */
export let editsAtHand: typeof Edits | null = null;

let coming: Promise<void> | null = null;

/** Fetches the other tools once; after a failure the next call tries again. */
export function fetchTools(): Promise<void> {
  coming ??= import("./more").then(
    ({ kinds, tools, snapped, edits }) => {
      editsAtHand = edits;
      addSnap(snapped);
      addKinds(kinds);
      addTools(tools);
    },
    (error: unknown) => {
      coming = null;
      throw error;
    },
  );
  return coming;
}

export const waysOf = (shapeClass: ShapeClass | undefined): readonly Way[] =>
  (shapeClass?.geometries ?? ["box" as const]).flatMap((kind): readonly Way[] => WAYS[kind]);

export const kindOfWay = (way: Way): Kind =>
  (Object.keys(WAYS) as Kind[]).find((kind) => (WAYS[kind] as readonly string[]).includes(way)) ?? "box";
