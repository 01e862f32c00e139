/** The words of drafts and of judging them; they come with its chunk. */
import { sayer } from "../i18n/own";

const en = {
  drafts: "Suggestions",
  waiting: "{n} to decide",
  help: "Dashed: suggested by a model, not part of your answer until you take it. Changing one takes it.",
  draftsOfPerson: "The answer before yours",
  helpOfPerson: "Dashed: what somebody answered before you, not part of your answer until you take it. Changing one takes it.",
  nothingOfPerson: "Somebody found nothing to label in this image.",
  take: "Take this one",
  leave: "Leave this one out",
  takeAll: "Take all",
  leaveAll: "Leave all out",
  send: "Take all and submit",
  noneLeft: "Every suggestion is decided.",
  sure: "{share} sure",
  verifyOn: "Judge by one key",
  verifyOff: "Decide one by one",
  question: "Is all of this right?",
  yes: "Yes, all right",
  no: "No, I label it anew",
  fix: "Nearly: put it right",
  nothing: "Nothing is suggested for this image: there is nothing to label.",
  toggle: "Judge suggestions by one key, or one by one",
} as const;

const zhHans: Readonly<Record<keyof typeof en, string>> = {
  drafts: "建议",
  waiting: "{n} 个待处理",
  help: "虚线是模型的建议，采用之前不算您的答案。改动它就是采用它。",
  draftsOfPerson: "前一位的答案",
  helpOfPerson: "虚线是前一位标注员的答案，采用之前不算您的。改动它就是采用它。",
  nothingOfPerson: "前一位认为这张图没有要标的东西。",
  take: "采用这一个",
  leave: "不要这一个",
  takeAll: "全部采用",
  leaveAll: "全部不要",
  send: "全部采用并提交",
  noneLeft: "建议都处理完了。",
  sure: "把握 {share}",
  verifyOn: "一键判断对错",
  verifyOff: "逐个处理",
  question: "这些都对吗？",
  yes: "对，提交",
  no: "不对，我重新标",
  fix: "差不多，改一改",
  nothing: "这张图没有建议：没有要标的东西。",
  toggle: "建议：一键判断，或逐个处理",
};

export const sayIn = sayer(en, zhHans);
