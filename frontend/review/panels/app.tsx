/** The whole page: the bar, the bench or what stands in its place, the list of keys. */
import { useEffect, useRef } from "preact/hooks";
import { Button, Icon } from "../../workbench/panels/parts";
import { SHEET } from "../commands";
import type { Review } from "../review";
import { Panel } from "./panel";
import { StageView } from "./stage";
import { TalkDialog } from "./talk";

function Bar({ review }: { review: Review }) {
  const { t, line, boot } = review;
  const count = line.disputes.value.length;
  const unsent = line.unsent.value;
  return (
    <header class="bar">
      <a class="brand" href={boot.urls.queues} title={t("queues")}>{boot.project}</a>
      <div class="state">
        <span class={`lamp ${unsent ? "warn" : "good"}`} />
        <span class={unsent ? "owed" : "calm"}>{unsent ? t("unsent", { n: unsent }) : t("allSent")}</span>
        {!boot.mends && <span class="today number">{t("waiting", { n: line.waiting.value })}</span>}
        {count > 1 && <span class="calm number">{t("position", { at: line.at.value + 1, n: count })}</span>}
      </div>
      <div class="bar-help">
        <Button class="bare" chord="Shift+Slash" onPress={() => (review.help.value = true)}>{t("keys")}</Button>
      </div>
      <a class="button bare" href={boot.urls.queues}>{t(boot.mends ? "myWork" : "queues")}</a>
    </header>
  );
}

function Rest({ review }: { review: Review }) {
  const { t, line } = review;
  const off = line.putOff.value.length;
  if (line.state.value === "loading") return <div class="waiting"><p class="fetching"><span class="spinner" />{t("loading")}</p></div>;
  if (line.state.value === "offline") return <div class="waiting"><p role="status">{t("offline")}</p></div>;
  return (
    <div class="waiting">
      <div class="start-card" role="status">
        <h1>{t(review.boot.mends ? "mended" : "done")}</h1>
        {!review.boot.mends && <p class="soft">{t("doneMore")}</p>}
        {off > 0 && <Button class="primary" chord="Enter" onPress={() => line.takeUpAgain()}>{`${t("putOff", { n: off })} · ${t("takeUpAgain")}`}</Button>}
        <a class="button" href={review.boot.urls.queues}>{t(review.boot.mends ? "myWork" : "queues")}</a>
      </div>
    </div>
  );
}

function Help({ review }: { review: Review }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const close = (): void => void (review.help.value = false);
  return (
    <dialog class="dialog" ref={dialog} onClose={close}>
      <div class="dialog-body">
        <div class="dialog-head">
          <h2>{review.t("keys")}</h2>
          <Button class="bare" label={review.t("close")} onPress={close}><Icon name="close" /></Button>
        </div>
        <div class="sheet">
          <dl>
            {SHEET.map(([key, caps]) => (
              <div key={key}>
                <dt>{review.t(key)}</dt>
                <dd>{caps.map((cap) => <kbd class="kbd" key={cap}>{cap}</kbd>)}</dd>
              </div>
            ))}
          </dl>
        </div>
      </div>
    </dialog>
  );
}

export function App({ review }: { review: Review }) {
  const bench = review.bench.value;
  const { t, line } = review;
  return (
    <>
      <Bar review={review} />
      {line.state.value === "signed_out" && (
        <p class="strip bad" role="alert">{t("signedOut")} <a href="/sign-in">{t("signIn")}</a></p>
      )}
      {bench ? (
        <main class="work" id="main">
          <StageView review={review} bench={bench} />
          <Panel review={review} bench={bench} />
        </main>
      ) : (
        <Rest review={review} />
      )}
      {review.help.value && <Help review={review} />}
      {bench && review.talks.target.value && <TalkDialog review={review} bench={bench} />}
    </>
  );
}

