// @vitest-environment happy-dom
/** Many images at once: labels by key and by sweep, one key to confirm, through the same outbox as ever. */
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { conflicts, keymapOf } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { optionCommands } from "../workbench/commands/answer";
import type { Spec, SyncRequest, SyncResponse } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { wallCommands } from "../workbench/grid/commands";
import { PAGE, Sheet } from "../workbench/grid/sheet";
import { isSorting } from "../workbench/model/check";
import { FakeServer, openedDesk, settled, workingDesk } from "./desk-at-work";
import { schema, spec } from "./things";

const sorting: Spec = {
  tags: [{ key: "kind", names: {}, kind: "single", required: true, options: ["cat", "dog", "cow"].map((key) => ({ key, names: {} })) }],
};

/** Hands out what is asked for, fifty at most at once, with a suggestion for every fifth image. */
class Sorter extends FakeServer {
  constructor(supply = 500) {
    super(supply);
    this.schema = schema(sorting);
  }

  override async sync(request: SyncRequest): Promise<SyncResponse> {
    const response = await super.sync({ ...request, want: Math.min(request.want, 50) });
    const guess = { tags: { kind: "cow" }, shapes: [] };
    return { ...response, tasks: response.tasks.map((one) => (one.assignment % 5 === 0 ? { ...one, draft: guess } : one)) };
  }
}

interface AtWall {
  desk: Desk;
  server: Sorter;
  sheet: Sheet;
  press: (...chords: string[]) => void;
}

async function wallOf(desk: Desk, server: Sorter): Promise<AtWall> {
  desk.keep({ grid: true });
  const sheet = new Sheet(desk);
  desk.more.value = wallCommands(desk, sheet, () => 10);
  await settled(desk);
  await settled(desk);
  see(sheet);
  const press = (...chords: string[]): void => {
    for (const chord of chords) keymapOf([...fixedCommands(desk), ...desk.more.value], desk.scope.value).get(chord)?.run();
  };
  return { desk, server, sheet, press };
}

async function atWall(server = new Sorter()): Promise<AtWall> {
  return wallOf(await workingDesk(server), server);
}

const see = (sheet: Sheet): void => sheet.cells.peek().forEach(({ seen }) => (seen.value = true));
/** The seat in a place of the buffer is another's now; what comes next is there at once. */
const goes = async (desk: Desk, place: number): Promise<void> => {
  const lost = desk.session.held.peek()[place];
  desk.session.release((held) => held === lost);
  await settled(desk);
};
const labels = (sheet: Sheet, n: number): (string | null)[] => sheet.cells.peek().slice(0, n).map(({ label }) => label.peek());
const sentKinds = (server: Sorter): unknown[] => [...server.stored.values()].map(({ payload }) => payload.tags["kind"]);

