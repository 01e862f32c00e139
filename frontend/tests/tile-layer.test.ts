// @vitest-environment happy-dom
/** A closer look at a large picture fetches what is in view, all of it, and holds no more than it must. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { TileLayer } from "../workbench/view/tile_layer";
import { nameOf, tilesFor } from "../workbench/view/tiles";

const picture = { width: 12_000, height: 8_000, tiles: "/media/a-tiles-b/0-0-0.webp" };
const screen = { width: 1920, height: 1080 };
const view = { x: -500, y: -400, scale: 0.3 };

let fetched: string[];
let open: number;
let layer: TileLayer;

const nameIn = (url: string): string => /([^/]+)\.webp$/.exec(url)![1]!;
/** Until nothing more is asked for. */
async function rested(): Promise<void> {
  for (let before = -1; before < fetched.length; ) {
    before = fetched.length;
    await vi.advanceTimersByTimeAsync(500);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("devicePixelRatio", 2);
  [fetched, open] = [[], 0];
  vi.stubGlobal("fetch", async (url: string) => {
    fetched.push(nameIn(url));
    return new Response(new Blob(["tile"]));
  });
  vi.stubGlobal("createImageBitmap", async () => {
    open++;
    return { width: 512, height: 512, close: () => open-- };
  });
  layer = new TileLayer(document.createElement("div"), picture, () => false, () => screen);
});

afterEach(() => {
  layer.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("tiles", () => {
  test("come for all that a dense screen shows", async () => {
    const needed = tilesFor(picture, view, screen, 2).map(nameOf);
    expect(needed.length).toBeGreaterThan(100);
    layer.move(view);
    await rested();
    expect(new Set(fetched)).toEqual(new Set(needed));
    expect(fetched).toHaveLength(needed.length);
  });

  test("are let go when the view has left them", async () => {
    const views = [0, 1, 2, 3, 4].map((n) => ({ ...view, x: -300 * n }));
    for (const one of views) {
      layer.move(one);
      await rested();
    }
    const most = Math.max(...views.map((one) => tilesFor(picture, one, screen, 2).length));
    expect(fetched.length).toBeGreaterThan(most);
    expect(open).toBeLessThanOrEqual(most);
    layer.stop();
    expect(open).toBe(0);
  });

  test("are never more than memory bears: a larger screen gets coarser ones", () => {
    const huge = { width: 60_000, height: 40_000 };
    for (let scale = 0.01; scale < 4; scale *= 1.13) {
      const places = tilesFor(huge, { x: -9000 * scale, y: -9000 * scale, scale }, { width: 3840, height: 2160 }, 2);
      expect(places.length).toBeLessThanOrEqual(256);
    }
  });

  test("on a line that hangs are given up, and asked for again", async () => {
    const waiting = new Set<string>();
    vi.stubGlobal("fetch", (url: string, { signal }: RequestInit) => {
      fetched.push(nameIn(url));
      waiting.add(url);
      return new Promise((_done, failed) => signal!.addEventListener("abort", () => failed(waiting.delete(url))));
    });
    layer.move(view);
    await vi.advanceTimersByTimeAsync(1_000);
    const first = [...fetched];
    expect(waiting.size).toBe(first.length);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(fetched.slice(first.length)).toEqual(expect.arrayContaining(first));
    layer.stop();
    expect(waiting.size).toBe(0);
  });

  test("under a magnifying glass are finer than the view's, and few", async () => {
    const fitted = { x: 0, y: 0, scale: 0.05 };
    layer.move(fitted);
    await rested();
    expect(fetched).toEqual([]);
    layer.glance({ x: 66 - 3000 * 0.2, y: 66 - 2000 * 0.2, scale: 0.2 }, { width: 132, height: 132 });
    await rested();
    expect(fetched.length).toBeGreaterThan(0);
    expect(fetched.length).toBeLessThanOrEqual(4);
    expect(layer.arrived.peek()).toBe(fetched.length);
  });
});
