/** The z-order: later shapes lie on top. */
import type { Payload } from "../contract";
import type { Diff } from "./document";

/** Moves a shape to another place in the z-order; 0 lies lowest. */
export function restack(payload: Payload, id: string, to: number): Diff {
  const at = payload.shapes.findIndex((shape) => shape.id === id);
  const shape = payload.shapes[at];
  const place = Math.min(Math.max(to, 0), payload.shapes.length - 1);
  if (!shape || place === at) return [];
  return [
    { what: "shape", id, at, before: shape, after: null },
    { what: "shape", id, at: place, before: null, after: shape },
  ];
}
