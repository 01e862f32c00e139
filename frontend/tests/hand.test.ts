// @vitest-environment happy-dom
/** The hand that pans while Space is held. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Camera } from "../workbench/view/camera";
import { handOnSpace } from "../workbench/view/hand";
import { PointerInput } from "../workbench/view/pointer";

let stage: HTMLElement;
let input: PointerInput;
let leave: () => void;

const space = (type: "keydown" | "keyup"): void => {
  document.activeElement!.dispatchEvent(new KeyboardEvent(type, { code: "Space", bubbles: true, cancelable: true }));
};
const given = (): boolean[] => [input.handMode, stage.classList.contains("hand")];

beforeEach(() => {
  stage = document.createElement("div");
  stage.tabIndex = 0;
  document.body.append(stage);
  stage.focus();
  input = new PointerInput(stage, new Camera(), () => null, () => {});
  leave = handOnSpace(input, stage);
});

afterEach(() => {
  leave();
  document.body.replaceChildren();
});

test("is there while the key is down on the image", () => {
  space("keydown");
  expect(given()).toEqual([true, true]);
  space("keyup");
  expect(given()).toEqual([false, false]);
});

test("is gone when the window is left, though the key is let go elsewhere", () => {
  space("keydown");
  window.dispatchEvent(new Event("blur"));
  expect(given()).toEqual([false, false]);
});

test("is not given where a command has taken the key", () => {
  const take = (event: Event): void => event.preventDefault();
  window.addEventListener("keydown", take, { capture: true });
  space("keydown");
  expect(given()).toEqual([false, false]);
  window.removeEventListener("keydown", take, { capture: true });
});
