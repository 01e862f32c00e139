/** What nobody waits for, once the page is painted; and with it what must be here before the line goes. */
import type { Desk } from "../desk";
import { sayer } from "../i18n/own";
import { keepPicture } from "../pack/keep";
import type { PackStore } from "../pack/store";

const sayIn = sayer({ skip: "Skip to the content" }, { skip: "跳到正文" });

export async function rest(desk: Desk, packs: PackStore, picture: HTMLImageElement | null): Promise<void> {
  speak(desk);
  // By the same way as the desk brings it: whoever signs out without a line must be asked.
  await Promise.all([import("./leave"), keepPicture(packs, picture)]);
}

/** A page that the browser has kept is in the installation's language. */
function speak({ t, language }: Desk): void {
  document.title = `${t("workbench")} · Labelmill`;
  const skip = document.querySelector(".skip-link");
  if (skip) skip.textContent = sayIn(language)("skip");
}
