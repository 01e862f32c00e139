/** The conversation with the server: one exchange at a time, everything in it can be repeated. */
import { signal } from "@preact/signals";
import type { Held, Project, Refusal, SyncRequest, SyncResponse } from "../contract";
import type { Session } from "../session/session";
import type { Parcel } from "./db";
import type { Outbox } from "./outbox";
import { type Failure, type Wire, WireError } from "./wire";

/** Seats to hold, the one on the screen included. */
export const BUFFER = 6;
const HEARTBEAT_MS = 60_000;
/** A page of the wall. */
const PARCELS_AT_ONCE = 60;
/** Characters of JSON in one exchange: six seconds of a 400 kbps line. A larger parcel goes alone. */
const LOAD_AT_ONCE = 300_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
const CONTENT_TOO_LARGE = 413;
const ANSWERED = "already_answered";

type AnswerParcel = Extract<Parcel, { kind: "submission" | "correction" }>;

export interface Timers {
  /** In milliseconds. */
  now(): number;
  random(): number;
  later(run: () => void, ms: number): unknown;
  never(timer: unknown): void;
}

/** What the person must hear of. */
export interface Told {
  refused(refusal: Refusal, image: string): void;
  /** The answer stands as it was before. */
  notTaken(refusal: Refusal, image: string): void;
  /** Why an answer that no exchange can carry comes back. */
  tooLarge(): Refusal;
  /** Said before the seats are dropped. */
  lost(assignments: readonly number[]): void;
  /** The answer to a wish for a pack: all seats that are held now. */
  packed(tasks: readonly Held[]): void;
  /** What may be chosen to work on has been read anew. */
  projects(projects: readonly Project[]): void;
}

export const realTimers: Timers = {
  now: () => performance.now(),
  random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
  later: (run, ms) => setTimeout(run, ms),
  never: (timer) => clearTimeout(timer as number),
};

/**
 * At most as long again as the line has been away, with jitter so that a whole site does not come back at once. Not by
 * the number of failures: each answer that is given meanwhile is tried too, and a fast hand would then wait longest.
 */
export function retryDelay(awayMs: number, random: number): number {
  const longest = Math.min(Math.max(awayMs, FIRST_RETRY_MS), LAST_RETRY_MS);
  return longest * (0.5 + random / 2);
}

const sizeOf = ({ body }: Parcel): number => JSON.stringify(body).length;

/** The first parcels that fit into one exchange; always at least one. What is before and behind `alone` does not go with it. */
export function load(parcels: readonly Parcel[], alone?: Parcel): Parcel[] {
  const fits: Parcel[] = [];
  let size = 0;
  for (const parcel of parcels.slice(0, PARCELS_AT_ONCE)) {
    size += sizeOf(parcel);
    if (fits.length > 0 && (size > LOAD_AT_ONCE || parcel === alone)) break;
    fits.push(parcel);
    if (parcel === alone) break;
  }
  return fits;
}

export class Sync {
  readonly state = signal<"unknown" | "online" | Failure>("unknown");
  /** The last exchange had nothing for us: nothing to claim. */
  readonly dry = signal(false);
  /** Why the server gives nothing, when it says so. */
  readonly halted = signal<string | null>(null);
  private running: Promise<void> | null = null;
  private again = false;
  /** When the first of the exchanges failed that have failed since the last good one. */
  private awaySince: number | null = null;
  /** The largest parcel of the last exchange that was too large. */
  private large?: Parcel | undefined;
  private timer: unknown = null;
  private first = true;
  private stopped = false;

  constructor(
    private readonly person: number,
    private readonly wire: Wire,
    private readonly session: Session,
    private readonly outbox: Outbox,
    private readonly tell: Told,
    private readonly timers: Timers = realTimers,
  ) {}

  /** Runs an exchange now, or right after the one under way. */
  poke(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.timers.never(this.timer);
    this.running = this.exchange().finally(() => {
      this.running = null;
      this.plan();
    });
    return this.running;
  }

  /** Sends everything there is, as long as the server takes it. */
  async flush(): Promise<void> {
    await this.running;
    let before = Infinity;
    while (this.outbox.parcels.peek().length < before) {
      before = this.outbox.parcels.peek().length;
      await this.poke();
    }
  }

  /** Signed image addresses have run out, or seats may be missing here: ask for all that is held. */
  refresh(): void {
    this.first = true;
    void this.poke();
  }

  stop(): void {
    this.stopped = true;
    this.timers.never(this.timer);
  }

  private waitMs = HEARTBEAT_MS;

  private plan(): void {
    if (this.stopped) return;
    const { awaySince, timers } = this;
    const whenHere = this.again ? 0 : this.waitMs;
    this.again = false;
    const delay = awaySince === null ? whenHere : retryDelay(timers.now() - awaySince, timers.random());
    this.timer = this.timers.later(() => void this.poke(), delay);
  }

  /** Never throws: whatever went wrong is counted, shown and tried again. */
  private async exchange(): Promise<void> {
    let sent: Parcel[] = [];
    try {
      await this.sendReports();
      sent = load(this.outbox.parcels.peek().filter(({ kind }) => kind !== "report"), this.large);
      const request = this.request(sent);
      this.first = false;
      await this.take(sent, request, await this.wire.sync(request));
      this.reached();
    } catch (error) {
      // The server may have given seats in an answer that was lost.
      this.first = true;
      const isKnown = error instanceof WireError;
      if (!isKnown) globalThis.reportError?.(error);
      else if (error.status === CONTENT_TOO_LARGE && (await this.lighten(sent))) return;
      this.awaySince ??= this.timers.now();
      this.state.value = isKnown ? error.kind : "broken";
    }
  }

