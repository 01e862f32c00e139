// @vitest-environment happy-dom
/** A pointer moved by keys, on a whole desk: tools go through the states that a mouse takes them through. */
import "fake-indexeddb/auto";
import { effect } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { refusal, rekey } from "../workbench/comfort/rekey";
import { conflicts, keymapOf, withKeys } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { optionCommands } from "../workbench/commands/answer";
import type { Desk } from "../workbench/desk";
import { draftCommands } from "../workbench/drafts/commands";
import { geometryOf } from "../workbench/model/bounds";
import { buttonCommands } from "../workbench/mouse_keys/buttons";
import { mouseCommands } from "../workbench/mouse_keys/commands";
import { followed, MouseKeys, paceAt } from "../workbench/mouse_keys/mouse_keys";
import { switchCommands } from "../workbench/mouse_keys/switch";
import { PointerInput } from "../workbench/view/pointer";
import { shape } from "./things";
import { workingDesk } from "./desk-at-work";

const FRAME_MS = 16;
let now = 0;
let frames: ((at: number) => void)[] = [];

function frame(): void {
  now += FRAME_MS;
  for (const run of frames.splice(0)) run(now);
}

const key = (type: "keydown" | "keyup", code: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent(type, { code, bubbles: true, cancelable: true, ...more });
  (document.activeElement ?? document.body).dispatchEvent(event);
  return event;
};

/** The desk, its stage in the page, and keys that go to the commands as input.ts sends them. */
class ByKeys {
  readonly seen: string[] = [];
  readonly moves: unknown[] = [];
  readonly stage = document.createElement("div");
  readonly input: PointerInput;
  readonly keys: MouseKeys;
  readonly stop: () => void;

  constructor(readonly desk: Desk) {
    this.stage.id = "stage";
    this.stage.tabIndex = 0;
    document.body.append(this.stage);
    this.stage.focus();
    desk.camera.resize({ width: 1000, height: 700 });
    this.input = new PointerInput(this.stage, desk.camera, () => desk.stage.peek()?.chart.peek() ?? null, (at) => {
      this.moves.push(at);
      desk.pointer.value = at;
    });
    this.keys = new MouseKeys(desk, this.input);
    const stops = [this.keys.start(), effect(() => void this.seen.push(desk.stage.value!.chart.value.path.value))];
    this.stop = () => stops.forEach((stop) => stop());
  }

  press(chord: string): void {
    const code = chord.split("+").at(-1)!;
    const held = { shiftKey: chord.includes("Shift+"), altKey: chord.includes("Alt+") };
    key("keydown", code, held);
    keymapOf([...fixedCommands(this.desk), ...mouseCommands(this.desk, this.keys)], "desk").get(chord)?.run();
  }

  tap(chord: string, times = 1): void {
    for (let n = 0; n < times; n++) {
      this.press(chord);
      key("keyup", chord.split("+").at(-1)!);
      frame();
    }
  }

  get boxes(): unknown[] {
    return this.desk.session.work.peek()!.editor.document.peek().shapes.map(geometryOf);
  }
}

let hand: ByKeys;

beforeEach(async () => {
  [now, frames] = [0, []];
  vi.stubGlobal("requestAnimationFrame", (run: (at: number) => void) => frames.push(run));
  vi.stubGlobal("cancelAnimationFrame", () => (frames = []));
  vi.spyOn(performance, "now").mockImplementation(() => now);
  hand = new ByKeys(await workingDesk());
});

