/** The stroke that made a mask what it is: shown until the painting worker has the mask itself. */
import type { Mask } from "../contract";
import type { BrushStroke } from "./context";

export const strokes = new WeakMap<Mask, BrushStroke>();
