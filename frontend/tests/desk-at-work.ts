/** A whole desk without a page: real database (in memory), a server that does what a test tells it. */
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect } from "vitest";
import type { Answers, Boot, Held, Schema, SyncRequest, SyncResponse } from "../workbench/contract";
import { Desk } from "../workbench/desk";
import "../workbench/i18n/both";
import { openDesk, readAll, type Report } from "../workbench/sync/db";
import { type Failure, type Wire, WireError } from "../workbench/sync/wire";
import { held, schema, tagsOnly } from "./things";

export const boot = (person = 7): Boot => ({
  person: { id: person, name: "Wang", language: "en" },
  projects: [{ id: 1, name: "Boards", price: "0.04", currency: "CNY", open: 9 }],
  csrf: "x",
  urls: { sync: "/desk/sync", answers: "/desk/answers", practice: "/desk/practice/", report: "/desk/report", mine: "/desk/mine/", sign_in: "/sign-in", sign_out: "/sign-out", language: "/i18n/" },
});

/** Forgets every browser database: a new computer. */
export const newComputer = (): void => {
  globalThis.indexedDB = new IDBFactory();
};

/** Hands out seats and takes answers as the contract says; each call can be made to fail. */
export class FakeServer implements Wire {
  readonly requests: SyncRequest[] = [];
  readonly reports: Report[] = [];
  /** Submissions stored, by their id: what the server knows. */
  readonly stored = new Map<string, SyncRequest["submissions"][number]>();
  readonly leased = new Map<number, Held>();
  readonly refuse = new Set<number>();
  /** Tasks that somebody of this name has answered before, with another seat. */
  readonly answered = new Set<number>();
  lost: number[] = [];
  /** "before": the request never arrives; "after": it does, but the answer is lost. */
  fail: { when: "before" | "after"; as: Failure } | null = null;
  stop: SyncResponse["stop"] = null;
  /** Characters of JSON that an exchange may have. */
  most = Infinity;
  schema: Schema = schema();
  /** What the server tells of earlier answers. */
  known: Answers = { answers: [], schemas: {} };
  readonly corrected: SyncRequest["corrections"] = [];
  /** Why corrections are refused; null: they are taken. */
  tooLate: SyncResponse["corrections"][number]["error"] = null;
  private next = 1;

  constructor(private readonly supply = 20) {}

  async report(report: Report): Promise<void> {
    if (this.fail) throw new WireError(this.fail.as);
    this.reports.push(report);
  }

  async answers(): Promise<Answers> {
    if (this.fail) throw new WireError(this.fail.as);
    return structuredClone(this.known);
  }

  async sync(request: SyncRequest): Promise<SyncResponse> {
    if (this.fail?.when === "before") throw new WireError(this.fail.as);
    if (JSON.stringify(request).length > this.most) throw new WireError("broken", 413);
    this.requests.push(structuredClone(request));
    const response = this.answer(request);
    if (this.fail) throw new WireError(this.fail.as);
    return structuredClone(response);
  }

  private answer(request: SyncRequest): SyncResponse {
    const submissions = request.submissions.map((one): SyncResponse["submissions"][number] => {
      if (this.answered.has(one.task)) {
        return { id: one.id, status: "refused", error: { code: "already_answered", detail: "The first answer stands." } };
      }
      if (this.refuse.has(one.task)) {
        return { id: one.id, status: "refused", error: { code: "unknown_class", detail: "No such class.", where: "shapes[0]" } };
      }
      const known = this.stored.has(one.id);
      this.stored.set(one.id, one);
      this.leased.delete(one.assignment);
      return { id: one.id, status: known ? "replayed" : "accepted", error: null };
    });
    const corrections = request.corrections.map((one): SyncResponse["corrections"][number] => {
      if (this.tooLate) return { id: one.id, status: "refused", error: this.tooLate };
      this.corrected.push(one);
      return { id: one.id, status: "accepted", error: null };
    });
    for (const { assignment } of [...request.skips, ...request.releases]) this.leased.delete(assignment);
    const tasks = request.resume ? [...this.leased.values()] : [];
    for (let n = 0; n < request.want && request.project !== null && this.next <= this.supply; n++) {
      const seat = held(this.next++, request.project);
      this.leased.set(seat.assignment, seat);
      tasks.push(seat);
    }
    const known = request.known.find(([id]) => id === 5);
    const unknown = known ? known[1] !== this.schema.digest : tasks.length > 0;
    return {
      now: "2026-11-22T10:00:00Z",
      submissions,
      corrections,
      skips: request.skips.map(({ assignment }) => ({ assignment, status: "skipped" })),
      lost: request.held.map(({ assignment }) => assignment).filter((id) => this.lost.includes(id)),
      tasks,
      schemas: unknown ? { "5": this.schema } : {},
      wait: 15,
      stop: this.stop,
      today: { submitted: this.stored.size, earned: "0.0400", currency: "CNY" },
    };
  }
}

/** A desk whose database is loaded and which has not yet spoken to the server. */
export async function openedDesk(server: Wire, person = 7): Promise<Desk> {
  const db = await openDesk(person);
  const desk = new Desk(boot(person), db, server);
  await desk.loadStored(await readAll(db));
  return desk;
}

/** A server whose tasks ask a question and want nothing drawn. */
export function askingServer(supply?: number): FakeServer {
  const server = new FakeServer(supply);
  server.schema = schema(tagsOnly);
  return server;
}

/** Opens desks that end with their test; each test is at a new computer. */
export function desksAt(server: () => FakeServer): (person?: number) => Promise<Desk> {
  const desks: Desk[] = [];
  beforeEach(newComputer);
  afterEach(async () => {
    for (const desk of desks.splice(0)) await crash(desk);
  });
  return async (person) => {
    const desk = await openedDesk(server(), person);
    desks.push(desk);
    return desk;
  };
}

/** A desk with a task on the screen. */
export async function workingDesk(server = new FakeServer()): Promise<Desk> {
  newComputer();
  const desk = await openedDesk(server);
  desk.start(1);
  await settled(desk);
  return desk;
}

/** Lets the exchange under way, and one that it has asked for, and all writes finish. */
export async function settled(desk: Desk): Promise<void> {
  await desk.sync.poke();
  await desk.sync.poke();
  while (desk.saver.pending.peek() > 0) await new Promise((done) => setTimeout(done, 1));
}

/** The browser dies: nothing is said to anybody, only the database stays. */
export const crash = async (desk: Desk): Promise<void> => {
  while (desk.saver.pending.peek() > 0) await new Promise((done) => setTimeout(done, 1));
  desk.sync.stop();
  desk.tabs.close();
};

/** Begins to work on the project, with the first tasks at hand. */
export const start = async (desk: Desk): Promise<Desk> => {
  desk.start(1);
  await settled(desk);
  return desk;
};

/** Answers the task on the screen, and submits it. */
export const answer = (desk: Desk, light = "good"): void => {
  desk.session.work.peek()!.editor.setTag("light", light);
  expect(desk.session.submit()).toEqual([]);
};

/** The seat on the screen. */
export const current = (desk: Desk): number | undefined => desk.session.work.peek()?.held.assignment;
