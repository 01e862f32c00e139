/** The JSON that the server and the reviewer's page exchange. */
import type { Payload, Shape, Spec, Value } from "../workbench/contract";

export type ProposedShape = Shape & { readonly confidence: number };

/** The machine's conclusion; `rejected` are shapes it voted down. */
export interface Proposal {
  readonly tags: Readonly<Record<string, { readonly value: Value | null; readonly confidence: number }>>;
  readonly shapes: readonly ProposedShape[];
  readonly rejected?: readonly ProposedShape[];
}

/** What was said about an answer, pinned on an object or a place of it, else about all of it. */
export interface Talk {
  readonly id: number;
  readonly shape: string;
  /** Image pixels. */
  readonly place: readonly [number, number] | null;
  readonly resolved: boolean;
  readonly comments: readonly { readonly side: "reviewer" | "annotator"; readonly words: string }[];
}

export interface Dispute {
  readonly id: number;
  readonly task: number;
  readonly schema: number;
  readonly reason: string;
  readonly reason_text: string;
  /** A path into the proposal: "tags.garment", "shapes[3]". */
  readonly where: string;
  readonly image: { readonly url: string; readonly original: string; readonly width: number; readonly height: number; readonly name: string };
  readonly answers: readonly { readonly submission: string; readonly letter: string; readonly payload: Payload; readonly threads: readonly Talk[] }[];
  readonly proposal: Proposal | null;
  readonly skips: readonly { readonly reason: string; readonly note: string }[];
  readonly can_ask: boolean;
}

export interface NextResponse {
  readonly disputes: readonly Dispute[];
  readonly schemas: Readonly<Record<string, Spec>>;
  readonly waiting: number;
}

export interface Verdict {
  /** Made here, so that sending it twice is one verdict. */
  readonly id: string;
  readonly payload: Payload;
  readonly picked: string | null;
  readonly excluded: boolean;
}

export interface Boot {
  readonly language: "en" | "zh-hans";
  readonly csrf: string;
  readonly project: string;
  /** An annotator corrects an answer of theirs that was sent back. */
  readonly mends?: boolean;
  readonly urls: {
    readonly next: string;
    /** With 0 in place of the dispute's number. */
    readonly verdict: string;
    /** Neither is there where a single task is put right. */
    readonly ask: string | null;
    readonly let_go: string | null;
    /** With zeros in place of the answer's id. */
    readonly thread: string | null;
    readonly comments: string;
    readonly queues: string;
  };
}
