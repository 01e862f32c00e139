// @vitest-environment happy-dom
/** Guides that are edited while people work: what is told, kept, and let go of. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Schema, SyncRequest, SyncResponse } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { bringKept, keepPictures, unsigned } from "../workbench/guides/kept";
import { tellNews } from "../workbench/guides/news";
import { keepTidy, RECENT } from "../workbench/guides/tidy";
import { readAll, writeAll } from "../workbench/sync/db";
import { answer, desksAt, FakeServer, settled, start } from "./desk-at-work";
import { held, schema, tagsOnly } from "./things";

class Practising extends FakeServer {
  override async sync(request: SyncRequest): Promise<SyncResponse> {
    const response = await super.sync(request);
    return { ...response, tasks: response.tasks.map((one) => ({ ...one, practice: true })) };
  }
}

let server: FakeServer;
const open = desksAt(() => server);

const guide = (guide_html: string, digest: string): Schema => ({ ...schema(tagsOnly), guide_html, digest });
const picture = (name: string, until: number): string => `/media/1-${name}-guide-webp-${until}~sig${until}/guide.webp`;

beforeEach(() => {
  server = new FakeServer();
  server.schema = guide("<p>Old</p>", "a");
  localStorage.clear();
});

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

describe("an edited guide", () => {
  test("comes with the next exchange, without a seat, and is named from then on", async () => {
    const desk = await start(await open());
    expect(server.requests.at(-1)?.known).toEqual([[5, "a"]]);
    server.schema = guide("<p>New</p>", "b");
    await settled(desk);
    expect(desk.session.schemas.get(5)?.guide_html).toBe("<p>New</p>");
    expect((await readAll(desk.db)).schemas.map(({ digest }) => digest)).toEqual(["b"]);
    expect(server.requests.at(-1)?.known).toEqual([[5, "b"]]);
  });

  test("comes to a browser that kept the schema under an earlier version", async () => {
    const desk = await open();
    await writeAll(desk.db, ["schemas"], (writes) => void writes.objectStore("schemas").put({ ...schema(tagsOnly), id: 5 }));
    await start(await open());
    expect(server.requests[0]?.known.map(([id, digest]) => [id, digest])).toEqual([[5, undefined]]);
  });
});

describe("schemas that are no longer needed", () => {
  const store = (desk: Desk, ids: readonly number[]): Promise<void> =>
    writeAll(desk.db, ["schemas"], (writes) => {
      for (const id of ids) void writes.objectStore("schemas").put({ ...guide("", "x"), id });
    });
  const ids = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

  test("are let go of, but for the most recent, and those of held seats and sent answers", async () => {
    await store(await open(), ids(6, 1500));
    const desk = await open();
    keepTidy(desk);
    await start(desk);
    answer(desk);
    await settled(desk);
    const left = [5, ...ids(1501 - RECENT, 1500)].sort((a, b) => a - b);
    expect([...desk.session.schemas.keys()].sort((a, b) => a - b)).toEqual(left);
    expect((await readAll(desk.db)).schemas.map(({ id }) => id)).toEqual(left);
    await settled(desk);
    expect(server.requests.at(-1)?.known.length).toBe(left.length);
  });

  test("are asked for when an answer takes one for known after all", async () => {
    const desk = await open();
    keepTidy(desk);
    await start(desk);
    desk.session.schemas.delete(5);
    desk.session.receive([held(90)], {});
    await settled(desk);
    await settled(desk);
    expect(server.requests.filter(({ resume }) => resume).length).toBe(2);
    expect(desk.session.schemas.has(5)).toBe(true);
  });
});

describe("the notice of a guide", () => {
  const words = (): string => document.querySelector(".guide-news")?.textContent ?? "";
  const drawn = (): Promise<unknown> => new Promise((done) => setTimeout(done, 20));
  const close = async (): Promise<void> => {
    document.querySelector<HTMLButtonElement>('.guide-news [aria-label="Close"]')?.click();
    await drawn();
  };

  async function opened(): Promise<Desk> {
    document.body.replaceChildren();
    const desk = await start(await open());
    tellNews(desk);
    await drawn();
    return desk;
  }

  /** By somebody who knows the guide as it is. */
  async function atWork(): Promise<Desk> {
    const desk = await opened();
    await close();
    return desk;
  }

  async function edit(desk: Desk, html: string): Promise<void> {
    server.schema = guide(html, html);
    await settled(desk);
    await drawn();
  }

  test("says that there is one, once", async () => {
    await opened();
    expect(words()).toContain("“Boards” has a guide.");
    await close();
    await opened();
    expect(words()).toBe("");
  });

  test("is not shown where there is none", async () => {
    server.schema = guide("", "a");
    await opened();
    expect(words()).toBe("");
  });

  test("is not shown to who practises and has read it before the first image", async () => {
    server = new Practising();
    server.schema = guide("<p>Old</p>", "a");
    const desk = await opened();
    desk.session.practice.introduce(1);
    await drawn();
    expect([desk.scope.peek(), words()]).toEqual(["desk", ""]);
    await edit(desk, "<p>New</p>");
    expect(words()).toContain("has changed");
  });

  test("stays until the guide is read, and is not said again", async () => {
    const desk = await atWork();
    await edit(desk, "<p>New</p>");
    expect(words()).toContain("“Boards” has changed");
    desk.dialog.value = "guide";
    desk.dialog.value = null;
    await drawn();
    expect(words()).toBe("");
    await edit(desk, "<p>Newer</p>");
    expect(words()).not.toBe("");
    document.querySelector<HTMLButtonElement>('.guide-news [aria-label="Close"]')?.click();
    await drawn();
    expect(words()).toBe("");
  });

  test("is said on a later page of a change that came while one was away", async () => {
    const desk = await atWork();
    server.schema = guide("<p>New</p>", "b");
    desk.sync.stop();
    await opened();
    expect(words()).toContain("has changed");
  });

  test("is not said of pictures that are only signed anew", async () => {
    server.schema = guide(`<p><img src="${picture("ab", 100)}" alt="x"></p>`, "a");
    const desk = await atWork();
    await edit(desk, `<p><img src="${picture("ab", 200)}" alt="x"></p>`);
    expect(words()).toBe("");
    await edit(desk, `<p><img src="${picture("cd", 200)}" alt="x"></p>`);
    expect(words()).not.toBe("");
  });
});

