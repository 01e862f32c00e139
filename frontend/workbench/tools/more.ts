/** The tools and kinds beyond the box: one chunk, fetched when a schema or a person first asks for one. */
import { eraser, fill, mask } from "./brush";
import { addVertex, convert, nextVisibility, removeVertex, walk, without } from "./edits";
import { ellipse } from "./ellipse";
import { extreme } from "./extreme";
import { point } from "./point";
import { polygon, polyline } from "./polygon";
import { cut, extend, merge, split } from "./regions";
import { rotated_box } from "./rotated_box";
import { skeleton, template } from "./skeleton";

export { all as kinds } from "../geometry/all";
export { snapped } from "../geometry/snap";

/** By name: what names them all costs every page a chunk. */
export const edits = { addVertex, convert, nextVisibility, removeVertex, walk, without };

export const tools = {
  extreme, rotated_box, ellipse, point, polyline, polygon, skeleton, template, mask, eraser, fill, cut, extend, split, merge,
};
