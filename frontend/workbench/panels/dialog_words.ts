/** The words of the dialogs; they come with their chunk. */
import { sayer } from "../i18n/own";

const en = {
  skipTitle: "Why skip this image?",
  skipNote: "What is the reason?",
  reportTitle: "Report a problem",
  reportHelp: "You keep the image and go on. Your supervisor reads this.",
  note: "Note (optional)",
  reportThanks: "Thank you. Your supervisor will see it.",
  leaveTitle: "{n} not yet sent",
  leaveHelp: "They stay on this computer, for you alone, and go out when you sign in here again. Better: wait until the line is back.",
  noLine: "No connection",
  leaveOffline: "Without a connection nobody can sign in again here, and the images that you took along are given back.",
  leaveAnyway: "Sign out all the same",
  stay: "Stay",
  cmdClass: "Class or option",
  cmdAttribute: "Detail of the selected box",
  cmdNudge: "Move by a pixel (Shift: 10)",
  cmdResize: "Resize by a pixel (Shift: 10)",
  cmdPan: "Pan: hold and drag",
  space: "Space",
};

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  skipTitle: "为什么跳过这张图？",
  skipNote: "请写明原因",
  reportTitle: "报告问题",
  reportHelp: "这张图仍归您，可以继续做。班组长会看到您的报告。",
  note: "备注（可不填）",
  reportThanks: "谢谢，班组长会看到。",
  leaveTitle: "还有 {n} 张未发送",
  leaveHelp: "它们只为您一人保存在这台电脑上，您下次在这里登录时自动发送。最好等网络恢复后再退出。",
  noLine: "没有网络",
  leaveOffline: "没有网络时退出后无法重新登录，带上的图片也会退回。",
  leaveAnyway: "仍要退出",
  stay: "留下",
  cmdClass: "类别或选项",
  cmdAttribute: "选中框的属性",
  cmdNudge: "移动 1 像素（加 Shift 为 10）",
  cmdResize: "改大小 1 像素（加 Shift 为 10）",
  cmdPan: "按住并拖动：平移",
  space: "空格",
};

export const sayIn = sayer(en, zhHans);
