/** The words of what makes long work easier; they come with its chunk. */
import { sayer } from "../i18n/own";

const en = {
  brightness: "Brightness",
  contrast: "Contrast",
  gamma: "Dark parts (gamma)",
  asItIs: "Show pictures as they are",
  onlyShown: "Only how pictures are shown to you; they stay as they are.",
  leftHanded: "For the left hand: panel on the left, tools on the right",
  highContrast: "High contrast",
  rest: "Propose a rest after",
  minutes: "{n} minutes",
  never: "never",
  restNow: "You have worked for {n} minutes. Look into the distance, move your hands, drink something.",
  change: "Change the key for: {name}",
  press: "Press the new key, Esc keeps the old one",
  mayChange: "Click on a key to change it.",
  taken: "{key} already means: {name}",
  anOption: "a class or option",
  reserved: "{key} belongs to the browser or to the page itself.",
  reset: "All keys as they were",
  given: "{key} is the key of {name} now.",
  takenBack: "{key} means what it usually does again.",
  giveWhat: "Choose a class or an option first, then Alt+{key} makes {key} its key.",
} as const;

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  brightness: "亮度",
  contrast: "对比度",
  gamma: "暗部（伽马）",
  asItIs: "恢复原样显示",
  onlyShown: "只影响您看到的画面，图片本身不变。",
  leftHanded: "左手布局：面板在左，工具在右",
  highContrast: "高对比度",
  rest: "工作多久提醒休息",
  minutes: "{n} 分钟",
  never: "不提醒",
  restNow: "您已经连续工作 {n} 分钟。看看远处，活动一下手，喝点水。",
  change: "更改按键：{name}",
  press: "请按新的键，Esc 保留原来的",
  mayChange: "点一个按键就能更改它。",
  taken: "{key} 已经用于：{name}",
  anOption: "类别或选项",
  reserved: "{key} 归浏览器或页面本身使用。",
  reset: "恢复全部默认按键",
  given: "{key} 现在是“{name}”的按键。",
  takenBack: "{key} 恢复原来的用途。",
  giveWhat: "请先选一个类别或选项，再按 Alt+{key}，{key} 就成为它的按键。",
};

export const sayIn = sayer(en, zhHans);
