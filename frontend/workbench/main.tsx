/** Starts the workbench on /desk/. */
import { render } from "preact";
import type { Boot } from "./contract";
import { Desk } from "./desk";
import { loadWords, translator } from "./i18n";
import { listen } from "./input";
import { App, Start, Work } from "./panels/app";
import { lastLanguage, readBoot, refreshBoot } from "./shell/memory";
import { goOn, removePreview } from "./shell/resume";
import { keepShell } from "./shell/register";

/** A page that the browser has kept knows neither the person's language nor their colours. */
function dress({ person, theme }: Boot): void {
  document.documentElement.lang = person.language === "en" ? "en" : "zh-Hans";
  if (theme) document.documentElement.dataset["theme"] = theme;
}

async function start(root: HTMLElement): Promise<void> {
  const boot = readBoot();
  if (boot === "gone") return;
  const spoken = boot?.person.language ?? lastLanguage();
  if (!boot) {
    await loadWords(spoken);
    return render(<p class="strip warn">{translator(spoken)("needsLine")}</p>, root);
  }
  dress(boot);
  // A page that goes on with its task: what that needs comes while the browser's database is being read.
  const goesOn = Boolean(boot.resume) || !document.getElementById("boot");
  const first = goesOn ? Work.bring() : Start.bring();
  try {
    const desk = await Desk.open(boot);
    listen(desk);
    // Asks the browser not to clear unsent work when the disk runs low; it may say no.
    void navigator.storage?.persist?.();
    // Out of the way of what is drawn; goOn takes it away.
    document.body.append(...document.querySelectorAll(".preview"));
    goOn(desk, boot);
    if (desk.session.started.peek() === goesOn) await first;
    render(<App desk={desk} />, root);
    desk.meter.watch();
    // After the page is there and before the first picture is.
    setTimeout(() => void import("./panels/work").then(({ warmPainter }) => warmPainter(), () => {}), 0);
    setTimeout(() => void Start.bring(), 0);
    // What is typed into a dialog must not wait for it.
    setTimeout(() => void import("./panels/dialogs").catch(() => {}), 0);
    void keepShell();
    if (!document.getElementById("boot")) void refreshBoot(boot);
  } catch {
    removePreview();
    await loadWords(spoken);
    render(<p class="strip bad">{translator(spoken)("noStorage")}</p>, root);
  }
}

const root = document.getElementById("workbench");
if (root) void start(root);