  private reached(): void {
    this.awaySince = null;
    this.state.value = "online";
  }

  /** After an exchange that was too large its largest parcel goes alone; one that is too large by itself comes back. */
  private async lighten(sent: readonly Parcel[]): Promise<boolean> {
    const [parcel, ...others] = [...sent].sort((a, b) => sizeOf(b) - sizeOf(a));
    if (others.length > 0) this.large = parcel;
    else if (parcel?.kind === "submission" || parcel?.kind === "correction") {
      await this.giveBack(parcel, this.tell.tooLarge());
      await this.outbox.remove(new Set([parcel]));
    } else return false;
    this.reached();
    return (this.again = true);
  }

  private request(sent: readonly Parcel[]): SyncRequest {
    const { session, outbox } = this;
    const leaving = outbox.seats;
    const bodies = <K extends Parcel["kind"]>(kind: K) =>
      sent.filter((parcel): parcel is Extract<Parcel, { kind: K }> => parcel.kind === kind).map(({ body }) => body);
    const held = session.held
      .peek()
      .filter(({ assignment }) => !leaving.has(assignment) && !session.lost.peek().has(assignment));
    const wish = session.wish.peek();
    const ahead = session.ahead.peek();
    const size = wish ?? (session.started.peek() ? ahead : 0);
    return {
      person: this.person,
      project: session.project.peek(),
      want: Math.max(0, size - session.held.peek().length),
      ...(wish === null ? {} : { pack: true }),
      ...(wish === null && ahead > BUFFER ? { grid: true } : {}),
      ...(this.first || wish !== null ? { resume: true } : {}),
      ...(session.started.peek() ? {} : { projects: true }),
      known: [...session.schemas].map(([id, { digest }]) => [id, digest]),
      // What goes out with this request will not be unsent when the server reads it.
      unsent: outbox.unsent - sent.filter(({ kind }) => kind !== "release").length,
      submissions: bodies("submission") as SyncRequest["submissions"],
      corrections: bodies("correction") as SyncRequest["corrections"],
      skips: bodies("skip") as SyncRequest["skips"],
      releases: bodies("release") as SyncRequest["releases"],
      held: held.map(({ assignment, token }) => ({ assignment, token })),
    };
  }

  private async take(sent: readonly Parcel[], request: SyncRequest, response: SyncResponse): Promise<void> {
    const done = await this.settled(sent, response);
    await this.outbox.remove(done);
    this.session.today.value = response.today;
    this.session.receive(response.tasks, response.schemas);
    if (request.pack) this.tell.packed(response.tasks);
    if (response.projects) this.tell.projects(response.projects);
    if (response.lost.length > 0) {
      this.tell.lost(response.lost);
      this.session.lose(response.lost);
    }
    this.halted.value = response.stop?.detail ?? null;
    this.dry.value = request.want > 0 && response.tasks.length === 0;
    this.waitMs = this.dry.value ? Math.max(response.wait, 1) * 1000 : HEARTBEAT_MS;
    // A wall is filled by several exchanges.
    if (request.grid && response.tasks.length > 0 && this.session.held.peek().length < this.session.ahead.peek()) this.again = true;
    // Parcels that did not fit into this exchange go at once; unanswered ones wait for the heartbeat.
    if (this.outbox.parcels.peek().some((parcel) => !sent.includes(parcel))) this.again = true;
  }

  /** The parcels the server has answered. What it refused goes back to the person first. */
  private async settled(sent: readonly Parcel[], response: SyncResponse): Promise<Set<Parcel>> {
    const results = new Map([...response.submissions, ...response.corrections].map((result) => [result.id, result]));
    const skipped = new Set(response.skips.map(({ assignment }) => assignment));
    const done = new Set<Parcel>();
    for (const parcel of sent) {
      if (parcel.kind === "release") done.add(parcel);
      if (parcel.kind === "skip" && skipped.has(parcel.body.assignment)) done.add(parcel);
      if (parcel.kind !== "submission" && parcel.kind !== "correction") continue;
      const result = results.get(parcel.body.id);
      if (!result) continue;
      done.add(parcel);
      if (result.status !== "refused") continue;
      await this.giveBack(parcel, result.error ?? { code: "refused", detail: "" });
    }
    return done;
  }

  private async giveBack(parcel: AnswerParcel, refusal: Refusal): Promise<void> {
    if (parcel.kind === "correction") {
      await this.session.keepOld(parcel.answered, parcel.body, refusal);
      this.tell.notTaken(refusal, parcel.answered.image.name);
    } else if (refusal.code === ANSWERED) {
      // There is nothing that could be fixed: the answer before it stands.
      this.session.past.drop(parcel.body.task);
      this.tell.notTaken(refusal, parcel.held.image.name);
    } else {
      await this.session.takeBack(parcel.held, parcel.body, refusal);
      this.tell.refused(refusal, parcel.held.image.name);
    }
  }

  private async sendReports(): Promise<void> {
    for (const parcel of this.outbox.parcels.peek()) {
      if (parcel.kind !== "report") continue;
      try {
        await this.wire.report(parcel.body);
      } catch (error) {
        // Whatever becomes of a report, it must not hold up the answers: one that the server cannot take (its task is
        // gone) is dropped, another one waits for the next exchange.
        if (!(error instanceof WireError)) throw error;
        if (error.kind !== "broken") return;
      }
      await this.outbox.remove(new Set([parcel]));
    }
  }
}
