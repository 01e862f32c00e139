import "fake-indexeddb/auto";
import { Window } from "happy-dom";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "../workbench/desk";
import { leave, LEAVE_AFTER_MS } from "../workbench/shell/leave";
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

test("without a line, it says what is not yet sent", async () => {
  server.fail = { when: "before", as: "offline" };
  answer(desk);
  await leave(desk);
  expect([desk.outbox.unsent, desk.dialog.peek(), sent]).toEqual([1, "leave", []]);
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
