/** Looks at the picture beside the page, so that the hand is never held up: grows regions, finds ways along edges. */
import type { FlatPoints } from "../contract";
import { polygonsFrom } from "../geometry/convert";
import { encode } from "../geometry/rle";
import { type Edges, edgesOf, strongestNear } from "./edges";
import { grow, type Pixels } from "./grow";
import { Wire } from "./wire";

/** In whole pixels of the picture as it was sent. */
export type Place = readonly [x: number, y: number];

export interface Grow {
  readonly what: "grow";
  readonly at: Place;
  readonly tolerance: number;
}

export interface Lead {
  readonly what: "lead";
  /** null: only the strongest edge near `to` is asked for. */
  readonly from: Place | null;
  readonly to: Place;
  /** How far the end may jump to an edge. */
  readonly reach: number;
}

export type Question = Grow | Lead;
export type Ask = { readonly picture: ImageBitmap } | ({ readonly n: number } & Question);

export interface Found {
  readonly n: number;
  /** Of a region its largest part: outer ring, then holes. Of a way one run, both ends included. null: there is none. */
  readonly runs: readonly FlatPoints[] | null;
}

let pixels: Pixels | null = null;
let edges: Edges | null = null;
let wire: Wire | null = null;

function take(picture: ImageBitmap): void {
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context?.drawImage(picture, 0, 0);
  pixels = context?.getImageData(0, 0, picture.width, picture.height) ?? null;
  edges = wire = null;
  picture.close();
}

const within = ([x, y]: Place, { width, height }: Pixels): Place => [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];

function lead(on: Pixels, { from, to, reach }: Lead): FlatPoints | null {
  edges ??= edgesOf(on);
  const end = strongestNear(edges, ...within(to, on), reach);
  if (!from) return end;
  const [x, y] = within(from, on);
  if (wire?.x !== x || wire.y !== y) wire = new Wire(edges, x, y);
  return wire.wayTo(...end);
}

function runsOf(on: Pixels, question: Question): readonly FlatPoints[] | null {
  if (question.what === "grow") return polygonsFrom(encode(grow(on, ...question.at, question.tolerance)))[0] ?? null;
  const way = lead(on, question);
  return way && [way];
}

onmessage = ({ data }: MessageEvent<Ask>): void => {
  if ("picture" in data) return take(data.picture);
  postMessage({ n: data.n, runs: pixels && runsOf(pixels, data) } satisfies Found);
};
