/** The words of practice; they come with its chunk. */
import type { Language } from "../contract";

const en = {
  practice: "Practice",
  before: "First some practice",
  beforeHelp:
    "Read the guide, then answer a few practice images. After each one you see the right answer. Practice is not paid; when your answers are near enough to the right ones, the work begins.",
  begin: "Start practising",
  noGuide: "This project has no guide.",
  comparing: "Comparing with the right answer …",
  waiting: "The line is down. Your answer is safe on this computer; the comparison appears when the line is back.",
  gone: "This answer cannot be compared. Go on with the next image.",
  perfect: "Just right",
  near: "Nearly right",
  far: "Look at the difference",
  match: "Match",
  mean: "Mean of the last {n}",
  needed: "Needed",
  yours: "Your answer",
  right: "Right answer",
  nothing: "nothing",
  passed: "You have passed. The work begins now.",
  more: "At least {n} more.",
  usedUp: "That was the last practice image. Your supervisor has been told and will help you.",
  again: "Not enough yet: go on practising.",
  next: "Go on",
} as const;

type Key = keyof typeof en;

const zhHans: Readonly<Record<Key, string>> = {
  practice: "练习",
  before: "先练习一下",
  beforeHelp:
    "请先看标注说明，再做几张练习图。每做完一张，都会显示正确答案。练习不计酬；您的答案和正确答案足够接近后，就正式开始工作。",
  begin: "开始练习",
  noGuide: "这个项目没有标注说明。",
  comparing: "正在和正确答案比较……",
  waiting: "网络断开了。您的答案已安全保存在这台电脑上，网络恢复后显示比较结果。",
  gone: "这个答案无法比较，请继续下一张。",
  perfect: "完全正确",
  near: "基本正确",
  far: "请看差别在哪里",
  match: "吻合度",
  mean: "最近 {n} 张平均",
  needed: "需要达到",
  yours: "您的答案",
  right: "正确答案",
  nothing: "无",
  passed: "您已通过练习，现在正式开始工作。",
  more: "至少还要 {n} 张。",
  usedUp: "这是最后一张练习图。已通知班组长，他会来帮您。",
  again: "还不够，请继续练习。",
  next: "继续",
};

export type Say = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export const sayIn = (language: Language): Say => {
  const words = language === "en" ? en : zhHans;
  return (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
};
