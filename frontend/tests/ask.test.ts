/** Asking the project's model: a point or the selected shape in, shapes out, as one step that can be undone. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { askModel } from "../workbench/assist/ask";
import type { Desk } from "../workbench/desk";
import "../workbench/geometry/all";
import { crash, FakeServer, newComputer, openedDesk, settled, start } from "./desk-at-work";
import { schema, shape } from "./things";

let desk: Desk;
let asked: { task: number; prompt: Record<string, unknown> }[];
let answer: () => Promise<Response>;

const seen = (...shapes: object[]) => async () => Response.json({ model: "m", shapes });
const board = (box: number[]) => ({ ...shape("theirs", box as never), confidence: 0.5 });
const shapes = () => desk.session.work.peek()!.editor.document.peek().shapes;

beforeEach(async () => {
  newComputer();
  vi.stubGlobal("document", { cookie: "", getElementById: () => null });
  asked = [];
  answer = seen();
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    asked.push(JSON.parse(String(init.body)));
    return answer();
  });
  const server = new FakeServer();
  server.schema = schema({ classes: [{ key: "board", names: {}, geometries: ["box", "polygon"] }] });
  desk = await start(await openedDesk(server));
  await settled(desk);
  Object.assign(desk.boot.urls, { model: "/desk/model" });
  desk.camera.resize({ width: 1280, height: 960 });
  desk.stage.peek()!.seen.value = true;
});

afterEach(async () => {
  await crash(desk);
  vi.unstubAllGlobals();
});

describe("asking the model", () => {
  it("sends the place under the pointer and draws what it sees", async () => {
    const view = desk.camera.view.peek();
    desk.pointer.value = { x: 200 * view.scale + view.x, y: 100 * view.scale + view.y };
    answer = seen(board([180, 80, 60, 50]), board([300, 80, 60, 50]));
    await askModel(desk);
    const { prompt } = asked[0]!;
    expect(prompt).toMatchObject({ class: "board", kind: "box" });
    expect((prompt["points"] as number[][])[0]!.map(Math.round)).toEqual([200, 100, 1]);
    expect(shapes().map((one) => one.type === "box" && one.box)).toEqual([[180, 80, 60, 50], [300, 80, 60, 50]]);
    expect(shapes().some((one) => "confidence" in one || one.id === "theirs")).toBe(false);
    desk.session.work.peek()!.editor.undo();
    expect(shapes()).toEqual([]);
  });

  it("sends the selected shape's box, whose place the answer takes", async () => {
    const { editor } = desk.session.work.peek()!;
    editor.add(shape("mine", [10, 10, 100, 100]));
    editor.settle();
    const polygon = [[12, 12, 90, 15, 60, 100]];
    answer = seen({ id: "x", class: "board", type: "polygon", polygon, attributes: {} });
    await askModel(desk);
    expect(asked[0]!.prompt).toMatchObject({ box: [10, 10, 100, 100] });
    expect(shapes()).toMatchObject([{ id: "mine", type: "polygon", polygon }]);
    editor.undo();
    expect(shapes()).toMatchObject([{ id: "mine", type: "box" }]);
  });

  it("leaves what the shape belongs to, and draws beside one that is locked", async () => {
    const { editor } = desk.session.work.peek()!;
    for (const one of [shape("whole", [0, 0, 300, 300]), { ...shape("mine", [10, 10, 100, 100]), parent: "whole", group: 3, occluded: true as const }]) editor.add(one);
    editor.settle();
    answer = seen(board([20, 20, 50, 50]));
    await askModel(desk);
    expect(shapes()[1]).toMatchObject({ id: "mine", box: [20, 20, 50, 50], parent: "whole", group: 3, occluded: true });
    editor.locked.value = new Set(["mine"]);
    answer = seen(board([30, 30, 50, 50]));
    await askModel(desk);
    expect(shapes().slice(1)).toMatchObject([{ id: "mine", box: [20, 20, 50, 50] }, { box: [30, 30, 50, 50] }]);
  });

  it("waits with the answer until a shape that is being dragged is let go", async () => {
    const { editor } = desk.session.work.peek()!;
    editor.add(shape("mine", [10, 10, 100, 100]));
    editor.settle();
    let wasRead = (): void => {};
    const read = new Promise<void>((done) => (wasRead = done));
    answer = async () => ({ json: async () => (wasRead(), { shapes: [board([180, 80, 60, 50])] }) }) as Response;
    const asking = askModel(desk);
    const send = (kind: "down" | "move" | "up", x: number, y: number): void =>
      desk.stage.peek()!.chart.peek().send(kind, { point: { x, y }, screen: { x, y }, slack: 3, threshold: 3 });
    send("down", 110, 110);
    send("move", 150.123, 150.456);
    await read;
    // All that needs no hand has happened by the next turn.
    await new Promise((done) => setImmediate(done));
    expect(shapes()).toMatchObject([{ id: "mine", box: [10, 10, 140.123, 140.456] }]);
    send("up", 150.123, 150.456);
    await asking;
    expect(shapes()).toMatchObject([{ box: [10, 10, 140.12, 140.46] }, { box: [180, 80, 60, 50] }]);
    editor.undo();
    editor.undo();
    expect(shapes()).toMatchObject([{ id: "mine", box: [10, 10, 100, 100] }]);
  });

  it("says so when it sees nothing, has no model, or no line, and draws nothing", async () => {
    const said = async (how: typeof answer) => {
      answer = how;
      await askModel(desk);
      return desk.notices.list.peek().at(-1)?.text;
    };
    expect(await said(seen())).toBe("The model sees nothing there.");
    expect(await said(async () => Response.json({ detail: "This project has no model to ask." }, { status: 404 }))).toBe("This project has no model to ask.");
    expect(await said(() => Promise.reject(new TypeError("offline")))).toBe("The model did not answer. Draw by hand.");
    expect(await said(seen(board([5000, 10, 10, 10])))).toBe("The model sees nothing there.");
    expect(shapes()).toEqual([]);
  });

  it("draws nothing upon the next image", async () => {
    let release = (): void => {};
    const slow = new Promise<void>((done) => (release = done));
    answer = () => slow.then(seen(board([180, 80, 60, 50])));
    const asking = askModel(desk);
    desk.session.skip("other", "");
    release();
    await asking;
    expect(shapes()).toEqual([]);
  });
});
