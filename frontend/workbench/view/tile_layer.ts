/** A closer look at a large picture: its own pixels, as tiles, over the smaller copy of it. */
import { signal } from "@preact/signals";
import type { Size } from "../model/geometry";
import { fetchAll } from "../sync/patience";
import type { View } from "./camera";
import { bitmapSize, type Frame, marginOf, transformOf } from "./plane";
import { nameOf, TILE, type TilePlace, tilesFor } from "./tiles";

export interface LargePicture extends Size {
  /** The address of the tiles; the last part of its path gives way to the name of one. */
  readonly tiles: string;
}

/** The hand rests: before that, nothing is asked of the line. */
const REST_MS = 150;
const AT_ONCE = 2;
/** Beside those in use, for the way back. */
const KEPT = 40;
const AGAIN_MS = 2_000;
/** Two at once for a minute and a half: a busy worker cuts the largest pictures in less; then the smaller copy has to do. */
const TRIES = 90;

interface Tile extends TilePlace {
  readonly bitmap: ImageBitmap;
}

const NONE: ReadonlyMap<string, TilePlace> = new Map();
const named = (places: readonly TilePlace[]): Map<string, TilePlace> => new Map(places.map((place) => [nameOf(place), place]));

function put(context: CanvasRenderingContext2D, { level, column, row, bitmap }: Tile): void {
  const side = TILE * 2 ** level;
  context.drawImage(bitmap, column * side, row * side, bitmap.width * 2 ** level, bitmap.height * 2 ** level);
}

export class TileLayer {
  /** Counts the tiles that have come. */
  readonly arrived = signal(0);
  private readonly canvas = document.createElement("canvas");
  private readonly tiles = new Map<string, Tile>();
  /** What the view needs, and what a glass over it needs. */
  private places = NONE;
  private glanced = NONE;
  private readonly loading = new Set<string>();
  private tries = 0;
  private frame: Frame | null = null;
  private view: View = { x: 0, y: 0, scale: 1 };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private glanceTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly abort = new AbortController();

  /** @param isSlow whether the line is too slow for the finest tiles. */
  constructor(
    host: HTMLElement,
    private readonly picture: LargePicture,
    private readonly isSlow: () => boolean,
    private readonly screen: () => Size,
  ) {
    this.canvas.className = "shapes tiles";
    this.canvas.hidden = true;
    host.replaceChildren(this.canvas);
  }

  move(view: View): void {
    this.view = view;
    if (this.frame) this.canvas.style.transform = transformOf(this.frame, view);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), REST_MS);
  }

  /** The part of the picture under a glass, as a view of its own on a screen of the glass's size. */
  glance(view: View, screen: Size): void {
    clearTimeout(this.glanceTimer);
    this.glanceTimer = setTimeout(() => {
      this.glanced = named(tilesFor(this.picture, view, screen, devicePixelRatio, this.coarser));
      this.fetchNext();
    }, REST_MS);
  }

  /** No glass any more. */
  glanceAway(): void {
    clearTimeout(this.glanceTimer);
    this.glanced = NONE;
  }

  /** All that is there of a part of the picture, in its pixels; finer tiles over coarser ones. */
  paint(context: CanvasRenderingContext2D, x: number, y: number, side: number): void {
    const meets = ({ level, column, row }: TilePlace): boolean => {
      const size = TILE * 2 ** level;
      return column * size < x + side && (column + 1) * size > x && row * size < y + side && (row + 1) * size > y;
    };
    const there = [...this.tiles.values()].filter(meets).sort((a, b) => b.level - a.level);
    for (const tile of there) put(context, tile);
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.glanceTimer);
    this.abort.abort();
    for (const { bitmap } of this.tiles.values()) bitmap.close();
    this.tiles.clear();
    this.canvas.remove();
  }

  private get coarser(): number {
    return this.isSlow() ? 1 : 0;
  }

  private look(): void {
    const places = tilesFor(this.picture, this.view, this.screen(), devicePixelRatio, this.coarser);
    this.canvas.hidden = places.length === 0;
    this.places = named(places);
    if (places.length > 0) this.draw();
    this.fetchNext();
  }

  private fetchNext(): void {
    for (const [name, place] of [...this.places, ...this.glanced]) {
      if (this.loading.size >= AT_ONCE) return;
      if (this.tiles.has(name) || this.loading.has(name)) continue;
      this.loading.add(name);
      void this.fetch(name, place).finally(() => this.loading.delete(name));
    }
  }

  private async fetch(name: string, place: TilePlace): Promise<void> {
    const url = this.picture.tiles.replace(/[^/]*$/, `${name}.webp`);
    const response = await fetchAll(url, { signal: this.abort.signal }).catch(() => null);
    if (response?.ok) {
      const bitmap = await createImageBitmap(await response.blob());
      if (this.abort.signal.aborted) return bitmap.close();
      this.tries = 0;
      this.tiles.set(name, { ...place, bitmap });
      this.drop();
      if (this.places.has(name)) this.draw();
      this.arrived.value++;
      this.loading.delete(name);
      this.fetchNext();
    } else if ((!response || response.status === 503) && !this.abort.signal.aborted && this.tries++ < TRIES) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), AGAIN_MS);
    }
  }

  private drop(): void {
    const kept = Math.max(KEPT, this.places.size + this.glanced.size);
    for (const [name, { bitmap }] of this.tiles) {
      if (this.tiles.size <= kept) return;
      if (this.places.has(name) || this.glanced.has(name)) continue;
      bitmap.close();
      this.tiles.delete(name);
    }
  }

  /** All tiles that are there, where the view has them. */
  private draw(): void {
    const { view } = this;
    const screen = this.screen();
    this.frame = { view, screen };
    const { width, height } = bitmapSize(screen);
    const density = devicePixelRatio;
    Object.assign(this.canvas, { width: Math.round(width * density), height: Math.round(height * density) });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px`, transform: transformOf(this.frame, view) });
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const margin = marginOf(screen);
    const scale = view.scale * density;
    context.setTransform(scale, 0, 0, scale, (view.x + margin.width) * density, (view.y + margin.height) * density);
    context.imageSmoothingEnabled = scale < 2;
    for (const name of this.places.keys()) {
      const tile = this.tiles.get(name);
      if (tile) put(context, tile);
    }
  }
}
