/** The reviewer's page as state: the line of disputes, the one on the bench, what is said to the reviewer. */
import { effect, signal, untracked } from "@preact/signals";
import { toast } from "../parts/toasts";
import { nameOf } from "../workbench/contract";
import { choicesOf, optionId } from "../workbench/commands/options";
import { press } from "../workbench/model/answer";
import { Camera } from "../workbench/view/camera";
import { Bench } from "./bench";
import type { Boot } from "./contract";
import { Line } from "./line";
import { Talks } from "./talks";
import { type Translate, translator } from "./words";

/** What Shift and a digit chooses: a class of the box, or an option of a question. */
export interface Option {
  readonly id: string;
  choose(): void;
}

export class Review {
  readonly t: Translate;
  readonly camera = new Camera();
  readonly line: Line;
  readonly bench = signal<Bench | null>(null);
  readonly help = signal(false);
  readonly talks: Talks = new Talks(this);

  constructor(readonly boot: Boot) {
    this.t = translator(boot.language);
    this.line = new Line(boot, (news) => {
      if (news.kind === "gone") toast(this.t("gone", { detail: news.detail }), "warn", "gone");
      else toast(this.t("refused", { name: news.name, detail: news.detail }), "bad", "refused");
    });
    effect(() => {
      const dispute = this.line.current.value;
      const before = this.bench.peek();
      if (before?.dispute === dispute) return;
      untracked(() => {
        before?.dispose();
        if (dispute) this.camera.show(dispute.image);
        this.bench.value = dispute && new Bench(dispute, this.line.spec(dispute), this.camera);
      });
    });
    this.line.start();
  }

  accept(): void {
    const bench = this.bench.peek();
    if (!bench) return this.line.takeUpAgain();
    // What is drawn point by point is finished first.
    if (!bench.chart.peek().is("idle") && bench.chart.peek().wish("finish")) return;
    const verdict = bench.verdict();
    if (verdict) return this.line.settle(bench.dispute, verdict);
    if (bench.chart.peek().busy) return toast(this.t("unfinished"), "warn", "unfinished");
    const [problem] = bench.problems.peek();
    if (!problem) return;
    const name = nameOf(problem.question, this.boot.language);
    if (problem.shape) bench.editor.selectedId.value = problem.shape;
    toast(this.t(problem.what === "required" ? "missing" : "outOfRange", { name }), "warn", "missing");
  }

  ask(): void {
    const dispute = this.bench.peek()?.dispute;
    if (!dispute) return;
    if (!dispute.can_ask) return toast(this.t("cannotAsk"), "warn", "ask");
    this.line.ask(dispute);
    toast(this.t("askedMore"), "good", "ask");
  }

  later(): void {
    const dispute = this.bench.peek()?.dispute;
    if (dispute) this.line.later(dispute);
  }

  takeNext(): void {
    if (this.bench.peek()?.takeNext() === false) toast(this.t("nothingMore"), "info", "take");
  }

  take(): void {
    if (this.bench.peek()?.takeUnderPointer() === false) toast(this.t("nothingHere"), "info", "take");
  }

  /** In the order in which Shift with 1 to 9 chooses them: classes first, then the questions' options. */
  options(bench: Bench): Option[] {
    const classes = (bench.spec.classes ?? []).map(({ key }) => ({ id: `class ${key}`, choose: () => bench.useClass(key) }));
    const tags = (bench.spec.tags ?? []).flatMap((question) =>
      choicesOf(question).map((option) => ({
        id: optionId(question.key, option),
        choose: () => {
          const now = bench.editor.document.peek().tags[question.key];
          bench.editor.setTag(question.key, press(question, now, option));
        },
      })),
    );
    return [...classes, ...tags];
  }
}
