/** The words of what helps to draw; they come with its chunk. */
import { sayer } from "../i18n/own";

const en = {
  notHere: "This class is not drawn as a polygon, a mask or a box: nothing to grow.",
  tooSmall: "Nothing around this place looks alike. Press again to allow more difference.",
  failed: "This browser cannot do that. Draw it by hand.",
} as const;

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  notHere: "这个类别不用多边形、涂抹或方框来画，无法自动扩展。",
  tooSmall: "这里周围没有相近的颜色。再按一次，放宽一些。",
  failed: "这个浏览器做不到，请手工画。",
};

export const sayIn = sayer(en, zhHans);
