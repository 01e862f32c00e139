/** Grows regions beside the page, so that the hand is never held up. */
import type { FlatPoints } from "../contract";
import { polygonsFrom } from "../geometry/convert";
import { encode } from "../geometry/rle";
import { grow, type Pixels } from "./grow";

export type Ask = { readonly picture: ImageBitmap } | { readonly n: number; readonly x: number; readonly y: number; readonly tolerance: number };

export interface Grown {
  readonly n: number;
  /** The largest part of the region: outer ring, then holes, in pixels of the picture as it was sent; null: too small. */
  readonly rings: readonly FlatPoints[] | null;
}

let pixels: Pixels | null = null;

function take(picture: ImageBitmap): void {
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context?.drawImage(picture, 0, 0);
  pixels = context?.getImageData(0, 0, picture.width, picture.height) ?? null;
  picture.close();
}

onmessage = ({ data }: MessageEvent<Ask>): void => {
  if ("picture" in data) return take(data.picture);
  const region = pixels && grow(pixels, data.x, data.y, data.tolerance);
  const grown: Grown = { n: data.n, rings: (region && polygonsFrom(encode(region))[0]) ?? null };
  postMessage(grown);
};
