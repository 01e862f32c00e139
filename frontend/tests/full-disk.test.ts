/** A disk that does not take everything: what is on it in the end is what was done last. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openDesk, readAll, type Stored } from "../workbench/sync/db";
import { answer, askingServer, crash, desksAt, type FakeServer, settled, start } from "./desk-at-work";

let server: FakeServer;
const open = desksAt(() => server);

/** From now on the disk does not take these rows, asked for in this way. */
const refuse = (how: "add" | "put", which: (row: object) => boolean = () => true): void => {
  const real = IDBObjectStore.prototype[how];
  vi.spyOn(IDBObjectStore.prototype, how).mockImplementation(function (this: IDBObjectStore, row: object, key?: IDBValidKey) {
    if (which(row)) throw new DOMException("disk full", "QuotaExceededError");
    return key === undefined ? real.call(this, row) : real.call(this, row, key);
  });
};
async function onDisk(): Promise<Stored> {
  const db = await openDesk(7);
  const stored = await readAll(db);
  db.close();
  return stored;
}
const tasks = (rows: readonly { task: number }[]): number[] => rows.map(({ task }) => task);

beforeEach(() => {
  server = askingServer();
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a step that could not be kept does not come after the answer, nor hold it up", async () => {
  const desk = await start(await open());
  server.fail = { when: "before", as: "offline" };
  refuse("put", (row) => "step" in row);
  desk.session.work.peek()!.editor.setTag("light", "good");
  await settled(desk);
  expect(desk.saver.failed.peek()).toBe(true);
  desk.session.submit();
  await settled(desk);
  expect((await onDisk()).outbox).toHaveLength(1);
  vi.restoreAllMocks();
  answer(desk);
  await settled(desk);
  await crash(desk);
  const { drafts, steps, outbox } = await onDisk();
  expect([drafts, steps, outbox.length, desk.saver.failed.peek()]).toEqual([[], [], 2, false]);
});

test("an answer that comes back after it could not be kept has its draft", async () => {
  const desk = await start(await open());
  server.refuse.add(1001);
  refuse("add");
  answer(desk);
  await settled(desk);
  vi.restoreAllMocks();
  answer(desk);
  await settled(desk);
  await crash(desk);
  const { drafts, outbox } = await onDisk();
  expect([tasks(drafts), drafts[0]?.refusal?.code, outbox, desk.saver.failed.peek()]).toEqual([[1001], "unknown_class", [], false]);
});

test("answers that the server has before the disk does leave nothing to be kept, and the work goes on", async () => {
  const desk = await start(await open());
  refuse("add");
  server.fail = { when: "before", as: "offline" };
  answer(desk);
  answer(desk);
  await settled(desk);
  expect([desk.outbox.unsent, desk.saver.failed.peek()]).toEqual([2, true]);
  server.fail = null;
  await settled(desk);
  expect([server.stored.size, desk.outbox.unsent, desk.saver.failed.peek()]).toEqual([2, 0, false]);
  await crash(desk);
  const { held, drafts, steps, outbox } = await onDisk();
  expect([drafts, steps, outbox]).toEqual([[], [], []]);
  expect(tasks(held)).not.toContain(1001);
  expect(tasks(held)).not.toContain(1002);
});

test("parcels are on the disk each once, also when one was undone half-way", async () => {
  const desk = await start(await open());
  server.fail = { when: "before", as: "offline" };
  // The browser undoes the first one when it is to be written through.
  const { commit } = IDBTransaction.prototype;
  vi.spyOn(IDBTransaction.prototype, "commit").mockImplementationOnce(function (this: IDBTransaction) {
    this.abort();
  });
  desk.session.report("tool", "first");
  desk.session.report("tool", "second");
  await settled(desk);
  expect(IDBTransaction.prototype.commit).not.toBe(commit);
  await crash(desk);
  expect((await onDisk()).outbox.map(({ body }) => "note" in body && body.note).sort()).toEqual(["first", "second"]);
});

test("what the person wants is not kept on a full disk, is said so, and is tried again with whatever is kept next", async () => {
  const desk = await start(await open());
  const keys = { skip: "F9" };
  refuse("put");
  desk.keep({ keys: { skip: "F8" } });
  desk.keep({ keys, asides: [3] });
  await settled(desk);
  expect([desk.saver.failed.peek(), (await onDisk()).settings?.keys]).toEqual([true, undefined]);
  vi.restoreAllMocks();
  desk.session.work.peek()!.editor.setTag("light", "good");
  await settled(desk);
  await crash(desk);
  const { settings } = await onDisk();
  expect([settings?.keys, settings?.asides, desk.saver.failed.peek()]).toEqual([keys, [3], false]);
});

test("answers do not wait for what the person wants, which is still owed", async () => {
  const desk = await start(await open());
  server.fail = { when: "before", as: "offline" };
  refuse("put", (row) => "lastClass" in row);
  desk.keep({ keys: { skip: "F9" } });
  await settled(desk);
  answer(desk);
  await settled(desk);
  await crash(desk);
  const { outbox, settings } = await onDisk();
  expect([outbox.length, settings?.keys, desk.saver.failed.peek()]).toEqual([1, undefined, true]);
});
