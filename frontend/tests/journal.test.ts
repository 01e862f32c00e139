import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type DeskDb, openDesk, readAll } from "../workbench/sync/db";
import { Journal } from "../workbench/sync/journal";
import { Saver } from "../workbench/sync/saver";
import type { Step } from "../workbench/model/history";
import { newComputer } from "./desk-at-work";
import { shape } from "./things";

const base = { tags: {}, shapes: [shape("old", [1, 1, 9, 9])] };
const refusal = { code: "refused", detail: "Not so.", where: "shapes[0]" };
const step = (key: string): Step => ({ do: "change", diff: [{ what: "tag", key, before: null, after: "x" }] });

let db: DeskDb;
let journal: Journal;
const open = async (): Promise<Journal> => {
  const opened = new Journal(db, new Saver());
  opened.load(await readAll(db));
  return opened;
};

beforeEach(async () => {
  newComputer();
  db = await openDesk(7);
  journal = await open();
});
afterEach(() => {
  vi.restoreAllMocks();
  db.close();
});

test("steps, what they start from and the time spent come back", async () => {
  journal.begin(1, base);
  await journal.append(1, step("a"), 1000);
  await journal.append(1, step("b"), 2500);
  const { draft, steps } = (await open()).of(1);
  expect(steps).toEqual([step("a"), step("b")]);
  expect(draft).toEqual({ task: 1, base, activeMs: 2500, refusal: null });
});

test("what an earlier version has stored is taken up, and goes on", async () => {
  await db.put("drafts", { task: 1, base, activeMs: 800, refusal: null });
  await db.put("steps", { task: 1, n: 0, step: step("a") });
  const again = await open();
  expect(again.of(1).draft.activeMs).toBe(800);
  await again.append(1, step("b"), 900);
  expect((await open()).of(1)).toEqual({ draft: { task: 1, base, activeMs: 900, refusal: null }, steps: [step("a"), step("b")] });
});

test("each step is one row on the disk, however large what it starts from", async () => {
  journal.begin(1, base);
  await journal.append(1, step("a"), 10);
  const put = vi.spyOn(IDBObjectStore.prototype, "put");
  const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
  await journal.append(1, step("b"), 20);
  await journal.restore(2, base, 10, refusal);
  expect(put.mock.calls.map(([row]) => row)).toEqual([
    { task: 1, n: 1, step: step("b"), activeMs: 20 },
    { task: 2, base, activeMs: 10, refusal },
  ]);
  expect(transaction.mock.calls.map((call) => (call as unknown[])[2])).toEqual([{ durability: "strict" }, { durability: "strict" }]);
});

test("an answer that came back begins anew, with the time that it took", async () => {
  await journal.append(1, step("a"), 1000);
  await journal.restore(1, base, 5000, refusal);
  expect((await open()).of(1)).toEqual({ draft: { task: 1, base, activeMs: 5000, refusal }, steps: [] });
  await journal.append(1, step("b"), 6000);
  expect((await open()).of(1)).toEqual({ draft: { task: 1, base, activeMs: 6000, refusal }, steps: [step("b")] });
});
