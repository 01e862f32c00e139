/** Starts the workbench on /desk/. */
import { render } from "preact";
import type { Boot } from "./contract";
import { Desk } from "./desk";
import { translator } from "./i18n";
import { listen } from "./input";
import { App } from "./panels/app";
import { warmPainter } from "./panels/stage";

async function start(): Promise<void> {
  const root = document.getElementById("workbench");
  const text = document.getElementById("boot")?.textContent;
  if (!root || !text) return;
  const boot = JSON.parse(text) as Boot;
  try {
    const desk = await Desk.open(boot);
    listen(desk);
    // Asks the browser not to clear unsent work when the disk runs low; it may say no.
    void navigator.storage?.persist?.();
    render(<App desk={desk} />, root);
    // After the page is there and before the first picture is.
    setTimeout(warmPainter, 0);
  } catch {
    const t = translator(boot.person.language);
    render(<p class="strip bad">{t("noStorage")}</p>, root);
  }
}

void start();
