/** Practice: the guide first, then each answer against the right one before the next image. */
import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { SyncRequest, SyncResponse } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { answersOf, countsOf, fetchFeedback, isSent, nextOf } from "../workbench/practice/feedback";
import { FakeServer, openedDesk, settled, workingDesk } from "./desk-at-work";

class School extends FakeServer {
  override async sync(request: SyncRequest): Promise<SyncResponse> {
    const response = await super.sync(request);
    return { ...response, tasks: response.tasks.map((task) => ({ ...task, practice: true })) };
  }
}

async function practising(): Promise<{ desk: Desk; server: School }> {
  const server = new School();
  const desk = await workingDesk(server);
  return { desk, server };
}

const answer = (desk: Desk): void => {
  desk.session.work.peek()?.editor.setTag("light", "good");
  expect(desk.session.submit()).toEqual([]);
};

describe("practice in the workbench", () => {
  it("begins with the guide, once a project", async () => {
    const { desk } = await practising();
    const held = desk.session.work.value?.held;
    expect(desk.session.practice.needsIntroduction(held)).toBe(true);
    expect(desk.scope.value).toBe("sheet");
    desk.session.practice.introduce(1);
    expect(desk.session.practice.needsIntroduction(held)).toBe(false);
    expect(desk.scope.value).toBe("desk");
  });

  it("shows an answer against the right one before the next image takes keys", async () => {
    const { desk, server } = await practising();
    desk.session.practice.introduce(1);
    const task = desk.session.work.value?.held.task;
    answer(desk);
    const shown = desk.session.practice.shown.value;
    expect(shown?.held.task).toBe(task);
    expect(desk.scope.value).toBe("sheet");
    expect(shown && isSent(desk, shown)).toBe(false);
    await settled(desk);
    expect(shown && isSent(desk, shown)).toBe(true);
    expect(server.stored.has(shown?.submission ?? "")).toBe(true);
    desk.session.practice.shown.value = null;
    expect(desk.scope.value).toBe("desk");
    expect(desk.session.work.value?.held.task).not.toBe(task);
  });

  it("is shown after a reload, once the work has begun, until it has been seen", async () => {
    const { desk, server } = await practising();
    desk.session.practice.introduce(1);
    answer(desk);
    const shown = desk.session.practice.shown.value;
    await settled(desk);
    const again = await openedDesk(server);
    expect(again.session.practice.shown.value).toEqual(shown);
    expect(again.scope.value).toBe("start");
    again.start(1);
    expect(again.scope.value).toBe("sheet");
    again.session.practice.shown.value = null;
    await settled(again);
    expect((await openedDesk(server)).session.practice.shown.value).toBeNull();
  });

  it("is not corrected afterwards", async () => {
    const { desk } = await practising();
    desk.session.practice.introduce(1);
    answer(desk);
    await settled(desk);
    desk.session.practice.shown.value = null;
    expect(desk.session.back()).toBe(false);
  });

  it("leaves ordinary work alone", async () => {
    const desk = await workingDesk();
    answer(desk);
    expect(desk.session.practice.shown.value).toBeNull();
    expect(desk.scope.value).toBe("desk");
  });
});

describe("the way on", () => {
  const standing = { state: "practising", mean: 0.9, counted: 2, needed: 5, left: 3, mark: 0.8 } as const;

  it("is told by how far somebody is", () => {
    expect(nextOf({ ...standing, state: "passed" })).toBe("passed");
    expect(nextOf(standing)).toBe("more");
    expect(nextOf({ ...standing, counted: 5, mean: 0.5 })).toBe("again");
    expect(nextOf({ ...standing, counted: 5, mean: 0.5, left: 0 })).toBe("usedUp");
  });

  it("counts the shapes of each class on both sides", () => {
    const drawn = (...classes: string[]) =>
      classes.map((key, n) => ({ id: `${n}`, class: key, type: "box" as const, box: [1, 1, 9, 9] as const, attributes: {} }));
    const yours = { tags: {}, shapes: drawn("cat", "dog") };
    const right = { tags: {}, shapes: drawn("cat", "cat") };
    expect(countsOf(yours, right)).toEqual([
      { key: "cat", yours: 1, right: 2 },
      { key: "dog", yours: 1, right: 0 },
    ]);
  });

  it("sets both answers to each question side by side", () => {
    const yours = { tags: { light: "day", count: 2 }, shapes: [] };
    const right = { tags: { light: "night" }, shapes: [] };
    expect(answersOf(yours, right)).toEqual([
      { key: "light", yours: "day", right: "night" },
      { key: "count", yours: 2, right: undefined },
    ]);
  });
});

describe("asking for the right answer", () => {
  afterEach(() => vi.unstubAllGlobals());
  const answers = (status: number, body: unknown = {}): void => {
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status }));
  };

  it("waits for a line that is down or a server that is busy", async () => {
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("no line")));
    expect(await fetchFeedback("/p/", "1")).toBe("offline");
    // A body that stalls ends with the patience.
    const ends = new AbortController();
    const patience = vi.spyOn(AbortSignal, "timeout").mockReturnValue(ends.signal);
    vi.stubGlobal("fetch", async (_url: string, { signal }: RequestInit) => {
      signal?.throwIfAborted();
      const stalled = new ReadableStream({ start: (body) => signal?.addEventListener("abort", () => body.error(signal.reason)) });
      return new Response(stalled);
    });
    const asked = fetchFeedback("/p/", "1");
    ends.abort();
    expect(await asked).toBe("offline");
    patience.mockRestore();
    answers(503);
    expect(await fetchFeedback("/p/", "1")).toBe("offline");
  });

  it("gives up where there is nothing to compare with", async () => {
    answers(404);
    expect(await fetchFeedback("/p/", "1")).toBeNull();
  });

  it("brings what the server says", async () => {
    answers(200, { score: 1 });
    expect(await fetchFeedback("/p/", "1")).toEqual({ score: 1 });
  });
});
