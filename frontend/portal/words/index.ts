// Words of the portal's scripts. t("faults", {n: 3}) puts values in place of {n}.
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

/** What a page's template left in <script type="application/json" id="boot">. */
export function boot<Boot>(): Boot {
  return JSON.parse(document.getElementById("boot")?.textContent ?? "{}") as Boot;
}

export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}
