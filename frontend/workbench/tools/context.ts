/** What a tool may touch, and the pointer event it gets. */
import type { FlatPoints, Geometries, Kind, Shape, ShapeClass } from "../contract";
import type { Look } from "../geometry/kinds";
import type { Key } from "../i18n";
import type { Editor } from "../model/editor";
import { clampPoint, type Point, type Size } from "../model/geometry";
import type { StateNode } from "./chart";

export interface Press {
  /** In image pixels, not yet clamped to the image. */
  readonly point: Point;
  /** In CSS pixels of the stage. */
  readonly screen: Point;
  /** How far a hit may miss, in image pixels; larger for fingers. */
  readonly slack: number;
  /** How far the pointer moves before a press is a drag, in CSS pixels. */
  readonly threshold: number;
  readonly alt?: boolean;
  readonly shift?: boolean;
}

/** What the tool remembers while a gesture lasts. */
export interface Gesture {
  start: Press;
  shape: Shape | null;
  /** The grip of the shape that was taken. */
  grip: string | null;
  forced: boolean;
  /** The pointer's way, x and y in turn. */
  trail: number[];
}

export const gestureAt = (start: Press, more: Partial<Gesture> = {}): Gesture => {
  return { start, shape: null, grip: null, forced: false, trail: [], ...more };
};

/** What is to be seen of a shape in the making. */
export interface Draft {
  readonly shape?: Shape | null;
  /** Points placed so far. */
  readonly dots?: FlatPoints;
  /** The place that the next point jumps to. */
  readonly snap?: Point | null;
  readonly stroke?: BrushStroke;
}

export interface BrushStroke {
  readonly points: FlatPoints;
  /** In image pixels. */
  readonly radius: number;
  readonly erases: boolean;
}

/** Leads lines along the edges of the picture. */
export interface Guide {
  /**
   * The way from one place to another without the first, in image pixels; only the place itself where there is nothing
   * to follow. `reach`: how far its end may jump to an edge. Never fails.
   */
  lead(from: Point | null, to: Point, reach: number): Promise<FlatPoints>;
}

export interface ToolContext {
  readonly editor: Editor;
  readonly image: Size;
  /** Shapes that can be seen, and so be hit. */
  readonly shapes: readonly Shape[];
  /** The person has gone on to another task: what comes late does nothing. */
  away: boolean;
  gesture: Gesture | null;
  setDraft(draft: Draft | null): void;
  setHovered(id: string | null): void;
  /** The vertex that keys act on. */
  setVertex(grip: string | null): void;
  newShape<K extends Kind>(type: K, geometry: Geometries[K]): Shape;
  /** The class that a new shape gets. */
  shapeClass(): ShapeClass | undefined;
  lookOf(shape: Shape): Look;
  /** Whether points jump to neighbours' edges. */
  snaps(): boolean;
  /** What leads lines along edges; null: they go straight. */
  guide(): Guide | null;
  /** CSS pixels. */
  brushRadius(): number;
  say(key: Key): void;
  /** Back from a tool that does one thing, to drawing. */
  leave(): void;
  /** Back to the tool's start: what it went on with for a while has ended well. */
  rest(): void;
  pan(dx: number, dy: number): void;
}

export type Node = StateNode<ToolContext, Press>;

export function isDrag(start: Press, now: Press): boolean {
  return Math.hypot(now.screen.x - start.screen.x, now.screen.y - start.screen.y) > now.threshold;
}

export const inImage = (context: ToolContext, press: Press): Point => clampPoint(press.point, context.image);

/** A shape that is only shown. */
export const preview = <K extends Kind>(context: ToolContext, type: K, geometry: Geometries[K]): Shape =>
  ({ id: "", class: context.shapeClass()?.key ?? "", type, [type]: geometry, attributes: {} }) as unknown as Shape;
