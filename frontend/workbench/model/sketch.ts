/** What is being drawn point by point and is not a shape yet. It is kept like a step, so a crash loses one point at most. */

export interface Sketch {
  /** The tool that goes on with it. */
  readonly tool: string;
  readonly class: string;
  readonly points: readonly number[];
  /** How many numbers there were after each action: what is taken back together. */
  readonly marks: readonly number[];
}

/** Keeps the first `keep` numbers and adds some; with none left the sketch is over. */
export interface SketchStep {
  readonly do: "sketch";
  readonly tool: string;
  readonly class: string;
  readonly keep: number;
  readonly add: readonly number[];
  /** The person gave it up: the next undo brings it back. */
  readonly drops?: true;
}

export function sketched(before: Sketch | null, { tool, class: name, keep, add }: SketchStep): Sketch | null {
  const points = [...(before?.points.slice(0, keep) ?? []), ...add];
  if (points.length === 0) return null;
  const marks = (before?.marks ?? []).filter((mark) => mark <= keep);
  return { tool, class: name, points, marks: add.length > 0 ? [...marks, points.length] : marks };
}
