/**
 * A bitmap larger than the view. It is drawn for one view; while the person pans or zooms the compositor
 * moves and stretches it, and it is drawn anew only when it no longer covers the view or the hand rests.
 */
import type { Size } from "../model/geometry";
import { transformTo, type View } from "./camera";

/** What a bitmap shows: the view it was drawn for and the screen it was drawn for, in CSS pixels. */
export interface Frame {
  readonly view: View;
  readonly screen: Size;
}

/** On each side, this part of the screen's width or height beyond it. */
const MARGIN = 0.25;
/** Stretched further than this, lines look thick or thin enough to be drawn anew at once. */
const STRETCH = 1.4;

export const marginOf = (screen: Size): Size => ({
  width: Math.ceil(screen.width * MARGIN),
  height: Math.ceil(screen.height * MARGIN),
});

/** The bitmap's size in CSS pixels. */
export const bitmapSize = (screen: Size): Size => ({
  width: screen.width + 2 * marginOf(screen).width,
  height: screen.height + 2 * marginOf(screen).height,
});

/** The CSS transform (origin 0 0) that puts a bitmap drawn for `frame` where `now` wants it. */
export function transformOf({ view, screen }: Frame, now: View): string {
  const margin = marginOf(screen);
  const scale = now.scale / view.scale;
  const x = now.x - scale * (view.x + margin.width);
  const y = now.y - scale * (view.y + margin.height);
  return transformTo({ x, y, scale });
}

/** Whether the bitmap can still stand in for the view while the hand moves. */
export function covers({ view, screen }: Frame, now: View, image: Size): boolean {
  const ratio = now.scale / view.scale;
  if (ratio > STRETCH || ratio < 1 / STRETCH) return false;
  const margin = marginOf(screen);
  const holds = (offset: number, drawn: number, room: number, edge: number, length: number): boolean => {
    // The part of the screen that the image takes up, against the part that the bitmap does.
    const from = Math.max(0, offset);
    const to = Math.min(room, offset + length * now.scale);
    const first = offset - ratio * (drawn + edge);
    return to <= from || (first <= from + 1 && first + ratio * (room + 2 * edge) >= to - 1);
  };
  return (
    holds(now.x, view.x, screen.width, margin.width, image.width) &&
    holds(now.y, view.y, screen.height, margin.height, image.height)
  );
}

export const isSharp = ({ view }: Frame, now: View): boolean =>
  view.scale === now.scale && view.x === now.x && view.y === now.y;
