// @vitest-environment happy-dom
/** Drafts: suggestions are no part of the answer until they are taken, one by one or all at once. */
import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import type { Payload, SyncRequest, SyncResponse } from "../workbench/contract";
import { submit } from "../workbench/commands/answer";
import { conflicts, keymapOf } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { optionCommands } from "../workbench/commands/answer";
import type { Desk } from "../workbench/desk";
import { decideOne, leaveAll, takeAll, takeAndSend } from "../workbench/drafts/acts";
import { draftCommands, toggleVerify } from "../workbench/drafts/commands";
import { EMPTY } from "../workbench/model/document";
import { Editor } from "../workbench/model/editor";
import { FakeServer, openedDesk, settled, workingDesk } from "./desk-at-work";
import { shape } from "./things";

const suggested = (id: string) => ({ ...shape(id, [10, 10, 40, 40], "chip"), confidence: 0.8 });
const draft: Payload = { tags: { light: "dark" }, shapes: [suggested("one"), suggested("two"), suggested("three")] };

class Predicting extends FakeServer {
  override async sync(request: SyncRequest): Promise<SyncResponse> {
    const response = await super.sync(request);
    return { ...response, tasks: response.tasks.map((task) => ({ ...task, draft })) };
  }
}

const editorOf = (desk: Desk): Editor => desk.session.work.peek()!.editor;
const ids = (payload: Payload): string[] => payload.shapes.map(({ id }) => id);

async function withDraft(): Promise<{ desk: Desk; server: Predicting }> {
  const server = new Predicting();
  const desk = await workingDesk(server);
  desk.stage.peek()!.seen.value = true;
  return { desk, server };
}

describe("a draft", () => {
  it("is no part of the answer, and is not sent by Enter", async () => {
    const { desk, server } = await withDraft();
    const task = desk.session.work.peek()!.held.task;
    expect(ids(editorOf(desk).document.peek())).toEqual([]);
    submit(desk);
    submit(desk);
    await settled(desk);
    expect(desk.session.work.peek()!.held.task).toBe(task);
    expect(server.stored.size).toBe(0);
    expect(desk.notices.list.peek().at(-1)?.text).toContain("left out: 4");
  });

  it("is sent as a whole by one key, without what only models say", async () => {
    const { desk, server } = await withDraft();
    takeAndSend(desk);
    await settled(desk);
    const [sent] = [...server.stored.values()];
    expect(sent!.payload.tags).toEqual({ light: "dark" });
    expect(ids(sent!.payload)).toEqual(["one", "two", "three"]);
    expect(sent!.payload.shapes.some((one) => "confidence" in one)).toBe(false);
  });

  it("is not sent before the picture has been seen", async () => {
    const { desk, server } = await withDraft();
    desk.stage.peek()!.seen.value = false;
    takeAndSend(desk);
    await settled(desk);
    expect(server.stored.size).toBe(0);
    expect(ids(editorOf(desk).document.peek())).toEqual([]);
  });

  it("is decided one by one: taken and left out", async () => {
    const { desk } = await withDraft();
    decideOne(desk, true);
    expect(editorOf(desk).selectedId.peek()).toBe("one");
    decideOne(desk, true);
    decideOne(desk, false);
    expect(editorOf(desk).selectedId.peek()).toBe("three");
    expect(ids(editorOf(desk).document.peek())).toEqual(["one"]);
    expect(ids(editorOf(desk).pending.peek())).toEqual(["three"]);
  });

  it("becomes one's own by changing it; deleting it leaves it out", async () => {
    const { desk } = await withDraft();
    const editor = editorOf(desk);
    editor.update("two", (one) => ({ ...one, box: [1, 2, 30, 30] }) as typeof one);
    expect(editor.document.peek().shapes).toMatchObject([{ id: "two", box: [1, 2, 30, 30] }]);
    editor.update("one", () => null);
    expect(ids(editor.pending.peek())).toEqual(["three"]);
    editor.setTag("light", "good");
    expect(editor.pending.peek().tags).toEqual({});
  });

  it("comes back with undo, and all at once where it was taken at once", async () => {
    const { desk } = await withDraft();
    const editor = editorOf(desk);
    takeAll(editor);
    expect(editor.pending.peek()).toEqual({ tags: {}, shapes: [] });
    editor.undo();
    expect(editor.pending.peek()).toEqual(draft);
    expect(editor.document.peek()).toEqual({ tags: {}, shapes: [] });
    editor.redo();
    expect(ids(editor.document.peek())).toEqual(["one", "two", "three"]);
    editor.undo();
    leaveAll(editor);
    expect(editor.pending.peek()).toEqual({ tags: {}, shapes: [] });
    expect(ids(editor.document.peek())).toEqual([]);
  });

  it("stays decided after the page was closed", async () => {
    const { desk, server } = await withDraft();
    decideOne(desk, true);
    decideOne(desk, true);
    decideOne(desk, false);
    await settled(desk);
    const again = await openedDesk(server);
    again.start(1);
    await settled(again);
    expect(ids(editorOf(again).document.peek())).toEqual(["one"]);
    expect(ids(editorOf(again).pending.peek())).toEqual(["three"]);
  });

  it("that came back refused is an answer to mend, not a suggestion again", async () => {
    const { desk, server } = await withDraft();
    const { task } = desk.session.work.peek()!.held;
    server.refuse.add(task);
    takeAndSend(desk);
    await settled(desk);
    while (desk.session.work.peek()?.held.task !== task) {
      leaveAll(editorOf(desk));
      editorOf(desk).setTag("light", "good");
      expect(desk.session.submit()).toEqual([]);
    }
    expect(ids(editorOf(desk).document.peek())).toEqual(["one", "two", "three"]);
    expect(editorOf(desk).pending.peek()).toEqual({ tags: {}, shapes: [] });
  });
});

