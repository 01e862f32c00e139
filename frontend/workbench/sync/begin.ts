/**
 * What needs little code and takes a slow computer long: the browser's database. This part of the page comes first and
 * runs by itself, so that what it reads is there when the rest has come over the line.
 */
import type { Boot } from "../contract";
import { PackStore } from "../pack/store";
import { readBoot } from "../shell/memory";
import { type DeskDb, openDesk, readAll, type Stored } from "./db";
import { uuid } from "./ids";
import { Tabs } from "./tabs";

export interface Beginning {
  readonly boot: Boot;
  /** The first task's picture, where it came within the page. */
  readonly picture: HTMLImageElement | null;
  readonly tabs: Tabs;
  readonly packs: PackStore;
  /** Whether this tab is the one that works. */
  readonly working: Promise<boolean>;
  readonly known: Promise<{ readonly db: DeskDb; readonly stored: Stored }>;
}

function begin(boot: Boot): Beginning {
  const { id: person } = boot.person;
  const tabs = new Tabs(person, uuid());
  const working = tabs.ask();
  const read = async (): Promise<{ db: DeskDb; stored: Stored }> => {
    const db = await openDesk(person);
    // A lock that we hold is one that no other tab writes under.
    if (tabs.isSure) await working;
    return { db, stored: await readAll(db) };
  };
  const known = read();
  // Whoever waits for it hears of it.
  known.catch(() => {});
  return { boot, picture: document.querySelector("img[data-of]"), tabs, packs: new PackStore(person), working, known };
}

const boot = readBoot();

/** Null: nobody is known; "gone" while the page is on its way to ask the server. */
export const begun: Beginning | "gone" | null = boot && boot !== "gone" ? begin(boot) : boot;
