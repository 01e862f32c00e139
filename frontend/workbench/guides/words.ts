import { sayer } from "../i18n/own";

export const sayIn = sayer(
  { changed: "The guide of “{name}” has changed.", read: "Read it" },
  { changed: "“{name}”的标注说明有更新。", read: "查看" },
);
