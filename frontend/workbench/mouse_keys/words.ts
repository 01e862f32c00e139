/** The words of mouse keys. */
import { sayer } from "../i18n/own";

const en = {
  toggle: "Mouse keys: arrows move the pointer (Shift: large steps)",
  click: "Mouse keys: click",
  hold: "Mouse keys: press; again: let go",
  on: "Mouse keys are on. Arrows move the pointer, with Shift in large steps. {click} clicks; the {hold} key presses until you press it again. Esc leaves.",
  pressed: "Pressed. The {hold} key lets go.",
  released: "Let go.",
  space: "Space",
} as const;

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  toggle: "鼠标键：用方向键移动指针（加 Shift 步子更大）",
  click: "鼠标键：单击",
  hold: "鼠标键：按住，再按一次松开",
  on: "鼠标键已开启。方向键移动指针，加 Shift 步子更大；按 {click} 单击；按 {hold} 键按住，再按一次松开；Esc 退出。",
  pressed: "已按住，按 {hold} 键松开。",
  released: "已松开。",
  space: "空格",
};

export const sayIn = sayer(en, zhHans);
