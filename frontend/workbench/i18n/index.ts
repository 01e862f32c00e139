/** The person's words. `t("unsent", {n: 3})` puts values in place of {n}. */
import type { Language } from "../contract";
import type { Catalogue, Key } from "./en";

export type { Key } from "./en";
export type Translate = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

const known = new Map<Language, Catalogue>();

export const addWords = (language: Language, catalogue: Catalogue): void => void known.set(language, catalogue);

/** Nobody needs both languages: the page preloads the one it is in. */
export async function loadWords(language: Language): Promise<void> {
  if (known.has(language)) return;
  addWords(language, language === "en" ? (await import("./en")).en : (await import("./zh-hans")).zhHans);
}

/** Its words must have been loaded. */
export function translator(language: Language): Translate {
  const catalogue = known.get(language);
  if (!catalogue) throw new Error(`The words of ${language} are not loaded.`);
  return (key, values = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const LOCALE: Readonly<Record<Language, string>> = { en: "en", "zh-hans": "zh-CN" };

export function money(language: Language, amount: string, currency: string): string {
  const format = { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 4 } as const;
  return new Intl.NumberFormat(LOCALE[language], format).format(Number(amount));
}

/** The time of day, with the day where it is not today. */
export function dayTime(language: Language, at: number): string {
  const today = new Date(at).toDateString() === new Date().toDateString();
  const day = today ? {} : ({ month: "short", day: "numeric" } as const);
  const format = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(LOCALE[language], format).format(at);
}

/** 18:05:09, in both languages: the browser's formatter takes a slow computer as long as drawing the page when first asked. */
export const clockTime = (at: number): string => new Date(at).toTimeString().slice(0, 8);
