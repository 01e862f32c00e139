/** The competing answers of one dispute: how each is drawn, and where they differ. Pure functions. */
import type { Payload, Shape, Value } from "../workbench/contract";
import { geometryOf } from "../workbench/model/bounds";
import type { Dispute, Proposal } from "./contract";
import { alike } from "./likeness";

/** How an answer's boxes look: colour and dashes, so that no eye depends on the colour alone. */
export interface Style {
  readonly color: string;
  readonly dash: readonly number[];
}

export interface Candidate {
  /** Null: the machine's proposal. */
  readonly submission: string | null;
  readonly letter: string;
  readonly payload: Payload;
  readonly style: Style;
}

/** Okabe and Ito's colours for all kinds of colour vision; black and the darkest blue would not show on a photograph. */
const STYLES: readonly Style[] = [
  { color: "#e69f00", dash: [] },
  { color: "#56b4e9", dash: [9, 5] },
  { color: "#f0e442", dash: [2, 4] },
  { color: "#cc79a7", dash: [12, 4, 2, 4] },
  { color: "#00c08b", dash: [16, 6] },
  { color: "#ff7f3f", dash: [5, 3] },
  { color: "#b9a6ff", dash: [2, 3, 8, 3] },
];
const MACHINE: Style = { color: "#ffffff", dash: [4, 4] };

export function candidatesOf(dispute: Dispute): Candidate[] {
  const answers = dispute.answers.map(({ submission, letter, payload }, at): Candidate => {
    return { submission, letter, payload, style: STYLES[at % STYLES.length] ?? MACHINE };
  });
  if (!dispute.proposal) return answers;
  return [{ submission: null, letter: "", payload: proposed(dispute.proposal), style: MACHINE }, ...answers];
}

/** The proposal as an answer: values without what is known of them. */
export function proposed(proposal: Proposal): Payload {
  const tags: Record<string, Value> = {};
  for (const [key, { value }] of Object.entries(proposal.tags)) {
    if (value !== null) tags[key] = value;
  }
  const shapes = proposal.shapes.map((shape): Shape => {
    const { id, class: label, type, attributes } = shape;
    return { id, class: label, type, [type]: geometryOf(shape), attributes } as unknown as Shape;
  });
  return { tags, shapes };
}

const SAME = 0.75;

/** Whether two shapes are one object under one name. */
export const isSameObject = (a: Shape, b: Shape): boolean => a.class === b.class && alike(a, b) >= SAME;

const same = (a: Shape, b: Shape): boolean =>
  isSameObject(a, b) &&
  JSON.stringify(sorted(a.attributes)) === JSON.stringify(sorted(b.attributes));

const sorted = (values: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));

/** The candidate's shapes that not every other candidate has as well. */
export function contested(candidate: Candidate, all: readonly Candidate[]): Shape[] {
  const others = all.filter((other) => other !== candidate);
  return candidate.payload.shapes.filter(
    (shape) => !others.every((other) => other.payload.shapes.some((one) => same(shape, one))),
  );
}

/** Keys of the tag groups in which the people's answers differ. */
export function contestedTags(all: readonly Candidate[]): Set<string> {
  const people = all.filter(({ submission }) => submission !== null);
  const keys = new Set(people.flatMap(({ payload }) => Object.keys(payload.tags)));
  const values = (key: string): Set<string> =>
    new Set(people.map(({ payload }) => JSON.stringify(payload.tags[key] ?? null)));
  return new Set([...keys].filter((key) => values(key).size > 1));
}

/** Whether two answers say the same, whatever their shapes' ids. */
export function equal(a: Payload, b: Payload): boolean {
  const plain = ({ tags, shapes }: Payload): string =>
    JSON.stringify([sorted(tags), shapes.map((shape) => [shape.class, geometryOf(shape), sorted(shape.attributes)])]);
  return plain(a) === plain(b);
}
