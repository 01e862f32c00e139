/** What a tool may touch, and the pointer event it gets. */
import type { BoxTuple, Shape } from "../contract";
import type { Editor } from "../model/editor";
import type { Handle, Point, Size } from "../model/geometry";

export interface Press {
  /** In image pixels, not yet clamped to the image. */
  readonly point: Point;
  /** In CSS pixels of the stage. */
  readonly screen: Point;
  /** How far a hit may miss, in image pixels; larger for fingers. */
  readonly slack: number;
  /** How far the pointer moves before a press is a drag, in CSS pixels. */
  readonly threshold: number;
}

/** What the tool remembers while a gesture lasts. */
export interface Gesture {
  start: Press;
  shape: Shape | null;
  handle: Handle | null;
  forced: boolean;
}

export interface ToolContext {
  readonly editor: Editor;
  readonly image: Size;
  /** Shapes that can be seen, and so be hit. */
  readonly shapes: readonly Shape[];
  gesture: Gesture | null;
  setDraft(box: BoxTuple | null): void;
  setHovered(id: string | null): void;
  newShape(box: BoxTuple): Shape;
  pan(dx: number, dy: number): void;
}

export function isDrag(start: Press, now: Press): boolean {
  return Math.hypot(now.screen.x - start.screen.x, now.screen.y - start.screen.y) > now.threshold;
}
