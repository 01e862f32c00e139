// The label schema as data: changes leave the rest alone, keys follow names, faults name their place.
import { describe, expect, it } from "vitest";
import { faultsOf } from "../portal/schema/check";
import { placed, sharesOf, toggleEdge } from "../portal/schema/skeleton_drawing";
import { append, duplicate, type LabelClass, keyOf, move, newClass, newQuestion, place, put, removeAt, rename, type Spec, withGeometry, withKind } from "../portal/schema/spec";
import { makeStore } from "../portal/schema/store";
import { en } from "../portal/words/en";
import { zhHans } from "../portal/words/zh-hans";
import { layoutOf } from "../workbench/tools/layouts";

const empty: Spec = { classes: [], tags: [] };
const withOne = append(empty, ["classes"], newClass(empty));

describe("a schema", () => {
  it("is not changed in place", () => {
    const before = JSON.stringify(withOne);
    put(withOne, ["classes", 0, "names", "en"], "Cat");
    removeAt(withOne, ["classes"], 0);
    expect(JSON.stringify(withOne)).toBe(before);
  });

  it("lets the key follow the English name until somebody sets it", () => {
    let spec = rename(withOne, ["classes", 0], "en", "Raspberry Pi");
    expect(spec.classes[0]?.key).toBe("raspberry-pi");
    spec = rename(spec, ["classes", 0], "en", "Raspberry Pi 3");
    expect(spec.classes[0]?.key).toBe("raspberry-pi-3");
    spec = put(spec, ["classes", 0, "key"], "rpi");
    spec = rename(spec, ["classes", 0], "en", "Board");
    expect(spec.classes[0]?.key).toBe("rpi");
    expect(rename(spec, ["classes", 0], "zh-hans", "树莓派").classes[0]?.key).toBe("rpi");
  });

  it("gives a copy its own key and colour", () => {
    const [first, second] = duplicate(withOne, ["classes"], 0).classes;
    expect(second?.key).not.toBe(first?.key);
    expect(second?.color).not.toBe(first?.color);
  });

  it("is as before after moving there and back", () => {
    const two = append(withOne, ["classes"], newClass(withOne));
    expect(move(move(two, ["classes"], 0, 1), ["classes"], 1, -1)).toEqual(two);
    expect(move(two, ["classes"], 0, -1)).toBe(two);
  });

  it.each([["Ärger Straße", "a-rger-stra-e"], ["树莓派", ""], ["--x--", "x"], ["A_b", "a_b"]])("makes of %s the key %s", (name, key) => {
    expect(keyOf(name)).toBe(key);
  });

  it("drops what another kind does not have", () => {
    const number = { ...withKind(newQuestion("number", []), "number"), minimum: 1, maximum: 5 };
    expect(withKind(number, "text")).not.toHaveProperty("minimum");
    expect(withKind(newQuestion("single", []), "number")).not.toHaveProperty("options");
  });
});

describe("a skeleton", () => {
  const start = put(withOne, ["classes", 0], withGeometry(withOne.classes[0] as LabelClass, "skeleton", true));
  const points = ["classes", 0, "skeleton", "points"];
  const three = put(append(start, points, { key: "tail", names: { en: "Tail" } }), ["classes", 0, "skeleton", "edges"], [[0, 1], [1, 2]]);
  const skeleton = (spec: Spec) => spec.classes[0]?.skeleton;

  it("comes and goes with its kind of geometry", () => {
    expect(skeleton(start)?.edges).toEqual([[0, 1]]);
    expect(withGeometry(start.classes[0] as LabelClass, "skeleton", false)).not.toHaveProperty("skeleton");
  });

  it("keeps its lines on the same points when they move, double or go", () => {
    expect(skeleton(move(three, points, 0, 1))?.edges).toEqual([[1, 0], [0, 2]]);
    expect(skeleton(removeAt(three, points, 0))?.edges).toEqual([[0, 1]]);
    expect(skeleton(removeAt(three, points, 1))?.edges).toEqual([]);
    expect(skeleton(duplicate(three, points, 0))?.edges).toEqual([[0, 2], [2, 3]]);
  });

  it("is at fault without points and with a line that joins nothing", () => {
    const bad = put(put(three, points, []), ["classes", 0, "skeleton", "edges"], [[0, 0]]);
    const places = faultsOf(bad).map(({ where, code }) => `${where} ${code}`);
    expect(places).toContain("classes[0].skeleton.points fault_points");
    expect(places).toContain("classes[0].skeleton.edges[0] fault_edge");
  });
});

