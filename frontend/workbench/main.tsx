/** Starts the workbench on /desk/. */
import { render } from "preact";
import type { Boot } from "./contract";
import { Desk } from "./desk";
import { loadWords, translator } from "./i18n";
import { listen } from "./input";
import { App } from "./panels/app";
import { lastLanguage, readBoot, refreshBoot } from "./shell/memory";
import { goOn } from "./shell/resume";
import { keepShell } from "./shell/register";

/** A page that the browser has kept knows neither the person's language nor their colours. */
function dress({ person, theme }: Boot): void {
  document.documentElement.lang = person.language === "en" ? "en" : "zh-Hans";
  if (theme) document.documentElement.dataset["theme"] = theme;
}

async function start(root: HTMLElement): Promise<void> {
  const boot = readBoot();
  if (boot === "gone") return;
  const spoken = lastLanguage();
  await loadWords(boot?.person.language ?? spoken);
  if (!boot) {
    const t = translator(spoken);
    return render(<p class="strip warn">{t("needsLine")}</p>, root);
  }
  dress(boot);
  try {
    const desk = await Desk.open(boot);
    listen(desk);
    // Asks the browser not to clear unsent work when the disk runs low; it may say no.
    void navigator.storage?.persist?.();
    // Out of the way of what is drawn; goOn takes it away.
    document.body.append(...document.querySelectorAll(".preview"));
    render(<App desk={desk} />, root);
    goOn(desk, boot);
    desk.meter.watch();
    // After the page is there and before the first picture is.
    setTimeout(() => void import("./panels/work").then(({ warmPainter }) => warmPainter(), () => {}), 0);
    // What is typed into a dialog must not wait for it.
    setTimeout(() => void import("./panels/dialogs").catch(() => {}), 0);
    void keepShell();
    if (!document.getElementById("boot")) void refreshBoot(boot);
  } catch {
    document.querySelector(".preview")?.remove();
    const t = translator(boot.person.language);
    render(<p class="strip bad">{t("noStorage")}</p>, root);
  }
}

const root = document.getElementById("workbench");
if (root) void start(root);
