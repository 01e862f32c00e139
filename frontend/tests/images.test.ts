import { beforeEach, expect, test } from "vitest";
import { byLine, heldFirst, Images, isLight, type Loader } from "../workbench/session/images";

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

test("a light copy that came within the page gives way to the whole picture once nothing else is fetched", async () => {
  const held = { src: "data:image/webp;base64,eA==", dataset: { of: "/media/a.webp", light: "" } } as unknown as HTMLImageElement;
  const images = new Images(heldFirst(held, loader));
  images.keep(["/media/a.webp", "/media/b.webp", "/media/c.webp"]);
  expect(isLight(await images.get("/media/a.webp"))).toBe(true);
  await images.rest();
  expect(asked).toEqual([held.src, "/media/b.webp", "/media/c.webp"]);
  const whole = await images.whole("/media/a.webp");
  expect(images.peek("/media/a.webp")).toBe(whole);
  expect(isLight(whole)).toBe(false);
  expect(asked.at(-1)).toBe("/media/a.webp");
});

test("a picture that is no longer wanted is not kept when the whole of it comes", async () => {
  const images = new Images(loader);
  images.keep(["/media/a.webp"]);
  await images.get("/media/a.webp");
  const coming = images.whole("/media/a.webp");
  images.keep([]);
  await coming;
  expect(images.peek("/media/a.webp")).toBeNull();
});