describe("a tree", () => {
  const leaf = { key: "tabby", names: { en: "Tabby" } };
  const tree = { key: "t", names: { en: "T" }, kind: "tree", options: [{ key: "cat", names: { en: "Cat" }, options: [leaf] }, { key: "dog", names: { en: "Dog" } }] };
  const spec: Spec = { classes: [], tags: [tree] };
  const options = ["tags", 0, "options"];

  it("has each key once, at whatever depth", () => {
    expect(faultsOf(spec)).toEqual([]);
    const twice = put(spec, [...options, 1, "key"], "tabby");
    expect(faultsOf(twice)).toEqual([{ where: "tags[0].options[1].key", code: "fault_key_taken" }]);
  });

  it("gives a copied branch keys that nothing has", () => {
    const copied = duplicate(spec, options, 0);
    expect(faultsOf(copied)).toEqual([]);
    expect(copied.tags[0]?.options?.[1]?.options?.length).toBe(1);
  });

  it("loses its branches when it becomes a plain choice", () => {
    expect(withKind(tree, "single").options).toEqual([{ key: "cat", names: { en: "Cat" } }, { key: "dog", names: { en: "Dog" } }]);
    expect(withKind(tree, "single")).not.toHaveProperty("leaves_only");
  });

  it("is not too deep", () => {
    let deep: Spec = { classes: [], tags: [{ ...tree, options: [{ key: "n0", names: { en: "N" } }] }] };
    let path: (string | number)[] = [...options, 0];
    for (let n = 1; n <= 10; n++) {
      path = [...path, "options", 0];
      deep = append(deep, path.slice(0, -1), { key: `n${n}`, names: { en: "N" } });
    }
    expect(faultsOf(deep).map(({ code }) => code)).toEqual(["fault_deep"]);
  });
});

describe("faults", () => {
  it("say where they are, in the server's words for places", () => {
    const spec = put(rename(withOne, ["classes", 0], "en", "Cat"), ["classes", 0, "key"], "Cat!");
    expect(faultsOf(spec)).toEqual([{ where: "classes[0].key", code: "fault_key_shape" }]);
    expect(place(["classes", 0, "attributes", 1, "key"])).toBe("classes[0].attributes[1].key");
  });

  it("are found in names, options, bounds and repeated keys", () => {
    const tags = [
      { key: "a", names: { en: "A" }, kind: "single", options: [] },
      { key: "a", names: {}, kind: "number", minimum: 3, maximum: 1 },
    ];
    expect(faultsOf({ classes: [], tags }).map((one) => one.where)).toEqual(["tags[0].options", "tags[1].names", "tags[1].maximum", "tags[1].key"]);
    expect(faultsOf(empty)).toEqual([{ where: "", code: "fault_empty" }]);
  });
});

describe("the editor's memory", () => {
  it("undoes each change and takes no notice of none", () => {
    const store = makeStore(withOne, "en");
    store.set(rename(withOne, ["classes", 0], "en", "Cat"));
    store.set(JSON.parse(JSON.stringify(store.spec.value)) as Spec);
    expect(store.past.value.length).toBe(1);
    store.undo();
    expect(store.spec.value).toEqual(withOne);
    expect(store.changed.value).toBe(false);
  });
});

describe("words", () => {
  it("have the same places for values in both languages", () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect(places(zhHans[key]), key).toEqual(places(en[key]));
  });
});

describe("the template of a skeleton", () => {
  const points = ["head", "hip", "tail"].map((key) => ({ key, names: {} }));

  it("joins two points by picking them, and parts them by picking them again, whichever comes first", () => {
    const joined = toggleEdge({ points, edges: [[0, 1]] }, 1, 2);
    expect(joined.edges).toEqual([[0, 1], [1, 2]]);
    expect(toggleEdge(joined, 1, 0).edges).toEqual([[1, 2]]);
    expect(toggleEdge(joined, 1, 1).edges).toEqual(joined.edges);
  });

  it("keeps each point where it is seen when one is put somewhere, within the box", () => {
    const seen = sharesOf({ points, edges: [] });
    const next = placed({ points, edges: [] }, 2, [1.4, 0.25]);
    expect(next.points[2]!.at).toEqual([1, 0.25]);
    expect(sharesOf(next)[0]![0]).toBeCloseTo(seen[0]![0], 2);
    expect(layoutOf({ points: next.points as never, edges: [] })[2]).toEqual([1, 0.25, 2]);
  });
});
