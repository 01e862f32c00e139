import { expect, test } from "vitest";
import { heldFirst, type Loader } from "../workbench/session/images";

const asked: string[] = [];
const loader: Loader = {
  load: (url) => {
    asked.push(url);
    return Promise.resolve({ src: url } as HTMLImageElement);
  },
};

test("a picture that came within the page is not fetched, every other one is", async () => {
  const held = { src: "data:image/webp;base64,eA==", dataset: { of: "/media/a.webp" } } as unknown as HTMLImageElement;
  for (const from of [heldFirst(held, loader), heldFirst(null, loader)]) {
    await from.load("/media/a.webp");
    await from.load("/media/b.webp");
  }
  expect(asked).toEqual([held.src, "/media/b.webp", "/media/a.webp", "/media/b.webp"]);
});
