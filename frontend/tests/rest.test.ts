// @vitest-environment happy-dom
/** What a page does at rest: has what it held within kept for the next one. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepWithin } from "../workbench/shell/rest";

const fetched = vi.fn<(url: string) => Promise<Response>>();

function part(tag: string, data: Record<string, string>): HTMLElement {
  const element = document.createElement(tag);
  if (tag === "div") element.id = "workbench";
  Object.assign(element.dataset, data);
  return element;
}

beforeEach(() => {
  document.body.replaceChildren(part("div", { within: "abc" }), part("style", { at: "/a.css" }), part("p", { at: "/b.js" }));
  fetched.mockReset().mockImplementation(() => Promise.resolve(new Response("x")));
  vi.stubGlobal("fetch", fetched);
});

afterEach(() => vi.unstubAllGlobals());

const jar = (): string[] => {
  const set = vi.fn<(value: string) => void>();
  vi.spyOn(document, "cookie", "set").mockImplementation(set);
  return set.mock.calls as unknown as string[];
};

test("what stands within the page is fetched under its address, and the server hears of it", async () => {
  const cookies = jar();
  await keepWithin();
  expect(fetched.mock.calls.map(([url]) => url)).toEqual(["/a.css", "/b.js"]);
  expect(cookies).toEqual([[expect.stringMatching(/^within=abc; path=\/desk\/;/)]]);
});

test("without a line, or where it is refused, the next page holds it again", async () => {
  const cookies = jar();
  fetched.mockImplementation(() => Promise.resolve(new Response("no", { status: 404 })));
  await keepWithin();
  fetched.mockRejectedValue(new TypeError("offline"));
  await expect(keepWithin()).rejects.toThrow();
  expect(cookies).toEqual([]);
});

test("a page that has them by their addresses, as after signing in, says so and asks for nothing", async () => {
  const cookies = jar();
  document.body.replaceChildren(part("div", { within: "abc" }));
  await keepWithin();
  expect([fetched.mock.calls, cookies.length]).toEqual([[], 1]);
});

test("a page of a browser that has said so asks for nothing", async () => {
  document.body.replaceChildren(part("div", {}));
  await keepWithin();
  expect(fetched).not.toHaveBeenCalled();
});
