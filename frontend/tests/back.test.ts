/** Going back to answers that were sent, and correcting them. */
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { Desk } from "../workbench/desk";
import { answer, askingServer, crash, current, desksAt, type FakeServer, settled, start } from "./desk-at-work";

let server: FakeServer;
const open = desksAt(() => server);

beforeEach(() => {
  server = askingServer();
});

describe("going back", () => {
  const light = (desk: Desk) => desk.session.work.peek()?.editor.document.peek().tags["light"];

  test("back opens the last answer as it was sent, and further back the one before", async () => {
    const desk = await start(await open());
    answer(desk, "good");
    answer(desk, "dark");
    await desk.back();
    expect(light(desk)).toBe("dark");
    expect(desk.session.work.peek()?.corrects?.task).toBeDefined();
    await desk.back();
    expect(light(desk)).toBe("good");
    desk.session.forward();
    expect(light(desk)).toBe("dark");
    desk.session.forward();
    expect(current(desk)).toBe(3);
    expect(desk.session.work.peek()?.corrects).toBeNull();
  });

  test("a correction names what it corrects, and a second one names the first", async () => {
    const desk = await start(await open());
    answer(desk, "good");
    await settled(desk);
    const [first] = [...server.stored.keys()];
    for (const value of ["dark", "good"]) {
      await desk.back();
      answer(desk, value);
      await settled(desk);
    }
    const [one, two] = server.corrected;
    expect(one?.supersedes).toBe(first);
    expect(one?.payload.tags).toEqual({ light: "dark" });
    expect(two?.supersedes).toBe(one?.id);
    expect(server.stored.size).toBe(1);
    expect(current(desk)).toBe(2);
  });

  test("an unchanged answer is not sent again", async () => {
    const desk = await start(await open());
    answer(desk);
    await settled(desk);
    await desk.back();
    expect(desk.session.submit()).toEqual([]);
    await settled(desk);
    expect(server.corrected).toEqual([]);
    expect(current(desk)).toBe(2);
  });

  test("answers and what was changed in one survive a crash and a line that is down", async () => {
    const before = await start(await open());
    server.fail = { when: "before", as: "offline" };
    answer(before, "good");
    await before.back();
    before.session.work.peek()!.editor.setTag("light", "dark");
    await crash(before);
    const after = await start(await open());
    await after.back();
    expect(light(after)).toBe("dark");
    expect(after.session.submit()).toEqual([]);
    server.fail = null;
    await settled(after);
    await settled(after);
    expect(server.corrected[0]?.supersedes).toBe([...server.stored.keys()][0]);
    expect(after.outbox.unsent).toBe(0);
  });

  test("a correction that comes too late says so, and the answer is no longer offered", async () => {
    const desk = await start(await open());
    answer(desk);
    await settled(desk);
    server.tooLate = { code: "too_late", detail: "Concluded." };
    await desk.back();
    answer(desk, "dark");
    await settled(desk);
    expect(desk.notices.list.peek().some(({ text }) => text.includes("Concluded."))).toBe(true);
    expect(desk.outbox.unsent).toBe(0);
    await desk.back();
    expect(desk.session.work.peek()?.corrects).toBeNull();
  });

  test("a refused correction keeps what was drawn, to be fixed", async () => {
    const desk = await start(await open());
    answer(desk);
    await settled(desk);
    const [first] = [...server.stored.keys()];
    server.tooLate = { code: "missing", detail: "Missing.", where: "tags.light" };
    await desk.back();
    answer(desk, "dark");
    await settled(desk);
    server.tooLate = null;
    await desk.back();
    expect(light(desk)).toBe("dark");
    expect(desk.session.submit()).toEqual([]);
    await settled(desk);
    expect(server.corrected[0]?.supersedes).toBe(first);
  });

  test("on a new computer the server tells what may be corrected", async () => {
    const desk = await start(await open());
    const image = { url: "/x", thumb: "/x", width: 9, height: 9, name: "x" };
    const payload = { tags: { light: "dark" }, shapes: [] };
    server.known = { answers: [{ id: "a", task: 900, project: 1, schema: 5, image, payload, active_ms: 1 }], schemas: {} };
    await desk.back();
    expect(light(desk)).toBe("dark");
    answer(desk, "good");
    await settled(desk);
    expect(server.corrected[0]?.supersedes).toBe("a");
  });

  test("an answer that is being corrected cannot be skipped", async () => {
    const desk = await start(await open());
    answer(desk);
    await desk.back();
    desk.session.skip("unclear", "");
    expect(desk.session.work.peek()?.corrects).not.toBeNull();
    expect(desk.outbox.parcels.peek().filter(({ kind }) => kind === "skip")).toEqual([]);
  });
});
