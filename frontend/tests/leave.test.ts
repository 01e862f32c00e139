import "fake-indexeddb/auto";
import { Window } from "happy-dom";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "../workbench/desk";
import { leave, LEAVE_AFTER_MS, signOut } from "../workbench/shell/leave";
import { answer, crash, FakeServer, settled, workingDesk } from "./desk-at-work";
import { schema, tagsOnly } from "./things";

let window: Window;
let server: FakeServer;
let desk: Desk;
const sent: string[] = [];

beforeEach(async () => {
  window = new Window({ url: "http://localhost/desk/" });
  vi.stubGlobal("document", window.document);
  vi.stubGlobal("localStorage", window.localStorage);
  sent.length = 0;
  window.HTMLFormElement.prototype.submit = function () {
    sent.push(this.action);
  };
  server = new FakeServer();
  server.schema = schema(tagsOnly);
  desk = await workingDesk(server);
});
afterEach(async () => {
  vi.useRealTimers();
  await crash(desk);
  vi.unstubAllGlobals();
});

test("with all sent, signing out asks nothing", async () => {
  answer(desk);
  await leave(desk);
  expect([desk.outbox.unsent, server.stored.size, desk.dialog.peek(), sent.length]).toEqual([0, 1, null, 1]);
});

test("without a line, it says what is not yet sent, and whoever stays has all that was there", async () => {
  server.fail = { when: "before", as: "offline" };
  answer(desk);
  const held = desk.session.held.peek();
  await leave(desk);
  expect([desk.outbox.unsent, desk.dialog.peek(), sent]).toEqual([1, "leave", []]);
  expect(desk.session.held.peek()).toEqual(held);
});

test("without a line it asks even when nothing waits: nobody could come back", async () => {
  await settled(desk);
  server.fail = { when: "before", as: "offline" };
  const held = desk.session.held.peek();
  await leave(desk);
  expect([desk.outbox.unsent, desk.dialog.peek(), sent]).toEqual([0, "leave", []]);
  expect(desk.session.held.peek()).toEqual(held);
});

test("whoever leaves without a line leaves word for the first request that gets through", async () => {
  const reload = vi.fn();
  vi.stubGlobal("location", { reload });
  window.document.cookie = "csrftoken=of-this-session";
  server.fail = { when: "before", as: "offline" };
  await desk.sync.poke();
  await signOut(desk);
  expect([reload.mock.calls.length, sent]).toEqual([1, []]);
  expect(window.document.cookie).toContain("left=of-this-session");
});

test("on a line that hangs it says so in time, and the exchange goes on", async () => {
  await settled(desk);
  let goOn = (): void => {};
  const sync = server.sync.bind(server);
  vi.spyOn(server, "sync").mockImplementation(async (request) => {
    await new Promise<void>((done) => (goOn = done));
    return sync(request);
  });
  answer(desk);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const leaving = leave(desk);
  await vi.advanceTimersByTimeAsync(LEAVE_AFTER_MS);
  await leaving;
  expect([desk.dialog.peek(), sent]).toEqual(["leave", []]);
  vi.useRealTimers();
  goOn();
  await vi.waitUntil(() => desk.outbox.unsent === 0);
  expect(server.stored.size).toBe(1);
  vi.mocked(server.sync).mockRestore();
  goOn();
});
