// Objects in the list: their order, what they belong to, what is locked or hidden, what is repeated.
import "fake-indexeddb/auto";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { chooseClass, deleteShape } from "../workbench/commands/boxes";
import { act, mayBecome, showAll, startRelating, toggleHidden, toggleLock } from "../workbench/commands/objects";
import * as acts from "../workbench/commands/object_acts";
import type { Payload, Shape, Spec } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { apply, invert } from "../workbench/model/document";
import type { Editor } from "../workbench/model/editor";
import { belongsBelow, freeGroup } from "../workbench/model/relations";
import { restack } from "../workbench/model/restack";
import { FakeServer, settled, workingDesk } from "./desk-at-work";
import { schema, shape, spec } from "./things";

let desk: Desk;
let editor: Editor;
const ids = (): string[] => editor.document.peek().shapes.map(({ id }) => id);
const find = (id: string): Shape => editor.document.peek().shapes.find((one) => one.id === id)!;

/** What was asked for before is here and done. */
const fetched = (): Promise<void> => new Promise((done) => act(desk, () => done()));

beforeEach(async () => {
  desk = await workingDesk();
  editor = desk.session.work.peek()!.editor;
  for (const id of ["a", "b", "c"]) editor.add(shape(id, [10, 10, 20, 20]));
  editor.settle();
});

describe("the z-order", () => {
  test("goes up and down by one, and to either end", () => {
    acts.raise(desk, "a", 1);
    expect(ids()).toEqual(["b", "a", "c"]);
    acts.raise(desk, "c", -Infinity);
    expect(ids()).toEqual(["c", "b", "a"]);
    acts.raise(desk, "a", 1);
    expect(ids()).toEqual(["c", "b", "a"]);
    editor.undo();
    editor.undo();
    expect(ids()).toEqual(["a", "b", "c"]);
  });

  test("comes back by undo from any place to any place", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(11), fc.integer({ min: -3, max: 15 }), (count, from, to) => {
        const payload: Payload = { tags: {}, shapes: Array.from({ length: count }, (_, n) => shape(`s${n}`, [n, 0, 5, 5])) };
        const diff = restack(payload, `s${from % count}`, to);
        const after = apply(payload, diff);
        expect(after.shapes.length).toBe(count);
        expect(apply(after, invert(diff))).toEqual(payload);
      }),
    );
  });
});

describe("parent and group", () => {
  test("a shape belongs to another, which goes with it", () => {
    expect(acts.setParent(desk, "a", "b")).toBe(true);
    expect(find("a").parent).toBe("b");
    deleteShape(desk, "b");
    expect(find("a")).not.toHaveProperty("parent");
    editor.undo();
    expect(find("a").parent).toBe("b");
  });

  test("never goes round in a circle", () => {
    acts.setParent(desk, "a", "b");
    acts.setParent(desk, "b", "c");
    expect(acts.setParent(desk, "c", "a")).toBe(false);
    expect(find("c")).not.toHaveProperty("parent");
    expect(belongsBelow(editor.document.peek().shapes, "a", "a")).toBe(false);
  });

  test("is the next object that is selected", async () => {
    editor.selectedId.value = "a";
    startRelating(desk, "parent");
    editor.selectedId.value = "c";
    await fetched();
    expect(find("a").parent).toBe("c");
    expect(editor.selectedId.peek()).toBe("a");
    expect(editor.relating.peek()).toBeNull();
  });

  test("is not found by deselecting, which gives up", async () => {
    editor.selectedId.value = "a";
    startRelating(desk, "parent");
    await fetched();
    editor.selectedId.value = null;
    editor.selectedId.value = "c";
    expect(find("a")).not.toHaveProperty("parent");
  });

  test("both objects get one group in one step", async () => {
    acts.setGroup(desk, "c", 1);
    editor.selectedId.value = "a";
    startRelating(desk, "group");
    editor.selectedId.value = "b";
    await fetched();
    expect([find("a").group, find("b").group]).toEqual([2, 2]);
    editor.undo();
    expect([find("a").group, find("b").group]).toEqual([undefined, undefined]);
    expect(freeGroup(editor)).toBe(2);
  });

  test("a group that is none is taken away", () => {
    acts.setGroup(desk, "a", 7);
    acts.setGroup(desk, "a", 10_000);
    expect(find("a")).not.toHaveProperty("group");
  });
});

