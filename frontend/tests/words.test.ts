import { describe, expect, test } from "vitest";
import { nameOf } from "../workbench/contract";
import { money, translator } from "../workbench/i18n";
import { catalogues } from "../workbench/i18n/both";
import { en } from "../workbench/i18n/en";
import { zhHans } from "../workbench/i18n/zh-hans";
import { press, typed } from "../workbench/model/answer";
import { check, defaults, reclass } from "../workbench/model/check";
import { shape, spec } from "./things";

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe("the words", () => {
  test("both catalogues have the same keys", () => {
    expect(Object.keys(zhHans).sort()).toEqual(Object.keys(en).sort());
  });

  test.each(Object.keys(en) as (keyof typeof en)[])("%s is translated and keeps its values", (key) => {
    expect(zhHans[key].trim()).not.toBe("");
    expect(placeholders(zhHans[key])).toEqual(placeholders(en[key]));
    if (key !== "language") expect(zhHans[key]).toMatch(/[一-鿿]/);
  });

  test("Chinese sentences use Chinese punctuation", () => {
    for (const text of Object.values(zhHans)) expect(text).not.toMatch(/[一-鿿][,;:!?(]/);
  });

  test("values are put in, unknown ones left alone", () => {
    expect(translator("en")("unsent", { n: 3 })).toBe("3 not yet sent");
    expect(translator("zh-hans")("unsent")).toBe(catalogues["zh-hans"].unsent);
  });

  test("names fall back from the person's language to Chinese, English, the key", () => {
    expect(nameOf({ key: "k", names: { en: "Board", "zh-hans": "板" } }, "en")).toBe("Board");
    expect(nameOf({ key: "k", names: { "zh-hans": "板" } }, "en")).toBe("板");
    expect(nameOf({ key: "k", names: { en: "Board" } }, "zh-hans")).toBe("Board");
    expect(nameOf({ key: "k", names: {} }, "zh-hans")).toBe("k");
  });

  test("money has its currency and keeps fractions of a fen", () => {
    expect(money("zh-hans", "5.2875", "CNY")).toBe("¥5.2875");
    expect(money("en", "5.2800", "CNY")).toBe("¥5.28");
  });
});

describe("answers", () => {
  const [light, flags] = spec.tags!;

  test("a required single choice stays chosen, an optional one is taken back", () => {
    expect(press(light!, "good", "good")).toBe("good");
    expect(press({ ...light!, required: false }, "good", "good")).toBeNull();
  });

  test("several choices keep the schema's order", () => {
    expect(press(flags!, ["b"], "a")).toEqual(["a", "b"]);
    expect(press(flags!, ["a"], "a")).toBeNull();
  });

  test("numbers are numbers; what is none is not an answer", () => {
    const number = { key: "n", names: {}, kind: "number" } as const;
    expect([typed(number, " 1.50 "), typed(number, "many"), typed(number, "")]).toEqual([1.5, null, null]);
  });
});

describe("the check before submitting", () => {
  const complete = { ...shape("one", [0, 0, 9, 9]), attributes: { state: "new" } };

  test("names the missing tag first, then each box's attribute", () => {
    const problems = check(spec, { tags: {}, shapes: [shape("one", [0, 0, 9, 9])] });
    expect(problems.map(({ question, shape: of }) => [question.key, of])).toEqual([["light", null], ["state", "one"]]);
  });

  test("finds numbers out of range", () => {
    const wrong = { ...complete, attributes: { state: "new", pins: 12 } };
    expect(check(spec, { tags: { light: "good" }, shapes: [wrong] }).map(({ what }) => what)).toEqual(["range"]);
  });

  test("a checkbox that says no is an answer", () => {
    const attributes = [{ key: "ok", names: {}, kind: "checkbox", required: true } as const];
    const strict = { classes: [{ key: "board", names: {}, attributes: [...attributes] }] };
    expect(check(strict, { tags: {}, shapes: [{ ...complete, attributes: { ok: false } }] })).toEqual([]);
  });

  test("a new box starts with the defaults; another class keeps only what it knows", () => {
    expect(defaults(spec.classes![0])).toEqual({ occluded: false });
    expect(reclass(spec, complete, "chip")).toMatchObject({ class: "chip", attributes: {} });
    expect(reclass(spec, { ...complete, class: "chip" }, "board").attributes).toEqual({ occluded: false, state: "new" });
  });
});
