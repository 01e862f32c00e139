/** Words that come with the part of the page that says them. */
import type { Language } from "../contract";

export type Say<K extends string> = (key: K, values?: Readonly<Record<string, string | number>>) => string;

export function sayer<K extends string>(en: Readonly<Record<K, string>>, zhHans: Readonly<Record<K, string>>) {
  return (language: Language): Say<K> => {
    const words = language === "en" ? en : zhHans;
    return (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}
