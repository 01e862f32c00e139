/** Starts the workbench on /desk/. */
import { effect } from "@preact/signals";
import { type ComponentChild, render } from "preact";
import type { Boot } from "./contract";
import { Desk } from "./desk";
import { loadWords, translator } from "./i18n";
import { listen } from "./input";
import { App, Dialogs, Start, Work } from "./panels/app";
import { lastLanguage, refreshBoot } from "./shell/memory";
import { goOn, removePreview } from "./shell/resume";
import { keepShell } from "./shell/register";
import { begun } from "./sync/begin";

/** A page that the browser has kept knows neither the person's language nor their colours. */
function dress({ person, theme }: Boot): void {
  document.documentElement.lang = person.language === "en" ? "en" : "zh-Hans";
  if (theme) document.documentElement.dataset["theme"] = theme;
}

/** Before anything is drawn, which would otherwise change sides and colours under the person's eyes. */
function arrange({ settings }: Desk): void {
  const { classList } = document.documentElement;
  effect(() => {
    const { leftHanded = false, highContrast = false } = settings.value;
    classList.toggle("left-handed", leftHanded);
    classList.toggle("high-contrast", highContrast);
  });
}

/** One after the other while the browser has nothing to paint and nobody presses a key; Safari has no word for that. */
const atRest = ([act, ...rest]: (() => void)[]): void => {
  const go = (): void => {
    act?.();
    if (rest.length > 0) atRest(rest);
  };
  if ("requestIdleCallback" in window) requestIdleCallback(go, { timeout: 1000 });
  else setTimeout(go, 50);
};

/** In the place of what the page says while it opens: Preact would leave that standing below. */
function draw(what: ComponentChild, root: HTMLElement): void {
  root.replaceChildren();
  render(what, root);
}

async function start(root: HTMLElement): Promise<void> {
  if (begun === "gone") return;
  const spoken = begun?.boot.person.language ?? lastLanguage();
  if (!begun) {
    await loadWords(spoken);
    return draw(<p class="strip warn">{translator(spoken)("needsLine")}</p>, root);
  }
  const { boot, packs, picture } = begun;
  dress(boot);
  // A page that goes on with its task: what that needs comes while the browser's database is being read.
  const goesOn = Boolean(boot.resume) || !document.getElementById("boot");
  const first = goesOn ? Work.bring() : Start.bring();
  try {
    const desk = await Desk.open(begun);
    listen(desk);
    arrange(desk);
    // Asks the browser not to clear unsent work when the disk runs low; it may say no.
    void navigator.storage?.persist?.();
    // Out of the way of what is drawn; goOn takes it away.
    document.body.append(...document.querySelectorAll(".preview"));
    goOn(desk, boot);
    if (desk.session.started.peek() === goesOn) {
      await first;
      // As for every script that the page opens with: annotator/first_paint.py has the words.
      if (!(goesOn ? Work : Start).isThere()) return void document.querySelector("script")?.dispatchEvent(new Event("error"));
    }
    draw(<App desk={desk} />, root);
    atRest([
      () => {
        void Work.bring();
        void Start.bring();
        // What is typed into a dialog must not wait for it.
        void Dialogs.bring();
        import("./shell/rest").then(({ rest }) => rest(desk, packs, picture)).catch(() => {});
      },
      // Writing an amount of money for the first time takes as long as drawing the page.
      () => (desk.session.today.value ??= boot.today ?? null),
      () => {
        desk.meter.watch();
        void keepShell();
        if (!document.getElementById("boot")) void refreshBoot(boot);
      },
    ]);
  } catch {
    removePreview();
    await loadWords(spoken);
    draw(<p class="strip bad">{translator(spoken)("noStorage")}</p>, root);
  }
}

const root = document.getElementById("workbench");
// Without its looks it would be of no use.
if (root && !root.querySelector(".broken:not([hidden])")) void start(root);
