/** Every kind but the box, which is always there. Importing this module makes them known. */
import { ellipse } from "./ellipse";
import { addKinds } from "./kinds";
import { mask } from "./mask";
import { point } from "./point";
import { polygon } from "./polygon";
import { polyline } from "./polyline";
import { rotated_box } from "./rotated_box";
import { skeleton } from "./skeleton";

export const all = { rotated_box, ellipse, polygon, polyline, point, skeleton, mask };

addKinds(all);
