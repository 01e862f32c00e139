/** Leads lines along the edges of the picture on the screen (intelligent scissors). */
import { type FlatPoints, LIMITS } from "../contract";
import type { Desk } from "../desk";
import { simplifyTo } from "../geometry/simplify";
import type { Point, Size } from "../model/geometry";
import type { Guide } from "../tools/context";
import type { Place } from "./seeing_worker";
import { see } from "./seeing";

/** Pixels of the picture that a simpler line may be off: steps of pixels are no corners. */
const TOLERANCE = 0.9;

export function guideOf(desk: Desk): Guide {
  return {
    async lead(from, to, reach) {
      const stage = desk.stage.peek();
      const picture = stage && desk.images.peek(stage.work.held.image.url);
      if (!picture) return straight(to);
      const { image } = stage.work.held;
      const scale = picture.naturalWidth / image.width;
      const pixel = ({ x, y }: Point): Place => [Math.floor(x * scale), Math.floor(y * scale)];
      try {
        const runs = await see(picture, { what: "lead", from: from && pixel(from), to: pixel(to), reach: Math.round(reach * scale) });
        return runs ? inImage(runs[0] ?? [], scale, image, from !== null) : straight(to);
      } catch {
        return straight(to);
      }
    },
  };
}

const straight = ({ x, y }: Point): FlatPoints => [x, y];

/** Middles of pixels in pixels of the image; without the first, which is where the line stands already. */
function inImage(run: FlatPoints, scale: number, image: Size, fromSeed: boolean): FlatPoints {
  const points = run.map((value, at) => Math.min((value + 0.5) / scale, at % 2 ? image.height : image.width));
  return simplifyTo(points, TOLERANCE / scale, LIMITS.points / 4).slice(fromSeed ? 2 : 0);
}
