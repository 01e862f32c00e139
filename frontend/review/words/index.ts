/** Words of the reviewer's page. t("waiting", {n: 3}) puts values in place of {n}. */
import { type Catalogue, en, type Key } from "./en";
import { zhHans } from "./zh-hans";

export type { Key } from "./en";
export type Translate = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

const CATALOGUES: Readonly<Record<string, Catalogue>> = { en, "zh-hans": zhHans };

export function translator(language: string): Translate {
  const catalogue = CATALOGUES[language] ?? en;
  return (key, values = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