describe("the wall", () => {
  it("is for projects that ask one choice and nothing else", () => {
    expect(isSorting(sorting)).toBe(true);
    expect(isSorting(spec)).toBe(false);
    expect(isSorting({ tags: [{ ...sorting.tags![0]!, required: false }] })).toBe(false);
    expect(isSorting({ tags: [{ ...sorting.tags![0]!, kind: "multiple" }] })).toBe(false);
  });

  it("holds a page and the next one, fetched by several exchanges", async () => {
    const { desk, sheet, server } = await atWall();
    expect(desk.scope.value).toBe("grid");
    expect(sheet.cells.peek().length).toBe(PAGE);
    expect(desk.session.held.peek().length).toBe(2 * PAGE);
    expect(server.requests.filter(({ grid }) => grid).length).toBeGreaterThan(1);
  });

  it("labels by a number and goes on to the next image", async () => {
    const { sheet, press } = await atWall();
    press("Digit1", "Digit2", "Digit1");
    expect(labels(sheet, 3)).toEqual(["cat", "dog", "cat"]);
    expect(sheet.cursor.peek()).toBe(3);
  });

  it("labels what Shift and the arrows have chosen at once, and takes it back at once", async () => {
    const { sheet, press } = await atWall();
    press("Shift+ArrowRight", "Shift+ArrowRight", "Digit2");
    expect(labels(sheet, 4)).toEqual(["dog", "dog", "dog", null]);
    press("Ctrl+KeyZ");
    expect(labels(sheet, 4)).toEqual([null, null, null, null]);
  });

  it("takes one label back by Backspace, and brings it back by undo", async () => {
    const { sheet, press } = await atWall();
    press("Digit1", "Digit2", "ArrowLeft", "Backspace");
    expect(labels(sheet, 2)).toEqual(["cat", null]);
    press("Ctrl+KeyZ");
    expect(labels(sheet, 2)).toEqual(["cat", "dog"]);
  });

  it("labels by sweeping over images", async () => {
    const { sheet } = await atWall();
    sheet.arm("cow");
    sheet.press(11);
    sheet.sweep(12);
    sheet.sweep(13);
    expect(sheet.cells.peek().slice(10, 15).map(({ given }) => given.peek())).toEqual([null, "cow", "cow", "cow", null]);
    sheet.undo();
    expect(sheet.cells.peek()[12]!.given.peek()).toBeNull();
  });

  it("counts what a model suggests, then what all others are said to be", async () => {
    const { sheet, press } = await atWall();
    expect(labels(sheet, 5)).toEqual([null, null, null, null, "cow"]);
    press("Shift+Digit2", "Digit1");
    expect(labels(sheet, 5)).toEqual(["cat", "dog", "dog", "dog", "cow"]);
  });

  it("confirms a page by one key; the next page is there at once and everything arrives once", async () => {
    const { desk, sheet, server, press } = await atWall();
    const first = sheet.cells.peek()[0]!.held.task;
    press("Shift+Digit2", "Digit1", "Enter");
    expect(sheet.cells.peek().length).toBe(PAGE);
    expect(sheet.cells.peek()[0]!.held.task).not.toBe(first);
    for (let n = 0; n < 4; n++) await settled(desk);
    expect(server.stored.size).toBe(PAGE);
    expect(sentKinds(server).slice(0, 5)).toEqual(["cat", "dog", "dog", "dog", "cow"]);
    expect(desk.outbox.unsent).toBe(0);
    expect(server.requests.filter(({ submissions }) => submissions.length > 0).length).toBe(1);
  });

  it("keeps images that have no label, are not on the screen, or are set aside", async () => {
    const { desk, sheet, server, press } = await atWall();
    const [a, b, c] = sheet.cells.peek();
    press("Digit1", "Digit1", "Digit1", "Home", "Digit0");
    b!.seen.value = false;
    press("Enter");
    for (let n = 0; n < 3; n++) await settled(desk);
    const stored = [...server.stored.values()].map(({ task }) => task);
    expect(stored).toContain(c!.held.task);
    expect(stored).not.toContain(a!.held.task);
    expect(sheet.cells.peek()[0]).toBe(b);
    expect(sheet.cells.peek().length).toBe(PAGE);
  });

  it("sends nothing of an empty page", async () => {
    const { desk, sheet, server, press } = await atWall(new Sorter(4));
    expect(sheet.cells.peek().length).toBe(4);
    press("Enter");
    await settled(desk);
    expect(server.stored.size).toBe(0);
  });

  it("gives what was set aside first when it is left, and gives back what is too much", async () => {
    const { desk, sheet, press } = await atWall();
    press("ArrowRight", "ArrowRight", "Digit0");
    const aside = sheet.cells.peek()[2]!.held.task;
    press("Shift+KeyJ");
    sheet.leave();
    await settled(desk);
    expect(desk.scope.value).toBe("desk");
    expect(desk.session.work.peek()?.held.task).toBe(aside);
    expect(desk.session.held.peek().length).toBe(6);
  });

  it("still knows the labels of a page after the browser has died", async () => {
    const { desk, sheet, server, press } = await atWall();
    press("Digit1", "Digit2");
    const tasks = sheet.cells.peek().slice(0, 2).map(({ held }) => held.task);
    while (desk.saver.pending.peek() > 0) await new Promise((done) => setTimeout(done, 1));
    const again = await openedDesk(server);
    again.start(1);
    const { sheet: after } = await wallOf(again, server);
    expect(after.cells.peek().filter(({ held }) => tasks.includes(held.task)).map(({ given }) => given.peek())).toEqual(["cat", "dog"]);
  });

  it("still knows what all others are, said by the person, whatever was given since", async () => {
    const { desk, sheet, server, press } = await atWall();
    press("Shift+Digit3", "Digit1");
    expect(sheet.usual.peek()).toBe("cow");
    while (desk.saver.pending.peek() > 0) await new Promise((done) => setTimeout(done, 1));
    const again = await openedDesk(server);
    again.start(1);
    const { sheet: after } = await wallOf(again, server);
    expect(after.usual.peek()).toBe("cow");
  });

  it("still knows what was set aside after the browser has died", async () => {
    const { desk, sheet, server, press } = await atWall();
    const tasks = sheet.cells.peek().slice(0, 2).map(({ held }) => held.task);
    press("Digit0", "Digit0");
    while (desk.saver.pending.peek() > 0) await new Promise((done) => setTimeout(done, 1));
    const again = await openedDesk(server);
    again.start(1);
    const { sheet: after, press: pressAgain } = await wallOf(again, server);
    expect(after.asides.peek().size).toBe(2);
    expect(after.cells.peek().some(({ held }) => tasks.includes(held.task))).toBe(false);
    pressAgain("Shift+KeyJ");
    after.leave();
    expect(again.session.held.peek().slice(0, 2).map(({ task }) => task)).toEqual(tasks);
  });

  it("goes on with the next page when all of one is set aside", async () => {
    const { sheet, server, press } = await atWall();
    const first = sheet.cells.peek().map(({ held }) => held.task);
    press(...first.map(() => "Digit0"), "Enter");
    expect([server.stored.size, sheet.cells.peek().length]).toEqual([0, PAGE]);
    expect(sheet.cells.peek().some(({ held }) => first.includes(held.task))).toBe(false);
    expect(sheet.onlyAsides.peek()).toBe(false);
  });

  it("stays while some of a page that are not set aside have no label", async () => {
    const { sheet, press } = await atWall();
    const first = sheet.cells.peek();
    press(...first.map(({ label }) => (label.peek() ? "Digit0" : "ArrowRight")), "Enter");
    expect([sheet.ready.peek().length, sheet.asides.peek().size]).toEqual([0, PAGE / 5]);
    expect(sheet.cells.peek()).toEqual(first);
  });

  it("keeps every image in its place while others come, and the frame on its image where one goes", async () => {
    const { desk, sheet, press } = await atWall(new Sorter(3 * PAGE));
    press("Digit0");
    const first = sheet.cells.peek();
    const framed = first[1]!;
    await goes(desk, 5);
    expect(sheet.cells.peek().slice(0, 2)).toEqual(first.slice(0, 2));
    await goes(desk, 0);
    expect(sheet.cells.peek()[sheet.cursor.peek()]).toBe(framed);
    expect([sheet.cells.peek().length, ...sheet.range.peek()]).toEqual([PAGE, 0, 0]);
    await goes(desk, 0);
    expect(sheet.cells.peek()[sheet.cursor.peek()]).toBe(first[2]);
  });

  it("takes back, and gives again, after the browser has died", async () => {
    const { desk, sheet, server, press } = await atWall();
    press("Digit1", "Shift+ArrowRight", "Digit2", "Digit3", "Ctrl+KeyZ");
    expect(labels(sheet, 4)).toEqual(["cat", "dog", "dog", null]);
    const tasks = sheet.cells.peek().slice(0, 4).map(({ held }) => held.task);
    while (desk.saver.pending.peek() > 0) await new Promise((done) => setTimeout(done, 1));
    const again = await openedDesk(server);
    again.start(1);
    const { sheet: after, press: pressAgain } = await wallOf(again, server);
    const kinds = (): (string | null)[] => tasks.map((task) => after.cells.peek().find(({ held }) => held.task === task)!.given.peek());
    pressAgain("Ctrl+Shift+KeyZ");
    expect(kinds()).toEqual(["cat", "dog", "dog", "cow"]);
    pressAgain("Ctrl+KeyZ", "Ctrl+KeyZ");
    expect(kinds()).toEqual(["cat", null, null, null]);
    pressAgain("Ctrl+KeyZ", "Ctrl+KeyZ");
    expect(kinds()).toEqual([null, null, null, null]);
    pressAgain("Ctrl+KeyY", "Ctrl+KeyY");
    expect(kinds()).toEqual(["cat", "dog", "dog", null]);
  });

  it("takes back what is here, whatever was labelled on another wall, and keeps what was taken back until one labels", async () => {
    const server = new Sorter();
    const desk = await workingDesk(server);
    desk.keep({ strokes: { done: [[9001], [9002]], undone: [] } });
    const { sheet, press } = await wallOf(desk, server);
    press("Digit1", "Ctrl+KeyZ");
    sheet.brush.value = null;
    sheet.press(3);
    sheet.lift();
    press("Ctrl+KeyY");
    expect(labels(sheet, 1)).toEqual(["cat"]);
    press("Ctrl+KeyZ", "Ctrl+KeyZ");
    expect(desk.settings.peek().strokes).toEqual({ done: [], undone: [[1]] });
  });

  it.each([
    ["the queue is dry", 3, 3],
    ["as many are set aside as may be held", 500, 2 * PAGE],
  ])("says that only what was set aside is left when %s", async (_, supply, aside) => {
    const { desk, sheet, server, press } = await atWall(new Sorter(supply));
    while (sheet.cells.peek().length > 0) {
      expect(sheet.onlyAsides.peek()).toBe(false);
      press(...sheet.cells.peek().map(() => "Digit0"), "Enter");
      await desk.sync.poke();
    }
    expect([server.stored.size, sheet.asides.peek().size, sheet.onlyAsides.peek()]).toEqual([0, aside, true]);
  });

  it("goes on without a line, and sends when it is back", async () => {
    const { desk, sheet, server, press } = await atWall();
    server.fail = { when: "before", as: "offline" };
    press("Shift+Digit1", "Enter");
    see(sheet);
    press("Enter");
    await settled(desk);
    expect(desk.outbox.unsent).toBe(2 * PAGE);
    server.fail = null;
    await desk.sync.flush();
    expect(server.stored.size).toBe(2 * PAGE);
    expect(desk.outbox.unsent).toBe(0);
  });

  it("has keys that mean one thing", async () => {
    const { desk } = await atWall();
    expect(conflicts([...fixedCommands(desk), ...optionCommands(desk), ...desk.more.value])).toEqual([]);
  });
});
