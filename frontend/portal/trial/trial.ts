// The workbench on a schema that is being made: a desk of nobody's, which keeps nothing and sends nothing.
import { computed, type ReadonlySignal } from "@preact/signals";
import { wordsOf } from "../../workbench/commands/answer";
import type { Boot, Language, Payload, Schema, Spec, TaskImage } from "../../workbench/contract";
import { Desk } from "../../workbench/desk";
import { loadWords } from "../../workbench/i18n";
import { check, classOf, isTooLarge, MOST } from "../../workbench/model/check";
import { EMPTY } from "../../workbench/model/document";
import type { PackStore } from "../../workbench/pack/store";
import type { DeskDb, Stored } from "../../workbench/sync/db";
import { uuid } from "../../workbench/sync/ids";
import { Tabs } from "../../workbench/sync/tabs";
import { fetchTools } from "../../workbench/tools/tools";
import type { Verdict } from "./contract";
import { fitted } from "./fit";
import { FIRST_TASK, PROJECT, SCHEMA, TrialServer } from "./server";

/** People's ids begin with 1. */
const NOBODY = 0;

const boot = (language: Language): Boot => ({
  person: { id: NOBODY, name: "", language },
  projects: [],
  csrf: "",
  oneByOne: true,
  urls: { sync: "", answers: "", practice: "", report: "", mine: "", sign_in: "", sign_out: "", language: "" },
});

const NOTHING: Stored = { held: [], schemas: [], drafts: [], steps: [], outbox: [], answered: [], settings: undefined };

const store = { put: async () => {}, delete: async () => {}, add: async () => 1 };
/** A database that takes everything and keeps nothing; it is never read. */
const nowhere = { transaction: () => ({ objectStore: () => store, commit: () => {}, done: Promise.resolve() }) } as unknown as DeskDb;
const noPacks = { load: async () => null, has: () => false, image: async () => null, keep: async () => {}, only: async () => {} } as unknown as PackStore;

const schemaOf = (spec: Spec): Schema => ({ spec, guide_html: "", project_name: "" });
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export interface Beginning {
  readonly spec: Spec;
  readonly language: Language;
  readonly image: TaskImage;
  /** What had been drawn before. */
  readonly answer: Payload | null;
}

export class Trial {
  readonly verdict: ReadonlySignal<Verdict>;

  private constructor(
    readonly desk: Desk,
    server: TrialServer,
  ) {
    this.verdict = computed(() => verdictOf(desk, server.taken.value));
  }

  static async open({ spec, language, image, answer }: Beginning): Promise<Trial> {
    await Promise.all([loadWords(language), fetchTools()]);
    const server = new TrialServer(schemaOf(spec), image);
    const desk = new Desk(boot(language), nowhere, server, { tabs: new Tabs(NOBODY, uuid()), packs: noPacks, picture: null });
    await desk.loadStored(NOTHING);
    if (answer) desk.journal.begin(FIRST_TASK, answer);
    desk.start(PROJECT);
    await desk.sync.poke();
    return new Trial(desk, server);
  }

  /** Goes on under another schema. Where all that is drawn still fits, it can still be undone as well. */
  follow(spec: Spec): void {
    const { session, journal } = this.desk;
    const before = session.schemas.get(SCHEMA)?.spec ?? {};
    if (same(before, spec)) return;
    session.schemas.set(SCHEMA, schemaOf(spec));
    // Answers to the schema before are nothing to go back to.
    for (const { task } of session.past.list.peek()) session.past.drop(task);
    if (session.work.peek()?.corrects) session.toTheTask();
    const work = session.work.peek();
    if (!work) return;
    const answer = work.editor.document.peek();
    const fits = fitted(before, spec, answer);
    const sketch = work.editor.sketch.peek();
    const drawsOn = !sketch || same(classOf(before, sketch.class), classOf(spec, sketch.class));
    const view = this.desk.camera.view.peek();
    if (drawsOn && same(fits, answer)) session.work.value = { ...work, schema: schemaOf(spec) };
    else {
      journal.forget(work.held.task);
      journal.begin(work.held.task, fits);
      session.toTheTask();
    }
    // The picture is the same: whoever had come closer is still there.
    this.desk.camera.view.value = view;
  }
}

function verdictOf(desk: Desk, taken: Payload | null): Verdict {
  const work = desk.session.work.value;
  const answer = work?.editor.document.value ?? EMPTY;
  const isSketching = Boolean(work?.editor.sketch.value);
  const begun = isSketching || !same(answer, EMPTY);
  if (!work || (!begun && taken)) return { is: "verdict", answer: taken ?? answer, problems: [], state: taken ? "submitted" : "untouched" };
  const problems = [
    ...(isSketching ? [desk.t("unfinished")] : []),
    ...(isTooLarge(answer) ? [desk.t("tooLarge", MOST)] : []),
    ...check(work.schema.spec, answer).map((problem) => wordsOf(desk, work, problem)),
  ];
  // The same may be missing in many objects.
  return { is: "verdict", answer, problems: [...new Set(problems)], state: begun ? "begun" : "untouched" };
}
