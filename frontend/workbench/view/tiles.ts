/** Which tiles of a large picture a view needs. The server cuts it at its own resolution, at half of it, and so on. */
import type { Size } from "../model/geometry";
import type { View } from "./camera";
import { marginOf } from "./plane";

export const TILE = 512;
/** The long side of the picture that is there anyway. */
const SCREEN_SIDE = 1280;
/** A megabyte each: as many as a 4K screen with its margin may need. Where it would be more, coarser ones do. */
const MOST = 256;

export interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

export const nameOf = ({ level, column, row }: TilePlace): string => `${level}-${column}-${row}`;

/** How many times the picture was halved in the coarsest tiles. */
export function coarsest({ width, height }: Size): number {
  let level = 0;
  while (Math.max(width, height) / 2 ** (level + 1) > SCREEN_SIDE) level++;
  return level;
}

/**
 * The level whose pixels are the first to be no larger than the screen's; `coarser` levels above that for a slow line.
 * Null: the picture as it is shows as much.
 */
export function levelFor(image: Size, scale: number, density: number, coarser = 0): number | null {
  const shown = SCREEN_SIDE / Math.max(image.width, image.height);
  if (scale * density <= shown * 1.2) return null;
  const exact = Math.floor(Math.log2(1 / (scale * density)) + 0.2);
  return Math.min(Math.max(exact, 0) + coarser, coarsest(image));
}

/** The tiles that meet the screen and a margin around it, those in the middle first. */
export function tilesIn(image: Size, view: View, screen: Size, level: number): TilePlace[] {
  const side = TILE * 2 ** level;
  const margin = marginOf(screen);
  const span = (offset: number, room: number, edge: number, length: number): [number, number] => [
    Math.max(0, Math.floor((-edge / 2 - offset) / view.scale / side)),
    Math.min(Math.ceil(Math.floor(length / 2 ** level) / TILE), Math.ceil((room + edge / 2 - offset) / view.scale / side)) - 1,
  ];
  const [left, right] = span(view.x, screen.width, margin.width, image.width);
  const [top, bottom] = span(view.y, screen.height, margin.height, image.height);
  const places: TilePlace[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) places.push({ level, column, row });
  }
  const middle = { column: (left + right) / 2, row: (top + bottom) / 2 };
  const far = ({ column, row }: TilePlace): number => Math.hypot(column - middle.column, row - middle.row);
  return places.sort((a, b) => far(a) - far(b));
}

/** The tiles that a view needs, those in the middle first. None: the picture as it is shows as much. */
export function tilesFor(image: Size, view: View, screen: Size, density: number, coarser = 0): TilePlace[] {
  let level = levelFor(image, view.scale, density, coarser);
  if (level === null) return [];
  let places = tilesIn(image, view, screen, level);
  while (places.length > MOST && level < coarsest(image)) places = tilesIn(image, view, screen, ++level);
  return places;
}
