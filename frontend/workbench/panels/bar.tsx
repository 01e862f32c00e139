/** The bar on top: whose project, the honest state line, today, help, leaving. */
import type { Desk } from "../desk";
import { open } from "../commands/commands";
import { clockTime, money } from "../i18n";
import { FRESH } from "../shell/memory";
import { csrfToken } from "../sync/wire";
import { later } from "./later";
import { Button, Kbd } from "./parts";

const PackMenu = later(() => import("./pack").then((module) => module.PackMenu));

const LINES = {
  unknown: "connecting",
  online: "online",
  offline: "offline",
  signed_out: "notSending",
  other_person: "notSending",
  broken: "notSending",
} as const;

/** Online or not, how much is not yet sent, when it was last saved: nothing nicer than it is. */
function State({ desk }: { desk: Desk }) {
  const { t, sync, saver } = desk;
  const state = sync.state.value;
  const unsent = desk.outbox.unsent;
  const savedAt = saver.savedAt.value;
  const line = t(LINES[state]);
  return (
    <div class="state" role="status">
      <span class={`lamp ${state === "online" ? "good" : state === "unknown" ? "" : "warn"}`} />
      <span class="state-line">{line}</span>
      <span class={unsent > 0 ? "owed number" : "calm"}>{unsent > 0 ? t("unsent", { n: unsent }) : t("allSent")}</span>
      <span class={`saved number ${saver.failed.value ? "bad" : "calm"}`} aria-live="off">
        {saver.failed.value ? t("notSaved") : savedAt !== null ? t("savedAt", { time: clockTime(savedAt) }) : ""}
      </span>
    </div>
  );
}

/** What the line carries: for whoever wonders why a picture takes its time. */
function Line({ desk }: { desk: Desk }) {
  const { bytes, images, kbps } = desk.meter.reading.value;
  if (images === 0) return null;
  const here = desk.meter.bytesOf(desk.session.work.value?.held.image.url ?? "");
  const rounded = (amount: number | null | undefined): number | string => (amount === null || amount === undefined ? "–" : Math.round(amount));
  return (
    <p class="menu-note number">
      {desk.t("lineCarries", { here: rounded(here && here / 1000), kb: rounded(bytes / images / 1000), kbps: rounded(kbps) })}
    </p>
  );
}

function TodayLine({ desk }: { desk: Desk }) {
  const today = desk.session.today.value;
  if (!today) return null;
  const earned = money(desk.language, today.earned, today.currency);
  return <span class="today number">{desk.t("todayLine", { n: today.submitted, earned })}</span>;
}

function PersonMenu({ desk }: { desk: Desk }) {
  const { t, boot } = desk;
  const work = desk.session.work.value;
  const other = desk.language === "en" ? "zh-hans" : "en";
  return (
    <details class="menu">
      <summary class="button bare" aria-label={t("menu", { name: boot.person.name })}>
        <span class="person">{boot.person.name}</span> ▾
      </summary>
      <div class="menu-list">
        {work && !desk.gridding.value && <p class="menu-note">{work.held.image.name}</p>}
        <Line desk={desk} />
        {work && (
          <>
            <button type="button" class="narrow-only" onClick={() => open(desk, "guide")}>
              {t("guide")}
            </button>
            <button type="button" class="narrow-only" onClick={() => open(desk, "report")}>
              {t("report")}
            </button>
          </>
        )}
        <a href={boot.urls.mine}>{t("mine")}</a>
        <form method="post" action={boot.urls.language}>
          <input type="hidden" name="csrfmiddlewaretoken" value={csrfToken(boot)} />
          <input type="hidden" name="next" value={FRESH} />
          <button name="language" value={other} lang={other === "en" ? "en" : "zh-Hans"}>
            {t("language")}
          </button>
        </form>
        {desk.session.started.value && (
          <button type="button" onClick={() => open(desk, "comfort")}>
            {t("comfort")}
          </button>
        )}
        {desk.session.started.value && (
          <button type="button" onClick={() => desk.session.pause()}>
            {t("pause")}
          </button>
        )}
        <button type="button" onClick={() => desk.leave("switch")}>
          {t("switchPerson")}
        </button>
        <button type="button" onClick={() => desk.leave("leave")}>
          {t("signOut")}
        </button>
      </div>
    </details>
  );
}

export function Bar({ desk }: { desk: Desk }) {
  const { t, session } = desk;
  const work = session.work.value;
  return (
    <header class="bar topbar">
      <span class="brand">{work ? work.schema.project_name : "Labelmill"}</span>
      {desk.tabs.working.value === false ? <span class="state" /> : <State desk={desk} />}
      <TodayLine desk={desk} />
      {session.started.value && <PackMenu desk={desk} />}
      {work && (
        <div class="bar-help">
          <Button class="bare" chord="KeyG" onPress={() => open(desk, "guide")}>
            {t("guide")}
          </Button>
          <Button class="bare" chord="KeyR" onPress={() => open(desk, "report")}>
            {t("report")}
          </Button>
          <Button class="bare keys" label={t("shortcuts")} onPress={() => open(desk, "shortcuts")}>
            <Kbd chord="Shift+Slash" />
          </Button>
        </div>
      )}
      <PersonMenu desk={desk} />
    </header>
  );
}
