/** The tools and kinds beyond the box: one chunk, fetched when a schema or a person first asks for one. */
export { all as kinds } from "../geometry/all";
import type { Node } from "./context";
import type { ToolName } from "./tools";

export const tools: { readonly [N in ToolName]?: Node } = {};
