/** Practice as the page has it: what was answered last, and whose guide has been shown. */
import { signal } from "@preact/signals";
import type { Held, Payload, Schema } from "../contract";

/** A practice answer that was sent; the right one is shown against it before anything else. */
export interface Practised {
  readonly submission: string;
  readonly held: Held;
  readonly schema: Schema;
  readonly payload: Payload;
}

export class Practice {
  readonly shown = signal<Practised | null>(null);
  private readonly introduced = signal<ReadonlySet<number>>(new Set());

  /** The guide comes before a project's first practice task. */
  needsIntroduction(held: Held | undefined): boolean {
    return held?.practice === true && !this.introduced.value.has(held.project);
  }

  introduce(project: number): void {
    this.introduced.value = new Set([...this.introduced.peek(), project]);
  }
}
