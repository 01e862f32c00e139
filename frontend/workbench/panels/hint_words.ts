/** What the hand is in the middle of, in words; they come with the stage. */
import { sayer } from "../i18n/own";

const en = {
  armed: "Draw the new object. Esc cancels.",
  placing: "Now the opposite corner. Esc cancels.",
  dots: "Click point by point or drag freely. Enter ends, Backspace takes a point back, Esc cancels.",
  extreme: "Click its top, left, bottom and right: {n} of 4",
  turned: "Now how wide it is. Esc cancels.",
  skeleton: "{name} ({n} of {all}). Shift: hidden. Alt: not there. Enter ends.",
  split: "Draw a line across the polygon, Enter ends.",
  cut: "Draw what to cut away. Enter ends, Esc cancels.",
  extend: "Draw what to add. Enter ends, Esc cancels.",
  edges: "Click along the edge: the line follows it; with Alt it goes straight. Enter ends, Esc cancels.",
} as const;

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  armed: "请画新的对象。按 Esc 取消。",
  placing: "请点对角。按 Esc 取消。",
  dots: "逐点单击，或按住拖着画。回车结束，退格撤回一点，Esc 取消。",
  extreme: "依次单击最上、最左、最下、最右：{n} / 4",
  turned: "再点一下确定宽度。Esc 取消。",
  skeleton: "{name}（{n} / {all}）。Shift：被遮挡；Alt：不存在；回车结束。",
  split: "画一条穿过多边形的线，回车结束。",
  cut: "画出要裁掉的部分。回车结束，Esc 取消。",
  extend: "画出要补上的部分。回车结束，Esc 取消。",
  edges: "沿边缘点击，线条会贴着边缘走；按住 Alt 则走直线。Enter 结束，Esc 取消。",
};

export const sayIn = sayer(en, zhHans);
