/**
 * The browser's own database: one a person, so that nothing of one person shows to the next.
 * Everything a crash must not take away is here before it is anywhere else.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { Given } from "../commands/options";
import type { Answered, Correction, Held, Payload, Refusal, Schema, Seat, Skip, Submission } from "../contract";
import type { Step } from "../model/history";
import type { Practised } from "../session/practice";

/** What waits to be sent. `n` gives the order. */
export type Parcel =
  | { readonly n?: number; readonly kind: "submission"; readonly body: Submission; readonly held: Held }
  | { readonly n?: number; readonly kind: "correction"; readonly body: Correction; readonly answered: Answered }
  | { readonly n?: number; readonly kind: "skip"; readonly body: Skip }
  | { readonly n?: number; readonly kind: "release"; readonly body: Seat }
  | { readonly n?: number; readonly kind: "report"; readonly body: Report };

export interface Report {
  task: number;
  kind: string;
  note: string;
}

/** What a task's answer started from; how far it has come is in rows of its own. */
export interface Draft {
  task: number;
  base: Payload;
  activeMs: number;
  /** Why the server did not take the answer, when it comes back. */
  refusal: Refusal | null;
}

export interface StepRow {
  task: number;
  n: number;
  step: Step;
  /** Spent so far, with this step. Rows of earlier versions have it in their draft. */
  activeMs?: number;
}

export interface Look {
  readonly brightness: number;
  readonly contrast: number;
  readonly gamma: number;
}

/** Seats that were labelled together, and those whose label was taken back. */
export interface Strokes {
  readonly done: readonly (readonly number[])[];
  readonly undone: readonly (readonly number[])[];
}

export interface Settings {
  project: number | null;
  crosshair: boolean;
  /** How each class was last drawn. */
  ways?: Record<string, string>;
  /** Radius in CSS pixels. */
  brush?: number;
  /** A magnifying glass beside the pointer. */
  magnifier?: boolean;
  /** Arrows move the pointer, other keys press it. */
  mouseKeys?: boolean;
  /** Points jump to neighbours' edges unless this is true. */
  noSnap?: boolean;
  /** Lines follow the picture's edges. */
  edges?: boolean;
  /** How pictures are shown; 1 is as they are. */
  look?: Look;
  leftHanded?: boolean;
  highContrast?: boolean;
  /** Minutes of work until a rest is proposed; 0: never. */
  restAfter?: number;
  /** Keys that the person has changed: command id -> chord. */
  keys?: Readonly<Record<string, string>>;
  /** Keys that the person has given to classes and options, by project id. */
  given?: Readonly<Record<number, readonly Given[]>>;
  /** Many images at once, where the project allows it. */
  grid?: boolean;
  /** Seats whose images were set aside on the wall. */
  asides?: readonly number[];
  /** What was labelled on the wall's page, in order. */
  strokes?: Strokes;
  /** The option last given, by schema id. */
  lastOption?: Record<number, string>;
  /** What all others on the wall are, where the person has said so, by schema id. */
  usual?: Record<number, string | null>;
  /** A practice answer that has not been seen against the right one. */
  practised?: Practised | null;
  /** Drafts are judged as a whole first. */
  verify?: boolean;
  /** The class last used, by schema id. */
  lastClass: Record<number, string>;
}

export interface DeskSchema extends DBSchema {
  held: { key: number; value: Held };
  schemas: { key: number; value: Schema & { id: number } };
  drafts: { key: number; value: Draft };
  steps: { key: [number, number]; value: StepRow };
  outbox: { key: number; value: Parcel };
  settings: { key: string; value: Settings };
  answered: { key: number; value: Sent };
}

/** An answer that was sent, for going back to; `n` gives the order. */
export type Sent = Answered & { readonly n: number };

export type DeskDb = IDBPDatabase<DeskSchema>;

export function openDesk(person: number): Promise<DeskDb> {
  return openDB<DeskSchema>(`labelmill-desk-${person}`, 2, {
    upgrade(db, before) {
      db.createObjectStore("answered", { keyPath: "task" });
      if (before >= 1) return;
      db.createObjectStore("held", { keyPath: "assignment" });
      db.createObjectStore("schemas", { keyPath: "id" });
      db.createObjectStore("drafts", { keyPath: "task" });
      db.createObjectStore("steps", { keyPath: ["task", "n"] });
      db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
      db.createObjectStore("settings");
    },
  });
}

/** All that the browser knows of one person's work. */
export interface Stored {
  readonly held: readonly Held[];
  readonly schemas: readonly (Schema & { id: number })[];
  readonly drafts: readonly Draft[];
  readonly steps: readonly StepRow[];
  readonly outbox: readonly Parcel[];
  readonly answered: readonly Sent[];
  readonly settings: Settings | undefined;
}

/** In one turn: one after the other, each would wait for its own on a slow computer. */
export async function readAll(db: DeskDb): Promise<Stored> {
  const reads = db.transaction(["held", "schemas", "drafts", "steps", "outbox", "answered", "settings"]);
  const [held, schemas, drafts, steps, outbox, answered, settings] = await Promise.all([
    reads.objectStore("held").getAll(),
    reads.objectStore("schemas").getAll(),
    reads.objectStore("drafts").getAll(),
    reads.objectStore("steps").getAll(),
    reads.objectStore("outbox").getAll(),
    reads.objectStore("answered").getAll(),
    reads.objectStore("settings").get("desk"),
  ]);
  return { held, schemas, drafts, steps, outbox, answered, settings };
}

type Store = StoreNames<DeskSchema>;

/** Written through to the disk before it counts as kept: a pulled plug takes nothing that was done before. */
export const ON_DISK: IDBTransactionOptions = { durability: "strict" };

/**
 * Asks for some writes, all or nothing. They are committed with the asking: left to itself the browser would wait for
 * the page to hear of each, and a page that is closed or reloaded before that, as a slow computer's may be, loses them.
 */
export async function writeAll<Names extends Store[]>(
  db: DeskDb,
  stores: Names,
  ask: (writes: IDBPTransaction<DeskSchema, Names, "readwrite">) => void,
  options: IDBTransactionOptions = {},
): Promise<void> {
  const writes = db.transaction(stores, "readwrite", options);
  ask(writes);
  writes.commit();
  await writes.done;
}

/** All steps of one task. */
export const stepsOf = (task: number): IDBKeyRange => IDBKeyRange.bound([task, 0], [task, Infinity]);
