/** Exchanges that fail otherwise than by the line: nothing is lost, and nothing holds up anything else. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SyncResponse } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { realTimers } from "../workbench/sync/sync";
import { answer, askingServer, crash, desksAt, type FakeServer, settled, start } from "./desk-at-work";
import { shape } from "./things";

let server: FakeServer;
const open = desksAt(() => server);

beforeEach(() => {
  server = askingServer();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("an exchange that is too large", () => {
  const words = (desk: Desk): string => desk.notices.list.peek().map(({ text }) => text).join();
  /** Answers without a line: by so many letters too much each. */
  const writeNotes = async (desk: Desk, letters: readonly number[]): Promise<void> => {
    server.fail = { when: "before", as: "offline" };
    for (const many of letters) {
      desk.session.work.peek()!.editor.add({ ...shape("one", [1, 1, 9, 9]), attributes: { note: "x".repeat(many) } });
      answer(desk);
    }
    await settled(desk);
    server.fail = null;
  };

  test("goes in parts, each answer once", async () => {
    const desk = await start(await open());
    await writeNotes(desk, [3000, 3000, 3000]);
    server.most = 5000;
    for (let n = 0; n < 5; n++) await settled(desk);
    expect([server.stored.size, desk.outbox.unsent, desk.sync.state.peek()]).toEqual([3, 0, "online"]);
    expect(words(desk)).toBe("");
  });

  test("by a large answer: it goes alone, and what is before and behind it together", async () => {
    const desk = await start(await open());
    await writeNotes(desk, [10, 10, 4000, 10, 10]);
    server.most = 5000;
    for (let n = 0; n < 3; n++) await settled(desk);
    expect(server.requests.map(({ submissions }) => submissions.length).filter((sent) => sent > 0)).toEqual([2, 1, 2]);
    expect([...server.stored.values()].map(({ task }) => task)).toEqual([1001, 1002, 1003, 1004, 1005]);
    expect([desk.outbox.unsent, desk.sync.state.peek()]).toEqual([0, "online"]);
  });

  test("by one answer: it comes back whole, its image is named, and what is behind it goes out", async () => {
    const desk = await start(await open());
    await writeNotes(desk, [9000, 10, 10]);
    server.most = 5000;
    for (let n = 0; n < 5; n++) await settled(desk);
    expect([...server.stored.values()].map(({ task }) => task)).toEqual([1002, 1003]);
    expect([desk.outbox.parcels.peek().length, desk.sync.state.peek()]).toEqual([0, "online"]);
    const back = desk.session.held.peek().find(({ task }) => task === 1001)!;
    expect(words(desk)).toContain(back.image.name);
    expect(words(desk)).toContain("too large");
    await crash(desk);

    const again = await start(await open());
    const work = again.session.work.peek()!;
    expect([work.held.task, work.refusal?.code]).toEqual([1001, "too_large"]);
    expect(work.editor.document.peek().shapes[0]!.attributes["note"]).toHaveLength(9000);
    work.editor.update("one", (one) => ({ ...one, attributes: {} }));
    answer(again);
    await settled(again);
    expect(server.stored.size).toBe(3);
  });

  test("by one correction: the answer stands, and what was drawn is kept", async () => {
    const desk = await start(await open());
    answer(desk);
    await settled(desk);
    expect(desk.session.back()).toBe(true);
    await writeNotes(desk, [9000]);
    server.most = 5000;
    for (let n = 0; n < 3; n++) await settled(desk);
    expect([server.corrected.length, desk.outbox.parcels.peek().length, desk.sync.state.peek()]).toEqual([0, 0, "online"]);
    expect(desk.session.back()).toBe(true);
    const { editor, refusal } = desk.session.work.peek()!;
    expect([refusal?.code, editor.document.peek().shapes[0]!.attributes["note"]]).toEqual(["too_large", "x".repeat(9000)]);
  });

  test("with nothing to send is the page's own fault, and said so", async () => {
    const desk = await start(await open());
    server.most = 0;
    await settled(desk);
    expect(desk.sync.state.peek()).toBe("broken");
  });
});

describe("an answer that makes no sense", () => {
  const oddities: [string, unknown][] = [["null", null], ["an empty object", {}], ["half of it", { submissions: [], corrections: [], skips: [] }]];

  test.each(oddities)("%s: counts as a failure, loses nothing, and is tried again ever later", async (_name, odd) => {
    const delays: number[] = [];
    const now = vi.spyOn(realTimers, "now").mockReturnValue(5000);
    const later = vi.spyOn(realTimers, "later").mockImplementation((_run, ms) => delays.push(ms));
    const desk = await start(await open());
    answer(desk);
    const exchange = vi.spyOn(server, "sync").mockResolvedValue(odd as SyncResponse);
    await settled(desk);
    expect([desk.sync.state.peek(), desk.outbox.unsent]).toEqual(["broken", 1]);
    for (let n = 0; n < 8; n++) await desk.sync.poke();
    expect(delays.at(-1), "a fast hand does not wait longer").toBeLessThanOrEqual(1000);
    now.mockReturnValue(65_000);
    await desk.sync.poke();
    expect(delays.at(-1)).toBeGreaterThanOrEqual(30_000);
    await desk.sync.flush();
    now.mockRestore();
    exchange.mockRestore();
    later.mockRestore();
    await settled(desk);
    expect([desk.sync.state.peek(), desk.outbox.unsent, server.stored.size]).toEqual(["online", 0, 1]);
  });
});
