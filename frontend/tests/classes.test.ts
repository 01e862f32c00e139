import { describe, expect, test } from "vitest";
import { matches } from "../workbench/find/find";

describe("finding a class by its name", () => {
  const board = { key: "board-1", names: { en: "Raspberry Pi", "zh-hans": "树莓派" } };

  test.each(["", "pi", " RASP ", "莓", "board"])("%j finds it", (wanted) => {
    expect(matches(board, wanted)).toBe(true);
  });

  test("what is in no name finds nothing", () => {
    expect(matches(board, "arduino")).toBe(false);
  });
});
