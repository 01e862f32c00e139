import { effect } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { Saver, SETTINGS } from "../workbench/sync/saver";

/** A disk that may be full, or refuse some things; each write says when it got there. */
class Disk {
  full = false;
  readonly refused = new Set<string>();
  readonly asked: string[] = [];
  readonly kept: string[] = [];

  write = (what: string) => async (): Promise<void> => {
    this.asked.push(what);
    await Promise.resolve();
    if (this.full || this.refused.has(what)) throw new DOMException("disk full", "QuotaExceededError");
    this.kept.push(what);
  };
}

test("what could not be kept is owed, and said so, until it is kept: in its order, each once", async () => {
  const [disk, saver] = [new Disk(), new Saver(() => 7)];
  expect(await saver.run(disk.write("a"))).toBe(true);
  disk.full = true;
  expect(await Promise.all([saver.run(disk.write("b")), saver.run(disk.write("c"))])).toEqual([false, false]);
  expect(await saver.run(disk.write("d"))).toBe(false);
  expect([saver.failed.peek(), saver.pending.peek()]).toEqual([true, 0]);
  disk.full = false;
  expect(await Promise.all([saver.run(disk.write("e")), saver.run(disk.write("f"))])).toEqual([true, true]);
  expect(disk.kept).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect([saver.failed.peek(), saver.pending.peek(), saver.savedAt.peek()]).toEqual([false, 0, 7]);
});

test("once something could not be kept, nothing newer overtakes it", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  disk.refused.add("a");
  expect(await saver.run(disk.write("a"))).toBe(false);
  expect(await Promise.all(["b", "c"].map((what) => saver.run(disk.write(what))))).toEqual([false, false]);
  expect([saver.failed.peek(), disk.kept]).toEqual([true, []]);
  disk.refused.clear();
  expect(await saver.run(disk.write("d"))).toBe(true);
  expect([saver.failed.peek(), disk.kept]).toEqual([false, ["a", "b", "c", "d"]]);
});

test("a write is asked for at once: a page may be closed before the one before it is on the disk", async () => {
  const saver = new Saver();
  let done = (): void => {};
  const second = vi.fn(async () => {});
  const both = [saver.run(() => new Promise<void>((resolve) => (done = resolve))), saver.run(second)];
  expect(second).toHaveBeenCalledOnce();
  done();
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(second).toHaveBeenCalledOnce();
});

test("what went wrong once among writes of the same moment is tried again with them", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  let tries = 0;
  const flaky = async (): Promise<void> => {
    if (tries++ === 0) throw new DOMException("undone", "AbortError");
    await disk.write("a")();
  };
  await Promise.all([saver.run(flaky), saver.run(disk.write("b"))]);
  expect([[...disk.kept].sort(), tries, saver.failed.peek(), saver.pending.peek()]).toEqual([["a", "b"], 2, false, 0]);
});

test("a disk that never takes anything is asked once for each write, and not in between", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  disk.full = true;
  await Promise.all(["a", "b", "c"].map((what) => saver.run(disk.write(what))));
  expect(disk.asked).toEqual(["a", "b", "c"]);
  await Promise.all(["d", "e"].map((what) => saver.run(disk.write(what))));
  expect([disk.asked.slice(3), saver.failed.peek(), saver.pending.peek()]).toEqual([["a", "a"], true, 0]);
});

test("what is owed of a draft that is replaced is dropped, also while it is being tried, and nothing else", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  disk.refused.add("one");
  await Promise.all([saver.run(disk.write("one"), 1), saver.run(disk.write("two"), 2), saver.run(disk.write("row"))]);
  saver.drop(1);
  expect(await saver.run(disk.write("answer"))).toBe(true);
  expect(disk.kept).toEqual(["two", "row", "answer"]);

  let fail = (): void => {};
  const more = saver.run(() => new Promise((_done, failed) => (fail = () => failed(new Error("no")))), 3);
  await vi.waitUntil(() => saver.pending.peek() === 1);
  saver.drop(3);
  fail();
  expect(await Promise.all([more, saver.run(disk.write("last"))])).toEqual([true, true]);
  expect([disk.kept.at(-1), saver.failed.peek()]).toEqual(["last", false]);
});

test("settings are owed and tried again, but hold up nothing; of several the newest", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  const keep = (what: string): Promise<boolean> => {
    saver.drop(SETTINGS);
    return saver.run(disk.write(what), SETTINGS);
  };
  disk.refused.add("one").add("two");
  expect([await keep("one"), await keep("two")]).toEqual([false, false]);
  expect(await saver.run(disk.write("answer"))).toBe(true);
  expect([disk.kept, saver.failed.peek()]).toEqual([["answer"], true]);
  disk.refused.clear();
  expect(await saver.run(disk.write("more"))).toBe(true);
  expect([disk.kept, saver.failed.peek(), saver.pending.peek()]).toEqual([["answer", "two", "more"], false, 0]);
});

test("what asks for a write in an effect does not hear of it", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  let times = 0;
  const stop = effect(() => {
    if (++times < 9) void saver.run(disk.write("a"));
  });
  await vi.waitUntil(() => saver.pending.peek() === 0);
  stop();
  expect([times, disk.kept]).toEqual([1, ["a"]]);
});