afterEach(() => {
  hand.stop();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("the pointer", () => {
  test("stands in the middle, goes by one pixel, and with Shift by ten", () => {
    expect(hand.desk.pointer.peek()).toEqual({ x: 500, y: 350 });
    hand.tap("ArrowRight");
    hand.tap("Shift+ArrowUp", 2);
    expect(hand.desk.pointer.peek()).toEqual({ x: 501, y: 330 });
  });

  test("goes by a pixel of the picture where that is larger", () => {
    hand.desk.camera.zoom(5 / hand.desk.camera.view.peek().scale);
    hand.tap("ArrowLeft");
    expect(hand.desk.pointer.peek()!.x).toBeCloseTo(495);
  });

  test("moves once a frame, however many keys", () => {
    for (const code of ["ArrowRight", "ArrowDown"]) hand.press(code);
    expect(hand.moves).toEqual([]);
    frame();
    expect(hand.moves).toEqual([{ x: 501, y: 351 }]);
  });

  test("gets quicker while an arrow is held, and stands when it is let go or the window is left", () => {
    hand.press("ArrowRight");
    frame();
    expect(hand.keys.at.x).toBe(501);
    const way = (ms: number): number => {
      const from = hand.keys.at.x;
      for (let passed = 0; passed < ms; passed += FRAME_MS) frame();
      return hand.keys.at.x - from;
    };
    expect(way(240)).toBe(0);
    const [first, second] = [way(200), way(200)];
    expect(first).toBeGreaterThan(5);
    expect(second).toBeGreaterThan(1.5 * first);
    key("keyup", "ArrowRight");
    frame();
    expect(way(200)).toBe(0);
    hand.press("ArrowLeft");
    expect(way(600)).toBeLessThan(-30);
    window.dispatchEvent(new Event("blur"));
    frame();
    expect([way(200), frames]).toEqual([0, []]);
    expect(paceAt(60_000)).toBe(paceAt(3_000));
  });

  test("is where the mouse goes, and stays when the mouse leaves", () => {
    hand.desk.pointer.value = { x: 40, y: 60 };
    hand.desk.pointer.value = null;
    expect(hand.desk.pointer.peek()).toEqual({ x: 40, y: 60 });
    hand.tap("ArrowRight");
    expect(hand.desk.pointer.peek()).toEqual({ x: 41, y: 60 });
  });

  test("takes the view along at its edge, and its place in the picture goes on evenly", () => {
    hand.desk.camera.zoom(4);
    const places = Array.from({ length: 60 }, () => {
      hand.tap("Shift+ArrowRight");
      return hand.desk.camera.toImage(hand.keys.at).x;
    });
    const steps = places.slice(1).map((x, at) => x - places[at]!);
    for (const step of steps) expect(step).toBeCloseTo(10, 6);
    expect(hand.keys.at.x).toBeLessThanOrEqual(1000 - 48 + 1e-6);
  });

  test("leaves alone a view that has all of the picture on that side", () => {
    expect(followed(990, 1000, 8, 992)).toBe(0);
    expect(followed(990, 1000, -500, 1000)).toBe(-8);
    expect(followed(990, 1000, -500, 1500)).toBe(-38);
    expect(followed(5, 1000, -500, 1500)).toBe(43);
    expect(followed(500, 1000, -500, 1500)).toBe(0);
  });
});

describe("the button", () => {
  test("clicks two corners of a box", () => {
    hand.tap("Space");
    hand.tap("Shift+ArrowRight", 5);
    hand.tap("Shift+ArrowDown", 4);
    hand.tap("Space");
    expect(hand.seen).toEqual(["box.idle", "box.drawing.pressing", "box.drawing.placing", "box.idle"]);
    const { scale } = hand.desk.camera.view.peek();
    const [, , width, height] = hand.boxes[0] as number[];
    expect([width! * scale, height! * scale].map(Math.round)).toEqual([50, 40]);
  });

  test("is held until it is pressed again: a drag, which is one step to undo", () => {
    hand.tap("Quote");
    hand.tap("Shift+ArrowRight", 5);
    hand.tap("Shift+ArrowDown", 4);
    expect([hand.keys.said.peek(), hand.seen.at(-1)]).toEqual(["pressed", "box.drawing.dragging"]);
    hand.tap("Quote");
    expect(hand.seen).toEqual(["box.idle", "box.drawing.pressing", "box.drawing.dragging", "box.idle"]);
    expect([hand.keys.said.peek(), hand.boxes.length]).toEqual(["released", 1]);
    hand.desk.session.work.peek()!.editor.undo();
    expect(hand.boxes).toEqual([]);
  });

  test("acts where the arrows before it lead to, though no frame has passed", () => {
    hand.tap("Space");
    hand.press("Shift+ArrowRight");
    hand.press("Shift+ArrowDown");
    hand.press("Space");
    expect(hand.boxes).toHaveLength(1);
  });

  test("is up again when the tool has given up what it was pressed for", () => {
    hand.tap("Quote");
    hand.tap("Shift+ArrowRight", 3);
    hand.tap("Escape");
    expect([hand.keys.said.peek(), hand.seen.at(-1), hand.boxes]).toEqual(["released", "box.idle", []]);
    hand.tap("Quote");
    expect(hand.seen.at(-1)).toBe("box.drawing.pressing");
  });

  test("held, it is not moved by a mouse", () => {
    hand.tap("Quote");
    hand.desk.pointer.value = { x: 7, y: 7 };
    expect(hand.desk.pointer.peek()).toEqual({ x: 500, y: 350 });
  });

  test("left while it is held, it draws nothing", () => {
    hand.tap("Quote");
    hand.tap("Shift+ArrowRight", 3);
    hand.stop();
    expect([hand.seen.at(-1), hand.boxes]).toEqual(["box.idle", []]);
  });

  test("tools get its Shift and Alt; arrows with Shift are only far", () => {
    const sent: [string, boolean, boolean][] = [];
    vi.spyOn(hand.desk.stage.peek()!.chart.peek(), "send").mockImplementation((kind, { shift, alt }) => {
      sent.push([kind, shift === true, alt === true]);
    });
    hand.press("Shift+ArrowRight");
    frame();
    key("keyup", "ArrowRight");
    hand.tap("Shift+Space");
    hand.tap("Alt+Quote");
    expect(sent).toEqual([["move", false, false], ["down", true, false], ["up", true, false], ["down", false, true]]);
  });
});

describe("its keys", () => {
  test("Esc gives up what is being drawn, and with nothing in the making leaves", () => {
    hand.desk.keep({ mouseKeys: true });
    hand.tap("Space");
    hand.tap("Escape");
    expect([hand.seen.at(-1), hand.desk.settings.peek().mouseKeys]).toEqual(["box.idle", true]);
    hand.tap("Escape");
    expect(hand.desk.settings.peek().mouseKeys).toBe(false);
  });

  test("what turns them on and presses them means nothing else; on, they take arrows, Esc and zoom", () => {
    const { desk } = hand;
    desk.session.work.peek()!.editor.add(shape("one", [0, 0, 9, 9]));
    const others = [...fixedCommands(desk), ...draftCommands(desk), ...optionCommands(desk)];
    expect(conflicts([...others, ...switchCommands(desk), ...buttonCommands(desk)])).toEqual([]);
    expect(conflicts(mouseCommands(desk, hand.keys))).toEqual([]);
    const taken = conflicts([...others, ...mouseCommands(desk, hand.keys)]).map(({ ids }) => ids[0]!.split(".")[0]);
    expect(new Set(taken)).toEqual(new Set(["nudge", "escape", "zoom"]));
  });

  test("may be others, also while they are off; with Shift and Alt too", () => {
    const { desk } = hand;
    expect(rekey(desk, "skip", "Quote")).toBe(false);
    expect(refusal.peek()).toContain("press");
    expect(rekey(desk, "mouse.hold", "Semicolon")).toBe(true);
    const keymap = keymapOf(withKeys(mouseCommands(desk, hand.keys), desk.settings.peek().keys), "desk");
    expect(["Semicolon", "Shift+Semicolon", "Alt+Semicolon"].map((chord) => keymap.get(chord)?.id.startsWith("mouse.hold"))).toEqual([true, true, true]);
    expect(keymap.has("Quote")).toBe(false);
  });

  test("a mask, which no key can lay down, is said to need them", () => {
    const work = hand.desk.session.work.peek()!;
    (work.schema.spec.classes![0] as { geometries?: string[] }).geometries = ["mask"];
    hand.desk.settings.value = { ...hand.desk.settings.peek() };
    fixedCommands(hand.desk).find(({ id }) => id === "new.middle")!.run();
    expect(hand.desk.notices.list.peek().map(({ text }) => text)).toEqual(["A mask is painted: F2 turns mouse keys on."]);
  });
});
