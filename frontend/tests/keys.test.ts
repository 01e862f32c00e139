import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import { optionCommands } from "../workbench/commands/answer";
import { belongsToFocus, type Command, conflicts, keymapOf } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { capOf, chordOf } from "../workbench/commands/keys";
import { attributeKeys, FIXED_LETTERS, optionId, optionKeys, POOL } from "../workbench/commands/options";
import type { Key } from "../workbench/i18n";
import { catalogues } from "../workbench/i18n/both";
import type { Spec } from "../workbench/contract";
import { shape, spec } from "./things";
import { workingDesk } from "./desk-at-work";

const press = (code: string, modifiers: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  chordOf({ code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

describe("chords", () => {
  test("name the physical key, whatever it types", () => {
    expect(press("KeyZ", { ctrlKey: true, shiftKey: true })).toBe("Ctrl+Shift+KeyZ");
    expect(press("KeyZ", { metaKey: true })).toBe("Ctrl+KeyZ");
  });

  test("the number pad is the row of digits", () => {
    expect([press("Numpad7"), press("NumpadEnter"), press("NumpadAdd")]).toEqual(["Digit7", "Enter", "Equal"]);
  });

  test("have short caps", () => {
    expect([capOf("Digit1"), capOf("KeyQ"), capOf("Ctrl+Shift+KeyZ"), capOf("Shift+Slash")]).toEqual([
      "1",
      "Q",
      "Ctrl+Shift+Z",
      "?",
    ]);
  });
});

describe("keys for options", () => {
  test("classes come first, then the image's options, in the schema's order", () => {
    const { classes, options } = optionKeys(spec);
    expect([...classes]).toEqual([["board", "Digit1"], ["chip", "Digit2"]]);
    expect(options.get(optionId("light", "dark"))).toBe("Digit4");
  });

  test("letters follow the nine digits, and run out without being given twice", () => {
    const options = Array.from({ length: 40 }, (_, n) => ({ key: `k${n}`, names: {} }));
    const many: Spec = { tags: [{ key: "t", names: {}, kind: "single", options }] };
    const chords = [...optionKeys(many).options.values()];
    expect(chords[9]).toBe("KeyQ");
    expect(new Set(chords).size).toBe(chords.length);
    expect(chords.length).toBe(POOL.length);
  });

  test("the pool and the letters of fixed commands never meet", () => {
    const letters = [...FIXED_LETTERS].map((letter) => `Key${letter}`);
    expect(POOL.filter((chord) => letters.includes(chord))).toEqual([]);
  });

  test("attributes take Shift and a digit", () => {
    const keys = attributeKeys(spec.classes![0]!.attributes!);
    expect([...keys.values()]).toEqual(["Shift+Digit1", "Shift+Digit2", "Shift+Digit3"]);
  });
});

describe("commands", () => {
  test("no key means two things in one scope", async () => {
    const desk = await workingDesk();
    desk.session.work.peek()!.editor.add(shape("one", [0, 0, 9, 9]));
    const all = [...fixedCommands(desk), ...optionCommands(desk)];
    expect(all.length).toBeGreaterThan(50);
    expect(conflicts(all)).toEqual([]);
  });

  test("a conflict would be found", async () => {
    const desk = await workingDesk();
    const thief: Command = { id: "thief", scope: "desk", keys: ["Enter"], run: () => {} };
    expect(conflicts([...fixedCommands(desk), thief])).toEqual([
      { scope: "desk", chord: "Enter", ids: ["submit", "thief"] },
    ]);
  });

  test("every fixed plain letter is declared, so that options keep away from it", async () => {
    const plain = [...keymapOf(fixedCommands(await workingDesk()), "desk").keys()].filter((chord) => /^Key.$/.test(chord));
    expect(plain.map((chord) => chord.slice(3)).sort()).toEqual([...FIXED_LETTERS].sort());
  });

  test("every listed command has a line in both languages", async () => {
    for (const { label } of fixedCommands(await workingDesk())) {
      for (const catalogue of Object.values(catalogues)) if (label) expect(catalogue[label as Key]).toBeTruthy();
    }
  });
});

describe("focus", () => {
  const command = (more: Partial<Command> = {}): Command => ({ id: "x", scope: "desk", keys: [], run: () => {}, ...more });
  const focus = (selector: string) => ({ matches: (query: string) => query.split(", ").some((one) => one.startsWith(selector)) }) as Element;

  test("letters typed into a text field are text, unless the command says otherwise", () => {
    expect(belongsToFocus(command(), "KeyN", focus("textarea"))).toBe(true);
    expect(belongsToFocus(command({ inText: true }), "Ctrl+Enter", focus("textarea"))).toBe(false);
  });

  test("Enter on a focused button presses the button; a letter is still a command", () => {
    expect(belongsToFocus(command(), "Enter", focus("button"))).toBe(true);
    expect(belongsToFocus(command(), "KeyN", focus("button"))).toBe(false);
  });
});
