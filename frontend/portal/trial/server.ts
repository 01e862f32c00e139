// A server within the page: hands out the same picture again and again, and takes every answer.
import { signal } from "@preact/signals";
import type { Answers, Held, Payload, Result, Schema, SyncRequest, SyncResponse, TaskImage } from "../../workbench/contract";
import type { Wire } from "../../workbench/sync/wire";

export const PROJECT = 1;
export const SCHEMA = 1;
export const FIRST_TASK = 1;

export class TrialServer implements Wire {
  /** The answer that was submitted last. */
  readonly taken = signal<Payload | null>(null);
  private next = FIRST_TASK;

  constructor(
    private readonly schema: Schema,
    private readonly image: TaskImage,
  ) {}

  async sync({ want, known, submissions, corrections, skips }: SyncRequest): Promise<SyncResponse> {
    const answers = [...submissions, ...corrections];
    this.taken.value = answers.at(-1)?.payload ?? this.taken.peek();
    const accepted = ({ id }: { id: string }): Result => ({ id, status: "accepted", error: null });
    return {
      now: new Date().toISOString(),
      submissions: submissions.map(accepted),
      corrections: corrections.map(accepted),
      skips: skips.map(({ assignment }) => ({ assignment, status: "skipped" })),
      lost: [],
      tasks: Array.from({ length: want }, () => this.seat(this.next++)),
      schemas: known.some(([id]) => id === SCHEMA) ? {} : { [SCHEMA]: this.schema },
      wait: 60,
      stop: null,
      today: { submitted: 0, earned: "0", currency: "CNY" },
    };
  }

  /** The browser's own list of answers is all there is. */
  async answers(): Promise<Answers> {
    return { answers: [], schemas: {} };
  }

  async report(): Promise<void> {}

  private seat(n: number): Held {
    return { assignment: n, token: "", leased_until: "", task: n, project: PROJECT, schema: SCHEMA, image: this.image };
  }
}
