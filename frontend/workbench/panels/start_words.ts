/** The words of the start page; they come with its chunk. */
import { sayer } from "../i18n/own";

const en = {
  hello: "Hello, {name}",
  chooseProject: "Choose a project",
  continue: "Continue",
  pricePerImage: "{price} an image",
  openImages: "{n} images open",
  noneOpen: "Nothing open right now",
  practiceFirst: "Practice comes first",
  noProjects: "You have no project yet",
  noProjectsHelp: "Ask your supervisor to add you to one, then reload this page.",
  todayCount: "Images today",
  todayEarned: "Earned today",
  unsentLabel: "Not yet sent",
  draftsWaiting: "Begun and not finished: {n}. These come first.",
  anyProject: "Any project",
  anyProjectHelp: "The most urgent images first, as your supervisor has ordered them",
};

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  hello: "{name}，您好",
  chooseProject: "选择项目",
  continue: "继续",
  pricePerImage: "每张 {price}",
  openImages: "可做 {n} 张",
  noneOpen: "现在没有可做的图片",
  practiceFirst: "先练习，再开始",
  noProjects: "您还没有项目",
  noProjectsHelp: "请让班组长把您加入项目，然后刷新本页。",
  todayCount: "今日张数",
  todayEarned: "今日收入",
  unsentLabel: "未发送",
  draftsWaiting: "有 {n} 张做了一半，会先打开。",
  anyProject: "任意项目",
  anyProjectHelp: "按班组长排好的顺序，先做最急的",
};

export const sayIn = sayer(en, zhHans);
