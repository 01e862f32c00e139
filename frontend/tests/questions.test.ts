// Trees, finding by initials, keys of what is in sight, and the boxes round every kind of shape.
import "fake-indexeddb/auto";
import { describe, expect, test, vi } from "vitest";
import { openLevel, optionCommands, pressTag } from "../workbench/commands/answer";
import { optionId, optionKeys, UP } from "../workbench/commands/options";
import type { Question, Shape, Spec } from "../workbench/contract";
import { hasInitials, initialsOf } from "../workbench/find/pinyin";
import { boundsOf, runLengths } from "../workbench/model/bounds";
import { levelOf, openPath, pathTo, take } from "../workbench/model/tree";
import { FakeServer, workingDesk } from "./desk-at-work";
import { schema } from "./things";

const animal: Question = {
  key: "animal",
  names: { en: "Animal" },
  kind: "tree",
  required: true,
  leaves_only: true,
  options: [
    { key: "cat", names: {}, options: [{ key: "tabby", names: {} }, { key: "manx", names: {}, options: [{ key: "tailless", names: {} }] }] },
    { key: "dog", names: {} },
  ],
};
const keysOf = (options: readonly { key: string }[]): string[] => options.map(({ key }) => key);

describe("a tree", () => {
  test("knows the way to each node", () => {
    expect(keysOf(pathTo(animal.options!, "tailless"))).toEqual(["cat", "manx", "tailless"]);
    expect(pathTo(animal.options!, "bird")).toEqual([]);
  });

  test("opens where its answer lies, unless the person has opened another level", () => {
    expect(keysOf(levelOf(animal, openPath(animal, undefined, {})))).toEqual(["cat", "dog"]);
    expect(keysOf(levelOf(animal, openPath(animal, "tabby", {})))).toEqual(["tabby", "manx"]);
    expect(keysOf(levelOf(animal, openPath(animal, "tabby", { animal: null })))).toEqual(["cat", "dog"]);
    expect(keysOf(levelOf(animal, openPath(animal, undefined, { animal: "manx" })))).toEqual(["tailless"]);
  });

  test("a branch is an answer only where not leaves alone are", () => {
    expect(take(animal, undefined, "cat")).toEqual({ open: "cat" });
    expect(take({ ...animal, leaves_only: false }, undefined, "cat")).toEqual({ value: "cat", open: "cat" });
    expect(take(animal, undefined, "tabby")).toEqual({ value: "tabby", open: "cat" });
  });

  test("a leaf pressed again is taken back where no answer is required", () => {
    expect(take(animal, "dog", "dog").value).toBe("dog");
    expect(take({ ...animal, required: false }, "dog", "dog").value).toBeNull();
  });

  test("is walked by the keys of the open level, and up by 0", async () => {
    vi.stubGlobal("document", { getElementById: () => null });
    const server = new FakeServer();
    server.schema = schema({ tags: [animal, { key: "flag", names: {}, kind: "multiple", options: [{ key: "blur", names: {} }] }] });
    const desk = await workingDesk(server);
    const { editor } = desk.session.work.peek()!;
    const chord = (option: string) => desk.optionKeys.value.options.get(optionId("animal", option));
    expect([chord("cat"), chord("dog")]).toEqual(["Digit2", "Digit3"]);
    pressTag(desk, animal, "cat");
    expect(editor.document.peek().tags).toEqual({});
    expect([chord("tabby"), chord("manx"), chord("dog")]).toEqual(["Digit2", "Digit3", undefined]);
    expect(desk.optionKeys.value.options.get(optionId("flag", "blur"))).toBe("Digit1");
    pressTag(desk, animal, "manx");
    optionCommands(desk).find(({ keys }) => keys[0] === UP)!.run();
    expect(keysOf(openLevel(editor, animal))).toEqual(["tabby", "manx"]);
    pressTag(desk, animal, "tabby");
    expect(editor.document.peek().tags).toEqual({ animal: "tabby" });
  });
});

test("options of a drop-down and of radio buttons have keys as well", () => {
  const ask = (kind: "radio" | "select"): Spec => ({ tags: [{ key: "t", names: {}, kind, options: [{ key: "a", names: {} }] }] });
  for (const kind of ["radio", "select"] as const) expect(optionKeys(ask(kind)).options.get("t/a")).toBe("Digit1");
});

describe("pinyin initials", () => {
  test.each([
    ["树莓派", "smp"],
    ["电路板", "dlb"],
    ["行人", "xr"],
    ["银行", "yh"],
    ["重庆", "cq"],
    ["长度", "cd"],
    ["成长", "cz"],
    ["LoRa 模块", "loramk"],
    ["安全帽（红）", "aqmh"],
    ["鹦鹉", "yw"],
  ])("of %s are %s", (name, initials) => {
    expect(hasInitials(initialsOf(name), initials)).toBe(true);
  });

  test("are found in the middle of a name, and not where they are not", () => {
    expect(hasInitials(initialsOf("小型树莓派"), "smp")).toBe(true);
    expect(hasInitials(initialsOf("树莓派"), "sp")).toBe(false);
    expect(hasInitials(initialsOf("树"), "sm")).toBe(false);
  });
});

describe("the box round", () => {
  const shape = (type: string, geometry: unknown): Shape => ({ id: "a", class: "c", type, [type]: geometry, attributes: {} }) as unknown as Shape;
  const near = (found: readonly number[], wanted: readonly number[]) => found.forEach((one, at) => expect(one).toBeCloseTo(wanted[at]!, 6));

  test.each([
    ["box", [1, 2, 3, 4], [1, 2, 3, 4]],
    ["rotated_box", [10, 10, 8, 4, 90], [8, 6, 4, 8]],
    ["ellipse", [10, 10, 4, 2, 90], [8, 6, 4, 8]],
    ["polygon", [[1, 1, 5, 1, 3, 9], [2, 2, 3, 2, 3, 3]], [1, 1, 4, 8]],
    ["polyline", [5, 5, 1, 9], [1, 5, 4, 4]],
    ["point", [7, 8], [7, 8, 0, 0]],
    ["skeleton", [0, 0, 0, 3, 4, 2, 9, 6, 1], [3, 4, 6, 2]],
    ["mask", { size: [3, 4], counts: "336" }, [1, 0, 1, 3]],
  ])("a %s", (type, geometry, bounds) => {
    near(boundsOf(shape(type, geometry)), bounds);
  });

  test("a mask whose run goes over the foot of a column", () => {
    near(boundsOf(shape("mask", { size: [4, 3], counts: "345" })), [0, 0, 2, 4]);
  });

  test("COCO's string is read with its signs and differences", () => {
    expect(runLengths("336")).toEqual([3, 3, 6]);
    expect(runLengths("345N")).toEqual([3, 4, 5, 2]);
  });
});