describe("judging a draft", () => {
  async function judging(): Promise<{ desk: Desk; server: Predicting; press: (chord: string) => void }> {
    const { desk, server } = await withDraft();
    desk.more.value = draftCommands(desk);
    desk.keep({ verify: true });
    const press = (chord: string) => keymapOf([...fixedCommands(desk), ...desk.more.value], desk.scope.value).get(chord)?.run();
    return { desk, server, press };
  }

  it("is what another person's answer asks for, unless one wants otherwise", async () => {
    const { desk } = await judging();
    const work = desk.session.work.peek()!;
    desk.settings.value = { ...desk.settings.peek() };
    delete (desk.settings.peek() as { verify?: boolean }).verify;
    desk.settings.value = { ...desk.settings.peek() };
    expect(desk.scope.value).toBe("desk");
    desk.session.work.value = { ...work, held: { ...work.held, verify: true } };
    expect(desk.scope.value).toBe("verify");
    toggleVerify(desk);
    expect(desk.scope.value).toBe("desk");
  });

  it("that says there is nothing takes one key for yes, and one for no", async () => {
    const { desk, press } = await judging();
    const work = desk.session.work.peek()!;
    const empty = new Editor(EMPTY, [], () => {}, EMPTY);
    desk.session.work.value = { ...work, editor: empty, held: { ...work.held, draft: EMPTY } };
    desk.stage.peek()!.seen.value = true;
    press("KeyN");
    expect(desk.scope.value).toBe("desk");
    desk.session.work.value = { ...work, editor: empty, held: { ...work.held, draft: EMPTY } };
    desk.stage.peek()!.seen.value = true;
    expect(desk.scope.value).toBe("verify");
    press("KeyY");
    // Not whether there really is nothing, but the question that the schema wants answered.
    expect(desk.notices.list.peek().map(({ text }) => text)).toEqual(["Still missing: Light"]);
  });

  it("takes one key for yes, and the next image is there", async () => {
    const { desk, server, press } = await judging();
    const { task } = desk.session.work.peek()!.held;
    expect(desk.scope.value).toBe("verify");
    press("KeyY");
    expect(desk.session.work.peek()!.held.task).not.toBe(task);
    await settled(desk);
    expect(server.stored.size).toBe(1);
    expect(desk.scope.value).toBe("verify");
  });

  it("opens for labelling by no, with nothing of the draft left", async () => {
    const { desk, press } = await judging();
    press("KeyN");
    expect(desk.scope.value).toBe("desk");
    expect(editorOf(desk).pending.peek().shapes).toEqual([]);
    expect(editorOf(desk).document.peek().shapes).toEqual([]);
    press("Ctrl+KeyZ");
    expect(desk.scope.value).toBe("verify");
  });

  it("opens by fix with everything taken", async () => {
    const { desk, press } = await judging();
    press("KeyE");
    expect(desk.scope.value).toBe("desk");
    expect(ids(editorOf(desk).document.peek())).toEqual(["one", "two", "three"]);
  });

  it("does nothing on Enter, which somebody pressed for the image before", async () => {
    const { desk, server, press } = await judging();
    press("Enter");
    await settled(desk);
    expect(server.stored.size).toBe(0);
  });

  it("has keys that mean one thing", async () => {
    const { desk } = await judging();
    expect(conflicts([...fixedCommands(desk), ...optionCommands(desk), ...desk.more.value])).toEqual([]);
  });
});
