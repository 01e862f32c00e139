/** What was said about the answer at hand, and the dialog to say something. */
import { useEffect, useRef } from "preact/hooks";
import { nameOf } from "../../workbench/contract";
import { classOf } from "../../workbench/model/check";
import { Button, Icon } from "../../workbench/panels/parts";
import type { Bench } from "../bench";
import type { Candidate } from "../candidates";
import type { Review } from "../review";

interface Props {
  review: Review;
  bench: Bench;
}

/** What a thread is about, in words. */
function subject(review: Review, bench: Bench, candidate: Candidate, pin: { shape: string; place: readonly [number, number] | null }): string {
  if (pin.place) return review.t("aboutPlace");
  const shape = candidate.payload.shapes.find(({ id }) => id === pin.shape);
  const known = shape && classOf(bench.spec, shape.class);
  if (known) return nameOf(known, review.boot.language);
  return review.t(pin.shape ? "aboutObject" : "aboutAll");
}

export function Talk({ review, bench }: Props) {
  const { t, talks } = review;
  const about = talks.about.value;
  if (!about?.submission || !review.boot.urls.thread) return null;
  const threads = talks.of(bench, about.submission);
  return (
    <section class="talks">
      <h2>{t("comments", { letter: about.letter })}</h2>
      {threads.map((thread) => (
        <div key={thread.id} class={thread.resolved ? "thread closed" : "thread"}>
          <p class="soft">{subject(review, bench, about, thread)}</p>
          {thread.comments.map(({ side, words }, at) => (
            <p key={at}><span class="soft">{t(side === "reviewer" ? "byReviewer" : "byAnnotator")}</span> {words}</p>
          ))}
        </div>
      ))}
      <div class="row toggles">
        <Button chord="KeyC" onPress={() => talks.begin()}>{t("comment")}</Button>
        {threads.length > 0 && <a class="button" href={talks.pageOf(about.submission)} target="_blank" rel="noopener">{t("openThreads")}</a>}
      </div>
    </section>
  );
}

export function TalkDialog({ review, bench }: Props) {
  const { t, talks } = review;
  const dialog = useRef<HTMLDialogElement>(null);
  const target = talks.target.value;
  const about = bench.candidates.find(({ submission }) => submission === target?.submission);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      document.getElementById("stage")?.focus({ preventScroll: true });
    };
  }, []);
  if (!target || !about) return null;
  const keys = (event: KeyboardEvent): void => {
    // Keys belong to the words; Ctrl and Enter send them.
    event.stopPropagation();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void talks.send();
  };
  return (
    <dialog class="dialog" ref={dialog} onClose={() => talks.close()} onKeyDown={keys}>
      <div class="dialog-body">
        <div class="dialog-head">
          <h2>{t("comments", { letter: target.letter })} · {subject(review, bench, about, target)}</h2>
          <Button class="bare" label={t("close")} onPress={() => talks.close()}><Icon name="close" /></Button>
        </div>
        <p class="soft">{t("commentHint")}</p>
        <textarea
          class="input"
          rows={4}
          maxLength={1000}
          aria-label={t("comment")}
          value={talks.words.value}
          onInput={(event) => (talks.words.value = event.currentTarget.value)}
          autofocus
        />
        <div class="row">
          <Button class="primary" disabled={!talks.words.value.trim() || talks.sending.value} onPress={() => void talks.send()}>{t("send")}</Button>
          <kbd class="kbd">Ctrl ↵</kbd>
        </div>
      </div>
    </dialog>
  );
}
