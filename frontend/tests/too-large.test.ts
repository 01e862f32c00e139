// @vitest-environment happy-dom
import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { submit } from "../workbench/commands/answer";
import { LIMITS, type Payload, type Shape } from "../workbench/contract";
import { isTooLarge } from "../workbench/model/check";
import { crash, FakeServer, settled, workingDesk } from "./desk-at-work";
import { shape } from "./things";

const chips = (count: number): Shape[] => Array.from({ length: count }, (_, n) => shape(`s${n}`, [n % 1000, 5, 9, 9], "chip"));
const noted = (note: string): Payload => ({ tags: {}, shapes: [{ ...shape("one", [1, 1, 9, 9]), attributes: { note } }] });

test("the limit is the server's: shapes, and bytes as they are sent", () => {
  expect([LIMITS.shapes, LIMITS.shapes + 1].map((count) => isTooLarge({ tags: {}, shapes: chips(count) }))).toEqual([false, true]);
  const rest = JSON.stringify(noted("")).length;
  const [letters, signs] = [LIMITS.bytes - rest, Math.floor((LIMITS.bytes - rest) / 3)];
  expect([letters, letters + 1].map((count) => isTooLarge(noted("x".repeat(count))))).toEqual([false, true]);
  expect([signs, signs + 1].map((count) => isTooLarge(noted("标".repeat(count))))).toEqual([false, true]);
});

test("an answer that the server would not take stays on the screen, with a word, until it is less", async () => {
  const server = new FakeServer();
  const desk = await workingDesk(server);
  const stage = desk.stage.peek()!;
  stage.seen.value = true;
  const { editor } = stage.work;
  editor.setTag("light", "good");
  editor.change(chips(LIMITS.shapes + 1).map((after, at) => ({ what: "shape", id: after.id, at, before: null, after })));
  editor.settle();
  submit(desk);
  await settled(desk);
  expect([server.stored.size, desk.session.work.peek()!.held.assignment]).toEqual([0, 1]);
  expect(desk.notices.list.peek().map(({ text }) => text).join()).toContain("At most 10000 objects and 5 MB");
  editor.update("s7", () => null);
  expect(desk.notices.list.peek()).toEqual([]);
  submit(desk);
  await settled(desk);
  expect([server.stored.size, desk.session.work.peek()!.held.assignment]).toEqual([1, 2]);
  await crash(desk);
});