describe("pictures of guides that are taken along", () => {
  const kept = new Map<string, Response>();
  const fetched: string[] = [];
  let line: Promise<void>;

  beforeEach(() => {
    kept.clear();
    fetched.length = 0;
    const cache = {
      keys: async () => [...kept.keys()].map((url) => ({ url })),
      delete: async (url: string) => kept.delete(url),
      put: async (url: string, response: Response) => void kept.set(url, response),
    };
    vi.stubGlobal("caches", { open: async () => cache, match: async (url: string) => kept.get(url)?.clone() });
    line = Promise.resolve();
    vi.stubGlobal("fetch", async (url: string) => {
      fetched.push(url);
      await line;
      return new Response("picture");
    });
  });

  const html = (...urls: string[]): string => urls.map((url) => `<img src="${url}" alt="">`).join("");

  test("are fetched once however often they are signed, and dropped with their guide", async () => {
    await keepPictures(7, [html(picture("ab", 100), picture("cd", 100))]);
    await keepPictures(7, [html(picture("ab", 200))]);
    expect(fetched).toEqual([picture("ab", 100), picture("cd", 100)]);
    expect([...kept.keys()]).toEqual([expect.stringContaining("1-ab-guide-webp")]);
    await keepPictures(7, []);
    expect(kept.size).toBe(0);
  });

  test("stand in for what the line does not bring", async () => {
    await keepPictures(7, [html(picture("ab", 100))]);
    const image = document.createElement("img");
    image.setAttribute("src", picture("ab", 300));
    await bringKept({ target: image } as unknown as Event);
    expect(image.src).toMatch(/^blob:/);
    const other = document.createElement("img");
    other.setAttribute("src", picture("ef", 300));
    await bringKept({ target: other } as unknown as Event);
    expect(other.getAttribute("src")).toBe(picture("ef", 300));
  });

  test("are kept for the images that are taken along", async () => {
    server.schema = guide(html(picture("ab", 100)), "a");
    const desk = await open();
    keepTidy(desk);
    await start(desk);
    expect(fetched).toEqual([]);
    desk.takePack(10);
    await settled(desk);
    await vi.waitUntil(() => kept.size === 1);
    expect(fetched.filter((url) => url.includes("-guide-"))).toEqual([picture("ab", 100)]);
  });

  test("are fetched once however many exchanges there are meanwhile", async () => {
    server.schema = guide(html(picture("ab", 100)), "a");
    const desk = await open();
    keepTidy(desk);
    await start(desk);
    let bring = (): void => {};
    line = new Promise((done) => (bring = done));
    desk.takePack(10);
    for (let exchange = 0; exchange < 3; exchange++) await settled(desk);
    expect(desk.pack.left.peek().length).toBeGreaterThan(0);
    expect(kept.size).toBe(0);
    bring();
    await vi.waitUntil(() => kept.size === 1);
    await settled(desk);
    expect(fetched.filter((url) => url.includes("-guide-"))).toEqual([picture("ab", 100)]);
  });

  test("are the same under another signature", () => {
    expect(unsigned(html(picture("ab", 100)))).toBe(unsigned(html(picture("ab", 200))));
    expect(unsigned(html(picture("ab", 100)))).not.toBe(unsigned(html(picture("cd", 100))));
  });
});
