import { expect, test } from "vitest";
import { Saver } from "../workbench/sync/saver";

/** A disk that may be full; each write says when it got there. */
class Disk {
  full = false;
  readonly kept: string[] = [];

  write = (what: string) => async (): Promise<void> => {
    await Promise.resolve();
    if (this.full) throw new DOMException("disk full", "QuotaExceededError");
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

test("a write that succeeds does not hide one that did not", async () => {
  const [disk, saver] = [new Disk(), new Saver()];
  const never = (): Promise<void> => Promise.reject(new Error("no"));
  await saver.run(never);
  expect(await saver.run(disk.write("a"))).toBe(true);
  expect([saver.failed.peek(), disk.kept]).toEqual([true, ["a"]]);
});
