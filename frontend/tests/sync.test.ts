import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Parcel } from "../workbench/sync/db";
import { BUFFER, load, retryDelay } from "../workbench/sync/sync";
import { WireError } from "../workbench/sync/wire";
import { uuid } from "../workbench/sync/ids";
import { answer, askingServer, crash, current, desksAt, FakeServer, newComputer, settled, start } from "./desk-at-work";
import { held, shape } from "./things";

let server: FakeServer;
const open = desksAt(() => server);

beforeEach(() => {
  server = askingServer();
});

describe("a day's work", () => {
  test("starting fills the buffer and shows the first image", async () => {
    const desk = await start(await open());
    expect(current(desk)).toBe(1);
    expect(desk.session.held.peek().length).toBe(BUFFER);
  });

  test("submitting shows the next image in the same turn, before any request", async () => {
    const desk = await start(await open());
    const before = server.requests.length;
    answer(desk);
    expect(current(desk)).toBe(2);
    expect(server.requests.length).toBe(before);
  });

  test("answers arrive once each, in order, with the seats they belong to", async () => {
    const desk = await start(await open());
    for (let n = 0; n < 8; n++) {
      answer(desk, n % 2 ? "good" : "dark");
      await settled(desk);
    }
    const arrived = [...server.stored.values()];
    expect(arrived.map(({ assignment }) => assignment)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(arrived[1]!.payload).toEqual({ tags: { light: "good" }, shapes: [] });
    expect(desk.outbox.unsent).toBe(0);
    expect(desk.session.today.peek()?.submitted).toBe(8);
  });

  test("an answer is not called unsent in the very request that brings it", async () => {
    const desk = await start(await open());
    answer(desk, "good");
    await settled(desk);
    const bringing = server.requests.filter(({ submissions }) => submissions.length > 0);
    expect(bringing.map(({ unsent }) => unsent)).toEqual([0]);
  });

  test("a missing answer keeps the task and names what is missing", async () => {
    const desk = await start(await open());
    const [problem] = desk.session.submit();
    expect([problem?.what, problem?.question.key, problem?.shape]).toEqual(["required", "light", null]);
    expect(current(desk)).toBe(1);
    expect(desk.outbox.unsent).toBe(0);
  });

  test("a skip gives the seat back and goes on", async () => {
    const desk = await start(await open());
    desk.session.skip("unclear", "");
    expect(current(desk)).toBe(2);
    await settled(desk);
    expect(server.requests.flatMap(({ skips }) => skips)).toMatchObject([{ assignment: 1, reason: "unclear" }]);
    expect(server.leased.has(1)).toBe(false);
  });

  test("a report goes out and the task stays", async () => {
    const desk = await start(await open());
    desk.session.report("image", "upside down");
    await settled(desk);
    expect(server.reports).toEqual([{ task: 1001, kind: "image", note: "upside down" }]);
    expect(current(desk)).toBe(1);
  });

  test("seats that are held are kept alive, and their exchange has nothing twice", async () => {
    const desk = await start(await open());
    answer(desk);
    await settled(desk);
    const last = server.requests.at(-1)!;
    expect(last.held.map(({ assignment }) => assignment)).not.toContain(1);
    expect(new Set(last.held.map(({ assignment }) => assignment)).size).toBe(last.held.length);
  });

  test("when nothing is left the desk says so", async () => {
    server = askingServer(1);
    const desk = await start(await open());
    answer(desk);
    await settled(desk);
    expect(current(desk)).toBeUndefined();
    expect(desk.sync.dry.peek()).toBe(true);
  });
});

describe("work is stopped", () => {
  test("the server's reason is kept for the page to show, until there is work again", async () => {
    server = new FakeServer(0);
    server.stop = { code: "person_paused", detail: "Your supervisor has paused your work." };
    const desk = await start(await open());
    expect(desk.sync.halted.peek()).toBe("Your supervisor has paused your work.");
    server.stop = null;
    await settled(desk);
    expect(desk.sync.halted.peek()).toBeNull();
  });
});

describe("the line drops", () => {
  test("the buffer is worked off, and everything is sent once when the line is back", async () => {
    const desk = await start(await open());
    server.fail = { when: "before", as: "offline" };
    for (let n = 0; n < BUFFER; n++) answer(desk);
    await settled(desk);
    expect([desk.sync.state.peek(), desk.outbox.unsent, current(desk)]).toEqual(["offline", BUFFER, undefined]);
    server.fail = null;
    await settled(desk);
    expect([...server.stored.values()].map(({ assignment }) => assignment)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(desk.outbox.unsent).toBe(0);
    expect(current(desk)).toBe(7);
  });

  test("seats that came in a lost answer are asked for again, not left to run out", async () => {
    const desk = await start(await open());
    server.fail = { when: "after", as: "offline" };
    answer(desk);
    await settled(desk);
    const given = server.leased.size;
    expect(given).toBeGreaterThan(desk.session.held.peek().length);
    server.fail = null;
    await settled(desk);
    const held = desk.session.held.peek().map(({ assignment }) => assignment);
    expect(held.sort()).toEqual([...server.leased.keys()].sort());
  });

  test("fresh addresses asked for during an exchange come with the next", async () => {
    const desk = await start(await open());
    const sync = server.sync.bind(server);
    vi.spyOn(server, "sync").mockImplementationOnce((request) => {
      desk.sync.refresh();
      return sync(request);
    });
    await settled(desk);
    expect(server.requests.filter(({ resume }) => resume)).toHaveLength(2);
  });

  test("an answer whose receipt got lost is sent again under the same id and stored once", async () => {
    const desk = await start(await open());
    server.fail = { when: "after", as: "offline" };
    answer(desk);
    await settled(desk);
    expect([server.stored.size, desk.outbox.unsent]).toEqual([1, 1]);
    server.fail = null;
    await settled(desk);
    expect([server.stored.size, desk.outbox.unsent]).toEqual([1, 0]);
    const ids = server.requests.flatMap(({ submissions }) => submissions.map(({ id }) => id));
    expect(new Set(ids).size).toBe(1);
    expect(ids.length).toBeGreaterThan(1);
  });

  test("the pauses between tries grow, with jitter, up to a minute", () => {
    expect([0, 1500, 8000, 600_000].map((away) => retryDelay(away, 1))).toEqual([1000, 1500, 8000, 60_000]);
    expect(retryDelay(8000, 0)).toBe(4000);
  });

  test("a long queue goes in loads that a thin line can carry, a huge answer alone", () => {
    const parcel = (n: number, letters: number): Parcel => ({
      n,
      kind: "skip",
      body: { assignment: n, token: "t", reason: "other", note: "x".repeat(letters) },
    });
    const sizes = (...letters: number[]): number[] => load(letters.map((many, n) => parcel(n, many))).map(({ n }) => n!);
    expect(sizes(...Array<number>(90).fill(10)).length).toBe(60);
    expect(sizes(100_000, 100_000, 90_000, 50_000)).toEqual([0, 1, 2]);
    expect(sizes(2_000_000, 10)).toEqual([0]);
    const three = [1, 2, 3].map((n) => parcel(n, 10));
    expect([three[0], three[1], parcel(4, 10)].map((alone) => load(three, alone).length)).toEqual([1, 1, 3]);
  });

  test("an expired session is told apart, and work goes on after signing in", async () => {
    const desk = await start(await open());
    server.fail = { when: "before", as: "signed_out" };
    answer(desk);
    await settled(desk);
    expect([desk.sync.state.peek(), desk.outbox.unsent]).toEqual(["signed_out", 1]);
    server.fail = null;
    await settled(desk);
    expect([desk.sync.state.peek(), server.stored.size]).toEqual(["online", 1]);
  });

  test("a report that the server fails to take waits, and holds up no answer", async () => {
    const desk = await start(await open());
    const take = server.report.bind(server);
    desk.session.report("tool", "");
    server.report = () => Promise.reject(new WireError("offline", 500));
    answer(desk);
    await settled(desk);
    expect(server.stored.size).toBe(1);
    server.report = take;
    await desk.sync.poke();
    expect(server.reports).toHaveLength(1);
  });

  test("a report for a task that is gone does not hold up answers", async () => {
    const desk = await start(await open());
    desk.session.report("tool", "");
    server.report = () => Promise.reject(new WireError("broken"));
    answer(desk);
    await settled(desk);
    expect([server.stored.size, desk.outbox.parcels.peek().length]).toEqual([1, 0]);
  });
});

describe("the page dies", () => {
  test("the draft comes back exactly, with its history", async () => {
    const desk = await start(await open());
    const { editor } = desk.session.work.peek()!;
    editor.setTag("light", "good");
    editor.add(shape("one", [10, 10, 50, 50]));
    editor.settle();
    editor.update("one", (one) => ({ ...one, box: [20, 20, 50, 50] }));
    editor.undo();
    const left = editor.document.peek();
    await crash(desk);

    const again = await open();
    again.start(1);
    const back = again.session.work.peek()!.editor;
    expect(back.document.peek()).toEqual(left);
    back.redo();
    expect(back.document.peek().shapes[0]).toMatchObject({ box: [20, 20, 50, 50] });
    for (let n = 0; n < 5; n++) back.undo();
    expect(back.document.peek()).toEqual({ tags: {}, shapes: [] });
  });

  test("unsent answers go out at the next start, once", async () => {
    const desk = await start(await open());
    server.fail = { when: "after", as: "offline" };
    answer(desk);
    answer(desk);
    await settled(desk);
    await crash(desk);
    server.fail = null;

    const again = await open();
    expect(again.outbox.unsent).toBe(2);
    await settled(again);
    expect([again.outbox.unsent, server.stored.size]).toEqual([0, 2]);
  });

  test("a task that was sent is not shown again", async () => {
    const desk = await start(await open());
    server.fail = { when: "before", as: "offline" };
    answer(desk);
    await crash(desk);
    server.fail = null;
    const again = await start(await open());
    expect(again.session.held.peek().map(({ assignment }) => assignment)).not.toContain(1);
  });

  test("with an empty browser the seats come back from the server", async () => {
    await crash(await start(await open()));
    newComputer();
    const again = await start(await open());
    expect(current(again)).toBe(1);
  });

  test("the same task is on the screen again, and the others follow as they came", async () => {
    const desk = await start(await open());
    desk.session.receive([held(90), held(30), held(60)], {});
    for (let n = 0; n < BUFFER; n++) answer(desk);
    await settled(desk);
    const before = desk.session.held.peek().map(({ assignment }) => assignment);
    expect(before.slice(0, 3)).toEqual([90, 30, 60]);
    await crash(desk);

    const again = await open();
    expect(again.session.held.peek().map(({ assignment }) => assignment)).toEqual(before);
  });

  test("a task begun yesterday comes first", async () => {
    const desk = await start(await open());
    desk.session.skip("unclear", "");
    desk.session.work.peek()!.editor.setTag("light", "dark");
    answer(desk);
    desk.session.work.peek()!.editor.setTag("light", "dark");
    const begun = current(desk);
    await settled(desk);
    await crash(desk);
    const again = await start(await open());
    expect(current(again)).toBe(begun);
  });
});

describe("an answer the server refuses", () => {
  test("comes back whole, with the reason, and can be fixed and sent", async () => {
    const desk = await start(await open());
    server.refuse.add(1001);
    answer(desk, "dark");
    await settled(desk);
    expect(desk.outbox.unsent).toBe(0);
    expect(desk.notices.list.peek().map(({ text }) => text).join()).toContain("No such class.");
    answer(desk);
    const work = desk.session.work.peek()!;
    expect([work.held.assignment, work.refusal?.code]).toEqual([1, "unknown_class"]);
    expect(work.editor.document.peek().tags).toEqual({ light: "dark" });
    server.refuse.clear();
    answer(desk);
    await settled(desk);
    expect(server.stored.size).toBe(2);
  });

  test("since there is one already, does not come back: nothing of it could be fixed", async () => {
    const desk = await start(await open());
    const { image } = desk.session.work.peek()!.held;
    server.answered.add(1001);
    answer(desk, "dark");
    await settled(desk);
    expect([desk.outbox.unsent, desk.session.held.peek().some(({ task }) => task === 1001)]).toEqual([0, false]);
    expect(desk.notices.list.peek().map(({ text }) => text)).toEqual([`${image.name} was not taken: The first answer stands.`]);
    await crash(desk);
    const again = await start(await open());
    expect([again.journal.has(1001), again.session.past.list.peek().map(({ task }) => task)]).toEqual([false, []]);
  });

  test("is still there after a crash", async () => {
    const desk = await start(await open());
    server.refuse.add(1001);
    answer(desk, "dark");
    await settled(desk);
    await crash(desk);
    const again = await start(await open());
    const work = again.session.work.peek()!;
    expect([work.held.assignment, work.refusal?.detail]).toEqual([1, "No such class."]);
    expect(work.editor.document.peek().tags).toEqual({ light: "dark" });
  });

  test("does not hold up its neighbours", async () => {
    const desk = await start(await open());
    server.refuse.add(1001);
    server.fail = { when: "before", as: "offline" };
    answer(desk);
    answer(desk);
    server.fail = null;
    await settled(desk);
    expect([...server.stored.values()].map(({ task }) => task)).toEqual([1002]);
  });
});

describe("a seat that was lost", () => {
  test("untouched, it leaves the buffer", async () => {
    const desk = await start(await open());
    server.lost = [3];
    await settled(desk);
    expect(desk.session.held.peek().map(({ assignment }) => assignment)).not.toContain(3);
  });

  test("in work, it stays, the person is told, and may submit", async () => {
    const desk = await start(await open());
    desk.session.work.peek()!.editor.setTag("light", "dark");
    server.lost = [1];
    await settled(desk);
    expect(current(desk)).toBe(1);
    expect(desk.session.lost.peek().has(1)).toBe(true);
    expect(desk.notices.list.peek().length).toBe(1);
    answer(desk);
    await settled(desk);
    expect([...server.stored.values()].map(({ assignment }) => assignment)).toEqual([1]);
  });
});

describe("two people, one computer", () => {
  test("nothing of one shows to the other, and each one's work goes out in their own name", async () => {
    const wang = await start(await open(7));
    server.fail = { when: "before", as: "offline" };
    answer(wang);
    wang.session.work.peek()!.editor.setTag("light", "dark");
    await crash(wang);
    server.fail = null;

    const li = await open(8);
    expect([li.outbox.unsent, li.session.held.peek().length]).toEqual([0, 0]);
    await settled(li);
    expect(server.stored.size).toBe(0);
    expect(server.requests.at(-1)!.person).toBe(8);
    await crash(li);

    const back = await open(7);
    await settled(back);
    expect([back.outbox.unsent, server.stored.size]).toEqual([0, 1]);
    expect(server.requests.at(-1)!.person).toBe(7);
  });
});

test("identifiers are version 4 UUIDs without a secure context", () => {
  const made = Array.from({ length: 200 }, uuid);
  expect(new Set(made).size).toBe(200);
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
