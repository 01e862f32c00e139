/** Finding classes and options by what is typed: any of their names, their key, or initials of their pinyin. */
import { signal } from "@preact/signals";
import type { Names } from "../contract";
import type * as pinyinModule from "./pinyin";

type Pinyin = typeof pinyinModule;
/** Comes when a field to find something is first used; until then, and if it cannot come, names alone count. */
const pinyin = signal<Pinyin | null>(null);
const initials = new Map<string, readonly string[]>();

export async function fetchPinyin(): Promise<void> {
  pinyin.value ??= await import("./pinyin").catch(() => null);
}

/** Fewer than there are keys. More hits help nobody; another letter does. */
export const HITS = 20;

export interface Findable {
  readonly key: string;
  readonly names: Names;
}

export function matches({ key, names }: Findable, wanted: string): boolean {
  const part = wanted.trim().toLowerCase();
  const all = [key, ...Object.values(names)];
  return all.some((name) => name.toLowerCase().includes(part)) || all.some((name) => byInitials(name, part));
}

function byInitials(name: string, part: string): boolean {
  const module = pinyin.value;
  if (!module || !/^[a-z0-9]+$/.test(part)) return false;
  let known = initials.get(name);
  if (!known) initials.set(name, (known = module.initialsOf(name)));
  return module.hasInitials(known, part);
}
