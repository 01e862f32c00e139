import { sayer } from "../i18n/own";

export const sayIn = sayer(
  { first: "“{name}” has a guide. Look at it before you begin.", changed: "The guide of “{name}” has changed.", read: "Read it" },
  { first: "“{name}”有标注说明，开始前请先看一看。", changed: "“{name}”的标注说明有更新。", read: "查看" },
);
