// @vitest-environment happy-dom
/** Closing the page asks first exactly while something is not on the disk. */
import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import type { Desk } from "../workbench/desk";
import { listen } from "../workbench/input";
import { crash, FakeServer, settled, workingDesk } from "./desk-at-work";

let desk: Desk;
afterEach(async () => {
  vi.restoreAllMocks();
  await crash(desk);
});

/** Whether the page would ask: by the standard's way, and by the older one. */
function asks(): [boolean, boolean] {
  const event = new Event("beforeunload", { cancelable: true });
  Object.defineProperty(event, "returnValue", { value: "", writable: true });
  window.dispatchEvent(event);
  return [event.defaultPrevented, Boolean((event as BeforeUnloadEvent).returnValue)];
}

test("while a change is on its way to the disk, or could not be kept, and not before or after", async () => {
  const server = new FakeServer();
  desk = await workingDesk(server);
  listen(desk);
  const { editor } = desk.session.work.peek()!;
  expect(asks()).toEqual([false, false]);

  editor.setTag("light", "good");
  expect(asks()).toEqual([true, true]);
  await settled(desk);
  expect(asks()).toEqual([false, false]);

  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("disk full", "QuotaExceededError");
  });
  editor.setTag("light", "dark");
  await settled(desk);
  expect(asks()).toEqual([true, true]);
  full.mockRestore();
  editor.setTag("light", "good");
  await settled(desk);
  expect(asks()).toEqual([false, false]);

  // What is kept and not yet sent is safe here.
  server.fail = { when: "before", as: "offline" };
  desk.session.submit();
  await settled(desk);
  expect([desk.outbox.unsent, asks()]).toEqual([1, [false, false]]);
});
