/** What nobody waits for, once the page is painted; and with it what must be here before the line goes. */
import type { Desk } from "../desk";
import { tellNews } from "../guides/news";
import { keepTidy } from "../guides/tidy";
import { sayer } from "../i18n/own";
import { keepPicture } from "../pack/keep";
import type { PackStore } from "../pack/store";
import { fetchAll } from "../sync/patience";
import { setCookie, YEAR_S } from "./cookie";
import { LATER_MS } from "./register";

const sayIn = sayer({ skip: "Skip to the content" }, { skip: "跳到正文" });

export async function rest(desk: Desk, packs: PackStore, picture: HTMLImageElement | null): Promise<void> {
  speak(desk);
  keepTidy(desk);
  tellNews(desk);
  setTimeout(() => void keepWithin().catch(() => {}), LATER_MS);
  // By the same way as the desk brings it: whoever signs out without a line must be asked.
  await Promise.all([import("./leave"), keepPicture(packs, picture)]);
}

/** A page that the browser has kept is in the installation's language. */
function speak({ t, language }: Desk): void {
  document.title = `${t("workbench")} · Labelmill`;
  const skip = document.querySelector(".skip-link");
  if (skip) skip.textContent = sayIn(language)("skip");
}

/** What stands within this page is fetched under its own address, as it is where a page only names it: the next one need not hold it. */
export async function keepWithin(): Promise<void> {
  const { within } = document.getElementById("workbench")?.dataset ?? {};
  if (!within) return;
  const parts = [...document.querySelectorAll<HTMLElement>("[data-at]")];
  const answers = await Promise.all(parts.map(({ dataset: { at = "" } }) => fetchAll(at)));
  if (answers.every(({ ok }) => ok)) setCookie("within", within, { path: "/desk/", ageS: YEAR_S });
}
