// @vitest-environment happy-dom
/** What makes long work easier: a rest in time, keys of one's own. */
import "fake-indexeddb/auto";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { describe, expect, it, vi } from "vitest";
import { refusal, rekey } from "../workbench/comfort/rekey";
import { isModifier, judge, mayRekey } from "../workbench/comfort/keys";
import { WorkSpell } from "../workbench/comfort/rest";
import { conflicts, keymapOf, withKeys } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { draftCommands } from "../workbench/drafts/commands";
import { keyOf } from "../workbench/commands/keys";
import { listen } from "../workbench/input";
import { openedDesk, settled, workingDesk, FakeServer } from "./desk-at-work";

const MINUTE = 60_000;

describe("a rest", () => {
  it("is proposed after so long at work, once", () => {
    const spell = new WorkSpell(0);
    const due = Array.from({ length: 120 }, (_, n) => (spell.isDue((n + 1) * MINUTE, 50) ? n + 1 : null)).filter(Boolean);
    expect(due).toEqual([50, 100]);
  });

  it("is not proposed to who has just had one", () => {
    const spell = new WorkSpell(0);
    spell.touch(45 * MINUTE - 1);
    for (let n = 45; n < 50; n++) spell.touch(n * MINUTE);
    expect(spell.isDue(56 * MINUTE, 50)).toBe(false);
    expect(spell.isDue(60 * MINUTE, 50)).toBe(false);
  });

  it("is never proposed to who wants none", () => {
    const spell = new WorkSpell(0);
    for (let n = 1; n < 300; n++) expect(spell.isDue(n * MINUTE, 0)).toBe(false);
  });
});

describe("the clock of rests", () => {
  /** Minutes at which a rest was on the screen, with a key each minute; `at` does something before that minute's. */
  async function proposals(minutes: number, at: (minute: number, page: { open(): void; close(): void }) => void, setting?: number): Promise<number[]> {
    vi.resetModules();
    const desk = await workingDesk();
    if (setting !== undefined) desk.keep({ restAfter: setting });
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    const { Comfort } = await import("../workbench/comfort/effects");
    const page = {
      open: () => act(() => render(h(Comfort, { desk }), document.body)),
      close: () => act(() => render(null, document.body)),
    };
    page.open();
    const seen: number[] = [];
    for (let minute = 1; minute <= minutes; minute++) {
      act(() => void vi.advanceTimersByTime(MINUTE));
      at(minute, page);
      act(() => void window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" })));
      if (document.querySelector(".toast")) seen.push(minute);
    }
    page.close();
    vi.useRealTimers();
    return seen;
  }

  const dry = (minute: number, page: { open(): void; close(): void }): void => {
    if (minute % 10 === 0) page.close();
    if (minute % 10 === 1) page.open();
  };

  it("does not begin anew when there is no image for a while", async () => {
    expect(await proposals(120, dry)).toEqual([51, 101]);
  });

  it("begins anew after five minutes without a key", async () => {
    const rest = (minute: number): void => {
      if (minute === 30) vi.advanceTimersByTime(5 * MINUTE);
    };
    expect(await proposals(78, rest)).toEqual([]);
    expect(await proposals(80, rest)).toEqual([80]);
  });

  it("is set by the person, and switched off", async () => {
    expect(await proposals(60, () => {}, 25)).toEqual([25, 50]);
    expect(await proposals(120, () => {}, 0)).toEqual([]);
  });
});

describe("keys of one's own", () => {
  it("replace the usual ones, and are still there after a reload", async () => {
    const server = new FakeServer();
    const desk = await workingDesk(server);
    expect(rekey(desk, "skip", "F9")).toBe(true);
    await settled(desk);
    const again = await openedDesk(server);
    const keymap = keymapOf(withKeys(fixedCommands(again), again.settings.peek().keys), "desk");
    expect(keymap.get("F9")?.id).toBe("skip");
    expect(keymap.has("KeyS")).toBe(false);
  });

  it("are refused where they mean something else, and the other is named", async () => {
    const desk = await workingDesk();
    expect(rekey(desk, "skip", "KeyG")).toBe(false);
    expect(refusal.peek()).toBe("G already means: Guide");
    expect(rekey(desk, "skip", "Shift+KeyK")).toBe(false);
    expect(rekey(desk, "skip", "KeyY")).toBe(false);
    expect(rekey(desk, "skip", "Digit1")).toBe(false);
    expect(rekey(desk, "skip", "Shift+Digit3")).toBe(false);
    expect(rekey(desk, "skip", "Ctrl+KeyW")).toBe(false);
    expect(desk.settings.peek().keys).toBeUndefined();
  });

  it("may take a key that another command has given up", async () => {
    const desk = await workingDesk();
    expect(rekey(desk, "guide", "F9")).toBe(true);
    expect(rekey(desk, "skip", "KeyG")).toBe(true);
    expect(conflicts(withKeys([...fixedCommands(desk), ...draftCommands(desk)], desk.settings.peek().keys))).toEqual([]);
  });

  it("cannot be given to what leads out of everything", () => {
    expect([mayRekey("submit"), mayRekey("escape"), mayRekey("skip")]).toEqual([false, false, true]);
  });

  it("are no modifiers alone", () => {
    expect(["Shift+ShiftLeft", "Ctrl+ControlRight", "Alt+AltLeft"].map(isModifier)).toEqual([true, true, true]);
    expect(["KeyA", "Shift+KeyA", "F9", "Ctrl+Shift+KeyV"].map(isModifier)).toEqual([false, false, false, false]);
  });

  it("count in the scopes where the command does", async () => {
    const desk = await workingDesk();
    expect(judge(fixedCommands(desk), {}, "skip", "F9")).toEqual({ is: "free" });
    expect(judge(fixedCommands(desk), {}, "skip", "KeyH")).toMatchObject({ is: "taken", by: { id: "hide" } });
  });
});

describe("what is printed on buttons", () => {
  it("is the key that counts where the button is", async () => {
    const desk = await workingDesk();
    listen(desk);
    rekey(desk, "new", "F9");
    rekey(desk, "skip", "F8");
    expect([keyOf("KeyN"), keyOf("KeyS"), keyOf("KeyF")]).toEqual(["F9", "F8", "F"]);
    // While a draft is judged N says no, and skipping keeps the person's own key.
    desk.more.value = draftCommands(desk);
    desk.keep({ verify: true });
    const work = desk.session.work.peek()!;
    desk.session.work.value = { ...work, held: { ...work.held, draft: { tags: {}, shapes: [] } } };
    expect(desk.scope.value).toBe("verify");
    expect([keyOf("KeyN"), keyOf("KeyS")]).toEqual(["N", "F8"]);
  });
});
