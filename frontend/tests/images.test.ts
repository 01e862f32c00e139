import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { byLine, decodeImage, heldFirst, Images, isLight, type Loader } from "../workbench/session/images";

let asked: string[] = [];
const loader: Loader = {
  load: (url) => {
    asked.push(url);
    return Promise.resolve({ src: url, dataset: {} } as HTMLImageElement);
  },
};

beforeEach(() => (asked = []));

test("a picture that came within the page is not fetched, every other one is", async () => {
  const held = { src: "data:image/webp;base64,eA==", dataset: { of: "/media/a.webp" } } as unknown as HTMLImageElement;
  for (const from of [heldFirst(held, loader), heldFirst(null, loader)]) {
    await from.load("/media/a.webp");
    await from.load("/media/b.webp");
  }
  expect(asked).toEqual([held.src, "/media/b.webp", "/media/a.webp", "/media/b.webp"]);
});

test("a slow line gets light copies of tasks' pictures, and the whole one where that is asked for", async () => {
  const line = { isSlow: true };
  const images = byLine(line, loader);
  expect(isLight(await images.load("/media/a.webp"))).toBe(true);
  expect(isLight(await images.load("blob:taken-along"))).toBe(false);
  await images.load("/media/a.webp", true);
  line.isSlow = false;
  expect(isLight(await images.load("/media/b.webp"))).toBe(false);
  expect(asked).toEqual(["/media/a.webp?light", "blob:taken-along", "/media/a.webp", "/media/b.webp"]);
});

test("a light copy that came within the page gives way to the whole picture", async () => {
  const held = { src: "data:image/webp;base64,eA==", dataset: { of: "/media/a.webp", light: "" } } as unknown as HTMLImageElement;
  const images = new Images(heldFirst(held, loader));
  images.keep(["/media/a.webp"]);
  expect(isLight(await images.get("/media/a.webp"))).toBe(true);
  const whole = await images.whole("/media/a.webp", false);
  expect(images.peek("/media/a.webp")).toBe(whole);
  expect(whole && isLight(whole)).toBe(false);
  expect(asked).toEqual([held.src, "/media/a.webp"]);
});

test("a picture that is no longer wanted is not kept when the whole of it comes", async () => {
  const images = new Images(loader);
  images.keep(["/media/a.webp"]);
  await images.get("/media/a.webp");
  const coming = images.whole("/media/a.webp", true);
  images.keep([]);
  await coming;
  expect(images.peek("/media/a.webp")).toBeNull();
});

describe("pictures fetched ahead", () => {
  /** Brings pictures when told to. */
  class Line implements Loader {
    readonly asked: string[] = [];
    private readonly waiting = new Map<string, { arrive: (image: HTMLImageElement) => void; fail: (why: Error) => void }>();

    load(url: string): Promise<HTMLImageElement> {
      this.asked.push(url);
      return new Promise((arrive, fail) => this.waiting.set(url, { arrive, fail }));
    }

    async bring(url: string): Promise<void> {
      this.waiting.get(url)!.arrive({ src: url } as HTMLImageElement);
      await turn();
    }

    async lose(url: string): Promise<void> {
      this.waiting.get(url)!.fail(new Error("line"));
      await turn();
    }
  }

  const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
  let line: Line;
  let images: Images;

  beforeEach(() => {
    line = new Line();
    images = new Images(line);
  });

  const keep = async (...urls: string[]): Promise<void> => {
    images.keep(urls);
    await turn();
  };

  test("two at a time, in the order of the tasks", async () => {
    await keep("a", "b", "c", "d");
    expect(line.asked).toEqual(["a", "b"]);
    await line.bring("b");
    expect(line.asked).toEqual(["a", "b", "c"]);
    await line.bring("a");
    expect(line.asked).toEqual(["a", "b", "c", "d"]);
    expect([images.peek("a")?.src, images.peek("b")?.src, images.peek("c")]).toEqual(["a", "b", null]);
  });

  test("the one that is looked at comes before those that wait", async () => {
    await keep("a", "b", "c", "d");
    const wanted = images.get("d");
    await line.bring("a");
    expect(line.asked).toEqual(["a", "b", "d"]);
    await line.bring("d");
    expect((await wanted).src).toBe("d");
  });

  test("none is asked for twice", async () => {
    await keep("a", "b");
    await keep("a", "b", "c");
    const again = images.get("a");
    await line.bring("a");
    expect((await again).src).toBe("a");
    expect(line.asked).toEqual(["a", "b", "c"]);
    expect((await images.get("a")).src).toBe("a");
    expect(line.asked).toHaveLength(3);
  });

  test("one that is needed no more is dropped, and not fetched if it had not begun", async () => {
    await keep("a", "b", "c", "d");
    await line.bring("a");
    await keep("b", "d");
    await line.bring("b");
    expect(images.peek("a")).toBeNull();
    expect(line.asked).toEqual(["a", "b", "c", "d"]);
    // It was under way: it comes, and is not kept.
    await line.bring("c");
    expect(images.peek("c")).toBeNull();
  });

  test("one that is dropped while it waits is never asked for", async () => {
    await keep("a", "b", "c", "d");
    await keep("a", "b", "d");
    await line.bring("a");
    await line.bring("b");
    expect(line.asked).toEqual(["a", "b", "d"]);
  });

  test("the whole one comes before those that wait, or at once", async () => {
    await keep("a", "b", "c", "d");
    void images.whole("a", false);
    await turn();
    expect(line.asked).toEqual(["a", "b"]);
    await line.bring("b");
    expect(line.asked).toEqual(["a", "b", "a"]);
    void images.whole("b", true);
    expect(line.asked).toEqual(["a", "b", "a", "b"]);
    await line.bring("b");
    await line.bring("a");
    expect(line.asked).toEqual(["a", "b", "a", "b", "c"]);
  });

  test("the whole one is not asked for when it is needed no more, and lets others come", async () => {
    await keep("a", "b", "c", "d");
    const whole = images.whole("a", false);
    await keep("b", "c", "d");
    await line.bring("a");
    expect(await whole).toBeNull();
    expect(line.asked).toEqual(["a", "b", "c"]);
    const lost = images.whole("b", true).catch((error: Error) => error.message);
    await line.lose("b");
    expect(await lost).toBe("line");
    await line.bring("c");
    expect(line.asked).toEqual(["a", "b", "c", "b", "d"]);
  });

  test("one that failed makes room for the next, and is asked for anew when it is wanted", async () => {
    await keep("a", "b", "c");
    const lost = images.get("a").catch((error: Error) => error.message);
    await line.lose("a");
    expect(await lost).toBe("line");
    expect(line.asked).toEqual(["a", "b", "c"]);
    await line.lose("b");
    await keep("a", "b", "c");
    expect(line.asked).toEqual(["a", "b", "c", "a"]);
    await line.bring("a");
    expect(images.peek("a")?.src).toBe("a");
  });
});

describe("a picture that never comes", () => {
  /** Decodes when its address is taken away, as an error. */
  class Hanging {
    src = "";
    private giveUp = (_: Error): void => {};

    decode(): Promise<void> {
      return new Promise((_, fail) => (this.giveUp = fail));
    }

    removeAttribute(): void {
      this.giveUp(new Error("given up"));
    }
  }

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("Image", Hanging);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test("is given up after a minute, so that the next ones are fetched", async () => {
    const coming = decodeImage.load("/media/a.webp");
    const ended = vi.fn();
    coming.catch(ended);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_500);
    await expect(coming).rejects.toThrow("given up");
  });
});
