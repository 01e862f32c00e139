/** Drafts on disk: each settled step is one small row, so saving costs the same with 10,000 shapes. */
import type { Payload, Refusal } from "../contract";
import { EMPTY } from "../model/document";
import type { Step } from "../model/history";
import { type DeskDb, type Draft, ON_DISK, stepsOf, type Stored, writeAll } from "./db";
import type { Saver } from "./saver";

export interface Loaded {
  draft: Draft;
  steps: Step[];
}

export class Journal {
  private readonly kept = new Map<number, Loaded>();

  constructor(
    private readonly db: DeskDb,
    private readonly saver: Saver,
  ) {}

  /** Takes up every draft at start, so that opening a task never waits. */
  load({ drafts, steps }: Stored): void {
    for (const draft of drafts) this.kept.set(draft.task, { draft, steps: [] });
    for (const { task, step, activeMs } of steps) {
      const kept = this.of(task);
      kept.steps.push(step);
      if (activeMs !== undefined) kept.draft = { ...kept.draft, activeMs };
    }
  }

  has(task: number): boolean {
    const kept = this.kept.get(task);
    return kept !== undefined && (kept.steps.length > 0 || kept.draft.refusal !== null);
  }

  of(task: number): Loaded {
    let kept = this.kept.get(task);
    if (!kept) {
      kept = { draft: { task, base: EMPTY, activeMs: 0, refusal: null }, steps: [] };
      this.kept.set(task, kept);
    }
    return kept;
  }

  /** Starts from an answer that was sent, unless there is a draft; nothing is stored before the first step. */
  begin(task: number, base: Payload): void {
    if (this.kept.has(task)) return;
    this.kept.set(task, { draft: { task, base, activeMs: 0, refusal: null }, steps: [] });
  }

  /** Adds a step, and the time spent so far; before the first one, what it all starts from. */
  append(task: number, step: Step, activeMs: number): Promise<boolean> {
    const kept = this.of(task);
    const n = kept.steps.push(step) - 1;
    const draft = { ...kept.draft, activeMs };
    kept.draft = draft;
    return this.saver.run(() =>
      writeAll(this.db, ["steps", "drafts"], (writes) => {
        void writes.objectStore("steps").put({ task, n, step, activeMs });
        if (n === 0) void writes.objectStore("drafts").put(draft);
      }, ON_DISK),
      task,
    );
  }

  /** Puts an answer back for fixing, in place of whatever draft there was. */
  restore(task: number, base: Payload, activeMs: number, refusal: Refusal): Promise<boolean> {
    const draft = { task, base, activeMs, refusal };
    this.kept.set(task, { draft, steps: [] });
    this.saver.drop(task);
    return this.saver.run(() =>
      writeAll(this.db, ["steps", "drafts"], (writes) => {
        void writes.objectStore("steps").delete(stepsOf(task));
        void writes.objectStore("drafts").put(draft);
      }, ON_DISK),
      task,
    );
  }

  /** Forgets the draft in memory; the outbox deletes its rows together with what it puts. */
  forget(task: number): void {
    this.kept.delete(task);
  }
}
