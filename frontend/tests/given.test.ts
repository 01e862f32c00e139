// @vitest-environment happy-dom
/** Keys that a person gives to classes and options. */
import "fake-indexeddb/auto";
import fc from "fast-check";
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, describe, expect, test } from "vitest";
import { followSelection, giving } from "../workbench/comfort/given";
import { noteChosen, optionCommands, pressTag } from "../workbench/commands/answer";
import { chooseClass } from "../workbench/commands/boxes";
import { toggleLock } from "../workbench/commands/objects";
import { belongsToFocus, conflicts, keymapOf } from "../workbench/commands/command";
import { fixedCommands } from "../workbench/commands/commands";
import { type Given, optionKeys, POOL } from "../workbench/commands/options";
import type { Spec } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { wallCommands } from "../workbench/grid/commands";
import { Sheet } from "../workbench/grid/sheet";
import { ClassList } from "../workbench/panels/classes";
import { crash, FakeServer, openedDesk, settled, workingDesk } from "./desk-at-work";
import { schema } from "./things";

const named = (count: number, letter: string) => Array.from({ length: count }, (_, n) => ({ key: `${letter}${n + 1}`, names: { en: `${letter.toUpperCase()} ${n + 1}` } }));
const many: Spec = { classes: named(300, "c") };
const sorting: Spec = { tags: [{ key: "kind", names: {}, kind: "single", required: true, options: named(40, "o") }] };

const at = (of: Spec): FakeServer => Object.assign(new FakeServer(), { schema: schema(of) });
const press = (desk: Desk, ...chords: string[]): void => {
  for (const chord of chords) keymapOf([...fixedCommands(desk), ...optionCommands(desk), ...giving(desk), ...desk.more.peek()], desk.scope.peek()).get(chord)?.run();
};
const said = (desk: Desk): string | undefined => desk.notices.list.peek().at(-1)?.text;

describe("a key that is given", () => {
  test("changes places with what has it, and all others keep theirs", () => {
    const usual = optionKeys(many).classes;
    const { classes } = optionKeys(many, undefined, [["c2", "Digit3"], ["c200", "Digit1"]]);
    expect([classes.get("c2"), classes.get("c3"), classes.get("c200"), classes.get("c1")]).toEqual(["Digit3", "Digit2", "Digit1", undefined]);
    for (const [name, chord] of usual) if (!["c1", "c2", "c3"].includes(name)) expect(classes.get(name)).toBe(chord);
  });

  test("leaves each key with one meaning, whatever is given", () => {
    const names = ["c1", "c9", "c40", "gone", "kind/o1", "kind/o30"];
    const spec: Spec = { classes: named(12, "c"), tags: sorting.tags! };
    const gifts = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...POOL.slice(0, 9))) as fc.Arbitrary<Given>, { maxLength: 12 });
    fc.assert(
      fc.property(gifts, (given) => {
        const { classes, options } = optionKeys(spec, undefined, given);
        const chords = [...classes.values(), ...options.values()];
        expect(new Set(chords).size).toBe(chords.length);
        expect([...classes.keys()].every((name) => name.startsWith("c")) && [...options.keys()].every((name) => name.startsWith("kind/"))).toBe(true);
        const last = given.at(-1);
        if (last && last[0] !== "gone" && last[0] !== "c40") expect(new Map([...classes, ...options]).get(last[0])).toBe(last[1]);
      }),
    );
  });

  test("may be one that nothing had", () => {
    const { classes } = optionKeys({ classes: named(2, "c") }, undefined, [["c2", "Digit9"]]);
    expect([...classes]).toEqual([["c1", "Digit1"], ["c2", "Digit9"]]);
  });
});

