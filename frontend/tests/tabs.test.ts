import { beforeEach, describe, expect, test, vi } from "vitest";
import { Tabs } from "../workbench/sync/tabs";

/** A browser's locks: one holder a name; stealing tells the one before. */
class FakeLocks {
  private readonly held = new Map<string, () => void>();

  request(name: string, options: LockOptions, run: (lock: Lock | null) => unknown): Promise<unknown> {
    if (this.held.has(name) && options.ifAvailable) return Promise.resolve(run(null));
    this.held.get(name)?.();
    return new Promise((done, stolen) => {
      this.held.set(name, () => stolen(new DOMException("stolen", "AbortError")));
      void Promise.resolve(run({ name, mode: "exclusive" } as Lock)).then(() => {
        this.held.delete(name);
        done(undefined);
      });
    });
  }
}

const memory = (): Storage => {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) } as unknown as Storage;
};

let person = 0;
beforeEach(() => {
  person++;
  vi.stubGlobal("sessionStorage", memory());
});

describe.each(["locks", "talk"])("two tabs of one person (%s)", (way) => {
  const locks = way === "locks" ? (new FakeLocks() as unknown as LockManager) : undefined;
  const tab = (name: string, of = person): Tabs => new Tabs(of, name, 30, locks);

  test("the first works, the second says so", async () => {
    const first = tab("a");
    const second = tab("b");
    expect(await first.ask()).toBe(true);
    expect(await second.ask()).toBe(false);
    expect(first.working.value).toBe(true);
    first.close();
    second.close();
  });

  test("two that ask at the same moment do not both work", async () => {
    const both = [tab("a"), tab("b")];
    const works = await Promise.all(both.map((one) => one.ask()));
    expect(works.filter(Boolean)).toHaveLength(1);
    for (const one of both) one.close();
  });

  test("the one that the person chooses takes over, once loaded anew", async () => {
    const first = tab("a");
    await first.ask();
    const second = tab("b");
    await second.ask();
    second.take();
    second.close();
    const again = tab("c");
    expect(await again.ask()).toBe(true);
    await vi.waitFor(() => expect(first.working.value).toBe(false));
    first.close();
    again.close();
  });

  test("another person's tab is no matter", async () => {
    const mine = tab("a");
    const theirs = tab("b", -person);
    expect(await mine.ask()).toBe(true);
    expect(await theirs.ask()).toBe(true);
    mine.close();
    theirs.close();
  });
});
