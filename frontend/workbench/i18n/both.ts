/** Both languages at once, for pages that have the room and for tests. */
import type { Language } from "../contract";
import { addWords } from ".";
import { type Catalogue, en } from "./en";
import { zhHans } from "./zh-hans";

export const catalogues: Readonly<Record<Language, Catalogue>> = { en, "zh-hans": zhHans };

addWords("en", en);
addWords("zh-hans", zhHans);
