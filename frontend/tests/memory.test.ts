// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from "vitest";
import { refreshBoot } from "../workbench/shell/memory";
import { boot } from "./desk-at-work";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("what the next visit starts with is not waited for on a line that hangs", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (_url: string, { signal }: RequestInit) =>
    new Promise((_done, failed) => signal?.addEventListener("abort", () => failed(new Error("given up")))));
  const done = vi.fn();
  void refreshBoot(boot()).then(done);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toHaveBeenCalledOnce();
  expect(localStorage.length).toBe(0);
});
