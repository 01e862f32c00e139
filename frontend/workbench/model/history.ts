/** Undo without limit: settled steps over diffs. Replaying a journal of steps gives the same history. */
import { type Diff, invert, merge } from "./document";
import type { SketchStep } from "./sketch";

/** What the journal keeps: one row a settled step. */
export type Step =
  | { readonly do: "change"; readonly diff: Diff; /** What was sketched is a shape now. */ readonly ends?: true }
  | SketchStep
  | { readonly do: "undo" }
  | { readonly do: "redo" };

export class History {
  private undos: Diff[] = [];
  private redos: Diff[] = [];
  private open: Diff = [];

  get canUndo(): boolean {
    return this.open.length > 0 || this.undos.length > 0;
  }

  get canRedo(): boolean {
    return this.redos.length > 0;
  }

  /** Adds to the step in progress: a whole drag becomes one step. */
  record(diff: Diff): void {
    this.open = merge(this.open, diff);
  }

  /** Closes the step in progress; null when nothing changed. */
  settle(): Step | null {
    if (this.open.length === 0) return null;
    const step: Step = { do: "change", diff: this.open };
    this.undos.push(this.open);
    this.redos = [];
    this.open = [];
    return step;
  }

  /** Gives up the step in progress; returns what takes it back. */
  bail(): Diff {
    const back = invert(this.open);
    this.open = [];
    return back;
  }

  undo(): Diff | null {
    const diff = this.undos.pop();
    if (!diff) return null;
    this.redos.push(diff);
    return invert(diff);
  }

  redo(): Diff | null {
    const diff = this.redos.pop();
    if (!diff) return null;
    this.undos.push(diff);
    return diff;
  }

  /** Takes a journalled step again; returns the diff to apply. */
  replay(step: Step): Diff {
    if (step.do === "sketch") return [];
    if (step.do === "undo") return this.undo() ?? [];
    if (step.do === "redo") return this.redo() ?? [];
    this.record(step.diff);
    this.settle();
    return step.diff;
  }
}
