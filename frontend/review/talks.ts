/** Comments on the competing answers: what a new one would be about, and sending it. */
import { computed, signal } from "@preact/signals";
import { toast } from "../parts/toasts";
import { uuid } from "../workbench/sync/ids";
import type { Bench } from "./bench";
import type { Candidate } from "./candidates";
import type { Talk } from "./contract";
import type { Review } from "./review";
import { post } from "./wire";

const NOBODY = "00000000-0000-0000-0000-000000000000";

export interface Target {
  readonly submission: string;
  readonly letter: string;
  readonly shape: string;
  readonly place: readonly [number, number] | null;
}

export class Talks {
  /** What is being written about; null while nothing is written. */
  readonly target = signal<Target | null>(null);
  readonly words = signal("");
  readonly sending = signal(false);
  private id = uuid();
  /** Written here since the page was loaded. */
  private readonly added = signal<ReadonlyMap<string, readonly Talk[]>>(new Map());

  constructor(private readonly review: Review) {}

  /** The answer that the verdict begins from, as people speak about that one. */
  readonly about = computed<Candidate | null>(() => {
    const bench = this.review.bench.value;
    const picked = bench?.picked.value;
    return picked?.submission ? picked : (bench?.candidates.find(({ submission }) => submission !== null) ?? null);
  });

  of(bench: Bench, submission: string): readonly Talk[] {
    const known = bench.dispute.answers.find((answer) => answer.submission === submission)?.threads ?? [];
    return [...known, ...(this.added.value.get(submission) ?? [])];
  }

  pageOf(submission: string): string {
    return this.review.boot.urls.comments.replace(NOBODY, submission);
  }

  /** On the selected object of the answer, else on the place under the pointer, else on all of it. */
  begin(): void {
    if (!this.review.boot.urls.thread) return;
    const bench = this.review.bench.peek();
    const about = this.about.peek();
    if (!bench || !about?.submission) return toast(this.review.t("noAnswer"), "info", "talk");
    const selected = bench.editor.selectedId.peek();
    const shape = about.payload.shapes.some(({ id }) => id === selected) ? (selected ?? "") : "";
    this.target.value = { submission: about.submission, letter: about.letter, shape, place: shape ? null : this.place(bench) };
  }

  close(): void {
    this.target.value = null;
  }

  async send(): Promise<void> {
    const target = this.target.peek();
    const words = this.words.peek().trim();
    if (!target || !words || this.sending.peek()) return;
    const { submission, shape, place } = target;
    const { t, boot } = this.review;
    const url = boot.urls.thread?.replace(NOBODY, submission);
    if (!url) return;
    this.sending.value = true;
    const reply = await post<{ thread: number }>(url, { id: this.id, words, shape, place }, boot.csrf);
    this.sending.value = false;
    if (reply.kind !== "ok") {
      // The words stay, and the id with them: sent again they are said once.
      const detail = "detail" in reply ? reply.detail : t(reply.kind === "offline" ? "offlineWords" : "signedOut");
      return toast(t("notSaid", { detail }), "bad", "talk");
    }
    const talk: Talk = { id: reply.data.thread, shape, place, resolved: false, comments: [{ side: "reviewer", words }] };
    this.added.value = new Map(this.added.peek()).set(submission, [...(this.added.peek().get(submission) ?? []), talk]);
    this.id = uuid();
    this.words.value = "";
    this.close();
    toast(t("said"), "good", "talk");
  }

  private place(bench: Bench): readonly [number, number] | null {
    const at = bench.pointer.peek();
    if (!at) return null;
    const { x, y } = this.review.camera.toImage(at);
    const { width, height } = bench.dispute.image;
    return x >= 0 && y >= 0 && x <= width && y <= height ? [Math.round(x), Math.round(y)] : null;
  }
}
