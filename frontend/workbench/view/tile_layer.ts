/** A closer look at a large picture: its own pixels, as tiles, over the smaller copy of it. */
import type { Size } from "../model/geometry";
import type { View } from "./camera";
import { bitmapSize, type Frame, marginOf, transformOf } from "./plane";
import { levelFor, nameOf, TILE, type TilePlace, tilesIn } from "./tiles";

export interface LargePicture extends Size {
  /** The address of the tiles; the last part of its path gives way to the name of one. */
  readonly tiles: string;
}

/** The hand rests: before that, nothing is asked of the line. */
const REST_MS = 150;
const AT_ONCE = 2;
const KEPT = 40;
const AGAIN_MS = 2_000;
/** A worker cuts the largest pictures in less; then the smaller copy has to do. */
const TRIES = 30;

export class TileLayer {
  private readonly canvas = document.createElement("canvas");
  private readonly tiles = new Map<string, ImageBitmap>();
  private wanted: string[] = [];
  private places = new Map<string, TilePlace>();
  private readonly loading = new Set<string>();
  private tries = 0;
  private frame: Frame | null = null;
  private view: View = { x: 0, y: 0, scale: 1 };
  private timer: ReturnType<typeof setTimeout> | undefined;
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

  stop(): void {
    clearTimeout(this.timer);
    this.abort.abort();
    for (const tile of this.tiles.values()) tile.close();
    this.canvas.remove();
  }

  private look(): void {
    const { picture, view } = this;
    const level = levelFor(picture, view.scale, devicePixelRatio, this.isSlow() ? 1 : 0);
    const places = level === null ? [] : tilesIn(picture, view, this.screen(), level);
    this.canvas.hidden = places.length === 0;
    this.places = new Map(places.map((place) => [nameOf(place), place]));
    this.wanted = [...this.places.keys()].slice(0, KEPT);
    if (places.length === 0) return;
    this.draw();
    this.fetchNext();
  }

  private fetchNext(): void {
    for (const name of this.wanted) {
      if (this.loading.size >= AT_ONCE) return;
      if (this.tiles.has(name) || this.loading.has(name)) continue;
      this.loading.add(name);
      void this.fetch(name).finally(() => this.loading.delete(name));
    }
  }

  private async fetch(name: string): Promise<void> {
    const url = this.picture.tiles.replace(/[^/]*$/, `${name}.webp`);
    const response = await fetch(url, { credentials: "same-origin", signal: this.abort.signal }).catch(() => null);
    if (response?.ok) {
      const tile = await createImageBitmap(await response.blob());
      this.tries = 0;
      this.tiles.set(name, tile);
      this.drop();
      this.draw();
      this.loading.delete(name);
      this.fetchNext();
    } else if ((!response || response.status === 503) && !this.abort.signal.aborted && this.tries++ < TRIES) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), AGAIN_MS);
    }
  }

  private drop(): void {
    for (const [name, tile] of this.tiles) {
      if (this.tiles.size <= KEPT) return;
      if (this.places.has(name)) continue;
      tile.close();
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
    for (const [name, { level, column, row }] of this.places) {
      const tile = this.tiles.get(name);
      const side = TILE * 2 ** level;
      if (tile) context.drawImage(tile, column * side, row * side, tile.width * 2 ** level, tile.height * 2 ** level);
    }
  }
}
