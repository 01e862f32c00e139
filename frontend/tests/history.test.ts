import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Payload } from "../workbench/contract";
import { Editor } from "../workbench/model/editor";
import { apply, EMPTY, invert } from "../workbench/model/document";
import type { Step } from "../workbench/model/history";
import { boxes, shape } from "./things";

/** One thing a person may do; numbers choose among the shapes there are. */
const actions = fc.oneof(
  fc.record({ do: fc.constant("add" as const), box: boxes }),
  fc.record({ do: fc.constant("move" as const), which: fc.nat(20), box: boxes, settle: fc.boolean() }),
  fc.record({ do: fc.constant("remove" as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant("tag" as const), key: fc.constantFrom("a", "b"), value: fc.constantFrom("x", "y", null) }),
  fc.record({ do: fc.constant("undo" as const) }),
  fc.record({ do: fc.constant("redo" as const) }),
  fc.record({ do: fc.constant("bail" as const) }),
);
type Action = typeof actions extends fc.Arbitrary<infer T> ? T : never;

let made = 0;
function perform(editor: Editor, action: Action): void {
  const { shapes } = editor.document.peek();
  const pick = (which: number): string => shapes[which % Math.max(shapes.length, 1)]?.id ?? "";
  if (action.do === "add") {
    editor.add(shape(`s${made++}`, action.box));
    editor.settle();
  } else if (action.do === "move") {
    editor.update(pick(action.which), (one) => ({ ...one, box: action.box }), { settle: action.settle });
  } else if (action.do === "remove") editor.update(pick(action.which), () => null);
  else if (action.do === "tag") editor.setTag(action.key, action.value);
  else editor[action.do]();
}

const base: Payload = { tags: { a: "x" }, shapes: [shape("first", [1, 2, 3, 4])] };
const all = (editor: Editor, way: "undo" | "redo"): void => {
  for (let n = 0; n < 500; n++) editor[way]();
};

describe("any sequence of actions", () => {
  test("undo all is the start, redo all is the end", () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 60 }), (sequence) => {
        const editor = new Editor(base);
        sequence.forEach((action) => perform(editor, action));
        editor.settle();
        all(editor, "redo");
        const end = editor.document.peek();
        all(editor, "undo");
        expect(editor.document.peek()).toEqual(base);
        all(editor, "redo");
        expect(editor.document.peek()).toEqual(end);
      }),
      { numRuns: 300 },
    );
  });

  test("replaying the journal gives the same document and the same history", () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 60 }), (sequence) => {
        const steps: Step[] = [];
        const editor = new Editor(base, [], (step) => steps.push(JSON.parse(JSON.stringify(step)) as Step));
        sequence.forEach((action) => perform(editor, action));
        editor.settle();
        const again = new Editor(base, steps);
        expect(again.document.peek()).toEqual(editor.document.peek());
        all(editor, "undo");
        all(again, "undo");
        expect(again.document.peek()).toEqual(editor.document.peek());
      }),
      { numRuns: 300 },
    );
  });

  test("each step taken back by its inverse gives what was there before", () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 40 }), (sequence) => {
        let last: Step | null = null;
        const editor = new Editor(base, [], (step) => (last = step));
        for (const action of sequence) {
          editor.settle();
          const before = editor.document.peek();
          last = null;
          perform(editor, action);
          editor.settle();
          const step = last as Step | null;
          if (step?.do !== "change") continue;
          expect(apply(editor.document.peek(), invert(step.diff))).toEqual(before);
        }
      }),
    );
  });
});

describe("steps", () => {
  test("a whole drag is one step", () => {
    const editor = new Editor(base);
    for (let x = 0; x < 50; x++) editor.update("first", (one) => ({ ...one, box: [x, 2, 3, 4] }), { settle: false });
    editor.settle();
    editor.undo();
    expect(editor.document.peek()).toEqual(base);
    expect(editor.history.canUndo).toBe(false);
  });

  test("a cancelled drag leaves no step", () => {
    const editor = new Editor(base);
    editor.update("first", (one) => ({ ...one, box: [9, 9, 9, 9] }), { settle: false });
    editor.bail();
    expect(editor.document.peek()).toEqual(base);
    expect(editor.history.canUndo).toBe(false);
  });

  test("a new change after undo forgets what could be redone", () => {
    const editor = new Editor(EMPTY);
    editor.setTag("a", "x");
    editor.undo();
    editor.setTag("a", "y");
    editor.redo();
    expect(editor.document.peek().tags).toEqual({ a: "y" });
  });

  test("a deleted box comes back in its place and is selected", () => {
    const editor = new Editor(EMPTY);
    for (const id of ["a", "b", "c"]) editor.add(shape(id, [0, 0, 5, 5]));
    editor.settle();
    editor.update("b", () => null);
    editor.undo();
    expect(editor.document.peek().shapes.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(editor.selectedId.peek()).toBe("b");
  });

  test("undo has no limit", () => {
    const editor = new Editor(base);
    for (let n = 0; n < 5000; n++) editor.update("first", (one) => ({ ...one, box: [n, 0, 5, 5] }));
    for (let n = 0; n < 5000; n++) editor.undo();
    expect(editor.document.peek()).toEqual(base);
  });
});
