// @vitest-environment happy-dom
/** Finding an entry of a long list by what is typed. */
import { h, render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { LongList } from "../workbench/panels/long_list";
import { POOL } from "../workbench/commands/options";

const t = (key: string): string => key;
const entries = [
  ...Array.from({ length: POOL.length }, (_, at) => ({ key: `k${at}`, names: { en: `Species ${at}` } })),
  { key: "panda", names: { en: "Panda", "zh-hans": "大熊猫" } },
];

async function shown(): Promise<{ taken: string[]; type: (text: string) => Promise<void>; enter: () => Promise<void> }> {
  const root = document.createElement("div");
  document.body.replaceChildren(root);
  const taken: string[] = [];
  const option = ({ key }: { key: string }) => h("button", { key }, key);
  const list = h(LongList, { label: "Find", entries, current: null, t, chordOf: () => undefined, option, onTake: (key: string) => taken.push(key) } as never);
  await act(() => render(list, root));
  const field = root.querySelector<HTMLInputElement>(".find")!;
  return {
    taken,
    type: async (text) => {
      field.value = text;
      await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
    },
    enter: async () => {
      await act(() => void field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })));
    },
  };
}

// First, while what knows initials has not been asked for.
test("initials that are typed before what knows them is there are found once it is", async () => {
  const { taken, type, enter } = await shown();
  await type("dxm");
  await enter();
  await vi.waitUntil(() => taken.length > 0);
  expect(taken).toEqual(["panda"]);
});

test("a name is taken at once, and nothing by what no entry has", async () => {
  const { taken, type, enter } = await shown();
  await type("species 7");
  await enter();
  expect(taken).toEqual(["k7"]);
  await type("zzz");
  await enter();
  await type("   ");
  await enter();
  expect(taken).toEqual(["k7"]);
});
