/** The words of what helps to draw; they come with its chunk. */
import { sayer } from "../i18n/own";

const en = {
  notHere: "This class is not drawn as a polygon, a mask or a box: nothing to grow.",
  tooSmall: "Nothing around this place looks alike. Press again to allow more difference.",
  noOutline: "Select a polygon or a line first.",
  noFit: "No edges near enough to lay this outline onto.",
  asking: "Asking the project's model …",
  noModel: "This project has no model to ask.",
  modelFailed: "The model did not answer. Draw by hand.",
  seesNothing: "The model sees nothing there.",
  failed: "This browser cannot do that. Draw it by hand.",
} as const;

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  notHere: "这个类别不用多边形、涂抹或方框来画，无法自动扩展。",
  tooSmall: "这里周围没有相近的颜色。再按一次，放宽一些。",
  noOutline: "先选中一个多边形或折线。",
  noFit: "附近没有足够清楚的边缘，轮廓保持不变。",
  asking: "正在问项目的模型……",
  noModel: "这个项目没有可问的模型。",
  modelFailed: "模型没有回答，请手工画。",
  seesNothing: "模型在这里没有看到什么。",
  failed: "这个浏览器做不到，请手工画。",
};

export const sayIn = sayer(en, zhHans);