describe("Alt and a digit", () => {
  const desks: Desk[] = [];
  afterEach(() => Promise.all(desks.splice(0).map(crash)));
  async function desk(spec: Spec): Promise<Desk> {
    const opened = await workingDesk(at(spec));
    desks.push(opened);
    return opened;
  }

  test("gives the digit to the class in use, which it then chooses, also after a reload", async () => {
    const before = await desk(many);
    before.useClass("c200");
    press(before, "Alt+Digit3");
    expect(said(before)).toBe("3 is the key of C 200 now.");
    press(before, "Digit1", "Digit3");
    expect(before.shapeClass.peek()).toBe("c200");
    await crash(before);
    const after = await openedDesk(at(many));
    desks.push(after);
    after.start(1);
    await settled(after);
    press(after, "Digit1", "Digit3");
    expect(after.shapeClass.peek()).toBe("c200");
  });

  test("given to another, it is no longer the first one's, who has the usual key again", async () => {
    const one = await desk(many);
    for (const [name, chord] of [["c200", "Alt+Digit3"], ["c5", "Alt+Digit3"], ["c5", "Alt+Digit7"]] as const) {
      one.useClass(name);
      press(one, chord);
    }
    const { classes } = one.optionKeys.peek();
    expect(["c3", "c5", "c7", "c200"].map((name) => classes.get(name))).toEqual(["Digit3", "Digit7", "Digit5", undefined]);
  });

  test("pressed again for what has it gives it up", async () => {
    const one = await desk(many);
    one.useClass("c200");
    press(one, "Alt+Digit3", "Alt+Digit3");
    expect([said(one), one.optionKeys.peek().classes.get("c3")]).toEqual(["3 means what it usually does again.", "Digit3"]);
  });

  test("is about what was chosen last: a class, another object, or an option, be it found once more", async () => {
    const light = { key: "light", names: {}, kind: "single", options: named(2, "l") } as const;
    const one = await desk({ ...many, tags: [light] });
    const stop = followSelection(one);
    const stage = one.stage.peek()!;
    one.useClass("c30");
    const box = stage.newShape("box", [10, 10, 50, 50])!;
    stage.work.editor.add(box);
    stage.work.editor.selectedId.value = box.id;
    toggleLock(one, box.id);
    const names = (): string | undefined => said(one)?.replace(/.*key of (.*) now\./, "$1");
    const told: (string | undefined)[] = [];
    const acts = [() => {}, () => chooseClass(one, "c40"), () => pressTag(one, light, "l2"), () => select(null), () => noteChosen(one, light, "l2")];
    const select = (id: string | null) => (stage.work.editor.selectedId.value = id);
    for (const act of acts) {
      act();
      press(one, "Alt+Digit9");
      told.push(names());
      press(one, "Alt+Digit9");
    }
    expect(told).toEqual(["C 30", "C 40", "L 2", "C 40", "L 2"]);
    stop();
  });

  test("knows nothing of what was chosen in another project", async () => {
    const one = await desk(many);
    one.chosen.value = { of: { ...one.session.work.peek()!.held, project: 2 }, name: "c7" };
    press(one, "Alt+Digit3");
    expect([said(one), Object.keys(one.settings.peek().given ?? {})]).toEqual(["3 is the key of C 1 now.", ["1"]]);
  });

  test("makes keys anew, and nothing else does", async () => {
    const one = await desk(many);
    const before = one.optionKeys.peek();
    one.keep({ brush: 20 });
    expect(one.optionKeys.peek()).toBe(before);
    press(one, "Alt+Digit3");
    expect(one.optionKeys.peek()).not.toBe(before);
  });

  test("is not swallowed by a drop-down that has the focus", async () => {
    const list = document.createElement("select");
    const [first] = giving(await desk(many));
    expect([belongsToFocus(first!, "Alt+Digit1", list), belongsToFocus(first!, "Digit1", list)]).toEqual([false, true]);
  });

  test("says what to do where nothing was chosen", async () => {
    const one = await desk(sorting);
    press(one, "Alt+Digit4");
    expect(said(one)).toBe("Choose a class or an option first, then Alt+4 makes 4 its key.");
    expect(one.settings.peek().given).toBeUndefined();
  });

  test("holds for its project alone", async () => {
    const one = await desk(many);
    one.useClass("c200");
    press(one, "Alt+Digit3");
    expect(Object.keys(one.settings.peek().given ?? {})).toEqual(["1"]);
  });

  test("works on the wall, where the key then labels", async () => {
    const one = await desk(sorting);
    one.keep({ grid: true });
    const sheet = new Sheet(one);
    await settled(one);
    await settled(one);
    one.more.value = wallCommands(one, sheet, () => 10);
    sheet.label("o33");
    press(one, "Alt+Digit6");
    expect(said(one)).toBe("6 is the key of O 33 now.");
    // The wall's own keys follow, as its part does in the page.
    one.more.value = wallCommands(one, sheet, () => 10);
    press(one, "Digit6", "Shift+Digit6");
    expect([sheet.cells.peek()[1]?.label.peek(), sheet.usual.peek()]).toEqual(["o33", "o33"]);
    expect(conflicts([...fixedCommands(one), ...giving(one), ...one.more.peek()]).filter(({ scope }) => scope === "grid")).toEqual([]);
  });

  test("on the wall the keys are those of its question, whatever task is in work", async () => {
    const server = at(sorting);
    const one = await workingDesk(server);
    desks.push(one);
    one.keep({ grid: true });
    const sheet = new Sheet(one);
    await settled(one);
    const keys = sheet.keys.peek();
    expect(keys.size).toBe(POOL.length);
    const foreign = { ...one.session.held.peek()[0]!, assignment: 900, task: 900, schema: 6 };
    one.session.receive([foreign], { "6": schema(many) });
    one.session.putFirst(new Set([900]));
    expect([one.session.work.peek()?.held.schema, sheet.keys.peek()]).toEqual([6, keys]);
  });

  test("meets no other key", async () => {
    const one = await desk(many);
    expect(conflicts([...fixedCommands(one), ...optionCommands(one), ...giving(one)])).toEqual([]);
  });
});

test("what has a key stands first in a long list, by its key; a short one keeps its order", () => {
  const rows = (classes: Spec["classes"], given: readonly Given[]): (string | null)[] => {
    const keys = optionKeys({ classes: classes! }, undefined, given).classes;
    const list = h(ClassList, { classes: classes!, current: "", keys, colors: new Map(), language: "en", t: (key) => key, onTake: () => {} });
    act(() => render(list, document.body));
    const found = [...document.querySelectorAll(".option-name")].map(({ textContent }) => textContent);
    act(() => render(null, document.body));
    return found;
  };
  expect(rows(named(60, "c"), [["c50", "Digit2"]]).slice(0, 4)).toEqual(["C 1", "C 50", "C 3", "C 4"]);
  expect(rows(named(60, "c"), [["c50", "Digit2"]]).slice(24, 27)).toEqual(["C 25", "C 2", "C 26"]);
  expect(rows(named(4, "c"), [["c4", "Digit1"]])).toEqual(["C 1", "C 2", "C 3", "C 4"]);
});
