// What the schema editor and the frame with its workbench tell each other.
import type { Language, Payload, Spec } from "../../workbench/contract";

/** A picture that was chosen: an image of the project, or a file of the person's own, which lies in the browser's memory. */
export interface Picture { readonly url: string; readonly name: string; readonly width: number; readonly height: number }

export type ToFrame =
  /** Null: the picture that is drawn here, an answer not begun. */
  | { readonly is: "begin"; readonly spec: Spec; readonly language: Language; readonly picture: Picture | null; readonly answer: Payload | null }
  | { readonly is: "schema"; readonly spec: Spec };

export interface Verdict {
  readonly is: "verdict";
  /** What would be stored: what is drawn now; before the first stroke, what was submitted last. */
  readonly answer: Payload;
  /** Why it could not be submitted, in the workbench's words. */
  readonly problems: readonly string[];
  readonly state: "untouched" | "begun" | "submitted";
}

export type FromFrame = { readonly is: "ready" } | Verdict;
