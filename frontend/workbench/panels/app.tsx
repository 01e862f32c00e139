/** The whole page: start, work, waiting, or another tab's turn. */
import type { Desk } from "../desk";
import { Bar } from "./bar";
import { later } from "./later";
import { reloadFresh } from "../shell/memory";
import { Button, Icon } from "./parts";

const Introduction = later(() => import("../practice/room").then((room) => room.Introduction));
const Compared = later(() => import("../practice/room").then((room) => room.Compared));
const Wall = later(() => import("../grid/wall").then((module) => module.WallView));
export const Start = later(() => import("./start").then((module) => module.Start));
export const Work = later(() => import("./work").then((module) => module.Work));
export const Comfort = later(() => import("../comfort/effects").then((module) => module.Comfort));
export const Dialogs = later(() => import("./dialogs").then((module) => module.Dialogs));

function Waiting({ desk }: { desk: Desk }) {
  const { t, sync } = desk;
  const down = sync.state.value !== "online" && sync.state.value !== "unknown";
  const word = down ? "waitingOffline" : sync.dry.value ? "waiting" : null;
  return (
    <main class="waiting" id="main" aria-live="polite">
      {word ? (
        <div class="empty">
          <h2>{t(word)}</h2>
          <p>{(!down && sync.halted.value) || t(`${word}Help`)}</p>
          <Button onPress={() => desk.session.pause()}>{t("pause")}</Button>
        </div>
      ) : (
        <p class="fetching">
          <span class="spinner" /> {t("fetching")}
        </p>
      )}
    </main>
  );
}

function OtherTab({ desk }: { desk: Desk }) {
  const { t } = desk;
  return (
    <main class="waiting" id="main">
      <div class="empty">
        <h1>{t("secondTab")}</h1>
        <p>{t("secondTabHelp")}</p>
        <Button class="primary" onPress={() => desk.takeOver()}>
          {t("workHere")}
        </Button>
      </div>
    </main>
  );
}

/** Troubles that the person has to do something about; labelling goes on below. */
function Trouble({ desk }: { desk: Desk }) {
  const { t, sync, saver, boot } = desk;
  const state = sync.state.value;
  const signIn = `${boot.urls.sign_in}?next=${encodeURIComponent(location.pathname)}`;
  return (
    <>
      {saver.failed.value && <p class="strip bad" role="alert">{t("notSaved")}</p>}
      {(state === "signed_out" || state === "other_person") && (
        <p class="strip warn" role="alert">
          {t(state === "signed_out" ? "signedOut" : "otherPerson")}
          <a class="button" href={signIn}>
            {t("signInAgain")}
          </a>
        </p>
      )}
      {state === "broken" && (
        <p class="strip bad" role="alert">
          {t("broken")}
          <Button onPress={reloadFresh}>{t("reload")}</Button>
        </p>
      )}
    </>
  );
}

export function Notices({ desk }: { desk: Desk }) {
  return (
    <div class="desk-toasts" role="status" aria-live="polite">
      {desk.notices.list.value.map(({ id, tone, text }) => (
        <div key={id} class={`toast ${tone}`}>
          <p>{text}</p>
          <Button class="bare" label={desk.t("close")} onPress={() => desk.notices.close(id)}>
            <Icon name="close" />
          </Button>
        </div>
      ))}
    </div>
  );
}

export function Body({ desk }: { desk: Desk }) {
  const stage = desk.stage.value;
  if (desk.tabs.working.value === false) return <OtherTab desk={desk} />;
  if (!desk.session.started.value) return <Start desk={desk} />;
  const { practice } = desk.session;
  const practised = practice.shown.value;
  if (practised) return <Compared key={practised.submission} desk={desk} practised={practised} />;
  if (stage && practice.needsIntroduction(stage.work.held)) {
    return <Introduction desk={desk} held={stage.work.held} schema={stage.work.schema} />;
  }
  if (desk.gridding.value) return <Wall desk={desk} />;
  if (!stage) return <Waiting desk={desk} />;
  return (
    <main class="work" id="main">
      <h1 class="hidden-label">
        {desk.t("workbench")} · {stage.work.held.image.name}
      </h1>
      <Work desk={desk} stage={stage} />
    </main>
  );
}

export function App({ desk }: { desk: Desk }) {
  return (
    <>
      <Bar desk={desk} />
      <Trouble desk={desk} />
      <Body desk={desk} />
      {desk.dialog.value && <Dialogs desk={desk} />}
      {desk.session.work.value && <Comfort desk={desk} />}
      <Notices desk={desk} />
    </>
  );
}
