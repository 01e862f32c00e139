/** The words of the offline pack; they come with its part of the page. */
import { sayer } from "../i18n/own";

const en = {
  packTitle: "Offline pack",
  packShort: "{n} ready offline",
  packOffer: "Going where there is no line? Take images along:",
  packTake: "{n} images",
  packRule: "They stay yours for 12 hours. Give back what you cannot do.",
  packAsking: "Asking for images …",
  packAskingOffline: "You are offline: images can be taken along only while online.",
  packLoading: "Downloading: {n} of {of} are here",
  packStalled: "The line is slow or down: {n} of {of} are here. Trying again …",
  packReady: "Ready to be done offline: {n}, until {until}",
  packGiveBack: "Give back the rest",
};

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  packTitle: "离线包",
  packShort: "离线可做 {n} 张",
  packOffer: "要去没有网络的地方？先把图片带上：",
  packTake: "带 {n} 张",
  packRule: "12 小时内归您做，做不完请退回。",
  packAsking: "正在领取图片…",
  packAskingOffline: "现在没有网络，联网后才能带图片。",
  packLoading: "正在下载：已到 {n} / {of} 张",
  packStalled: "网络慢或已断开：已到 {n} / {of} 张，正在重试…",
  packReady: "{n} 张已备好，断网也能做，期限到 {until}",
  packGiveBack: "退回剩下的",
};

export const sayIn = sayer(en, zhHans);
