/** The person's words. `t("unsent", {n: 3})` puts values in place of {n}. */
import type { Language } from "../contract";
import { type Catalogue, en, type Key } from "./en";
import { zhHans } from "./zh-hans";

export type { Key } from "./en";
export type Translate = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, "zh-hans": zhHans };

export function translator(language: Language): Translate {
  const catalogue = catalogues[language];
  return (key, values = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const LOCALE: Readonly<Record<Language, string>> = { en: "en", "zh-hans": "zh-CN" };

export function money(language: Language, amount: string, currency: string): string {
  const format = { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 4 } as const;
  return new Intl.NumberFormat(LOCALE[language], format).format(Number(amount));
}

export function clockTime(language: Language, at: number): string {
  return new Intl.DateTimeFormat(LOCALE[language], { timeStyle: "medium", hourCycle: "h23" }).format(at);
}