describe("lock, hide, occluded", () => {
  test("a locked object does not change", () => {
    toggleLock(desk, "a");
    acts.raise(desk, "a", 1);
    acts.toggleOccluded(desk, "a");
    deleteShape(desk, "a");
    expect(ids()).toEqual(["a", "b", "c"]);
    expect(desk.notices.list.peek().length).toBeGreaterThan(0);
    toggleLock(desk, "a");
    acts.toggleOccluded(desk, "a");
    expect(find("a").occluded).toBe(true);
    acts.toggleOccluded(desk, "a");
    expect(find("a")).not.toHaveProperty("occluded");
  });

  test("a hidden object is still part of the answer", () => {
    toggleHidden(desk, "b");
    expect(desk.stage.peek()!.visible.peek().map(({ id }) => id)).toEqual(["a", "c"]);
    expect(ids()).toEqual(["a", "b", "c"]);
    showAll(desk);
    expect(desk.stage.peek()!.visible.peek().length).toBe(3);
  });
});

describe("repeating the last label", () => {
  test("gives the details of the last object of the class", () => {
    editor.update("a", (one) => ({ ...one, attributes: { state: "new" } }));
    editor.update("b", (one) => ({ ...one, attributes: { state: "used", pins: 4 } }));
    editor.selectedId.value = "c";
    acts.repeatLabel(desk);
    expect(find("c").attributes).toEqual({ state: "used", pins: 4 });
  });

  test("gives the image the last image's answers when nothing is selected", async () => {
    for (const id of ["a", "b", "c"]) deleteShape(desk, id);
    editor.setTag("light", "good");
    editor.setTag("flags", ["a"]);
    expect(desk.session.submit()).toEqual([]);
    await settled(desk);
    acts.repeatLabel(desk);
    expect(desk.session.work.peek()!.editor.document.peek().tags).toEqual({ light: "good", flags: ["a"] });
  });
});

test("what changes objects is fetched when asked for", async () => {
  act(desk, ({ raise }) => raise(desk, "a", 1));
  await fetched();
  expect(ids()).toEqual(["b", "a", "c"]);
});

test("a class that is drawn another way is meant for the next object", async () => {
  const kinds: Spec = {
    ...spec,
    classes: [...spec.classes!, { key: "outline", names: {}, geometries: ["polygon"] }],
  };
  const server = new FakeServer();
  server.schema = schema(kinds);
  desk = await workingDesk(server);
  editor = desk.session.work.peek()!.editor;
  editor.add(shape("a", [10, 10, 20, 20]));
  expect(mayBecome(desk, find("a"), "chip")).toBe(true);
  expect(mayBecome(desk, find("a"), "outline")).toBe(false);
  chooseClass(desk, "outline");
  expect(find("a").class).toBe("board");
  expect(editor.selectedId.peek()).toBeNull();
  expect(desk.shapeClass.peek()).toBe("outline");
});

describe("copying the last image", () => {
  test("gives all its shapes and answers with ids of their own, in one step", async () => {
    editor.update("c", (one) => ({ ...one, parent: "b" }) as Shape);
    for (const id of ["a", "b", "c"]) editor.update(id, (one) => ({ ...one, attributes: { state: "new" } }));
    editor.setTag("light", "dark");
    const before = editor.document.peek();
    expect(desk.session.submit()).toEqual([]);
    await settled(desk);
    const next = desk.session.work.peek()!.editor;
    acts.copyPrevious(desk);
    const { tags, shapes } = next.document.peek();
    expect(tags).toEqual({ light: "dark" });
    expect(shapes.map((one) => ("box" in one ? one.box : null))).toEqual(before.shapes.map((one) => ("box" in one ? one.box : null)));
    expect(shapes[2]!.parent).toBe(shapes[1]!.id);
    expect(new Set([...shapes, ...before.shapes].map(({ id }) => id)).size).toBe(6);
    next.undo();
    expect(next.document.peek()).toEqual({ tags: {}, shapes: [] });
  });

  test("keeps its groups apart from those of this image", async () => {
    for (const [id, group] of [["a", 1], ["b", 1], ["c", 2]] as const) editor.update(id, (one) => ({ ...one, group }) as Shape);
    for (const id of ["a", "b", "c"]) editor.update(id, (one) => ({ ...one, attributes: { state: "new" } }));
    editor.setTag("light", "dark");
    expect(desk.session.submit()).toEqual([]);
    await settled(desk);
    const next = desk.session.work.peek()!.editor;
    next.add({ ...shape("mine", [1, 1, 5, 5]), group: 1 } as Shape);
    acts.copyPrevious(desk);
    expect(next.document.peek().shapes.map(({ group }) => group)).toEqual([1, 2, 2, 3]);
  });

  test("says so where there is none", () => {
    acts.copyPrevious(desk);
    expect(desk.notices.list.peek().at(-1)?.text).toBe("There is no earlier label to repeat.");
  });
});
