/** Where a skeleton's points lie in a box before anybody has moved them: shares of its width and height. */
import type { Skeleton } from "../contract";

type Share = readonly [across: number, down: number, v: number];

/** A person seen from the front, by the names that most keypoint sets give; left is the person's own. */
const PERSON: Readonly<Record<string, readonly [number, number]>> = {
  nose: [0.5, 0.09],
  left_eye: [0.55, 0.07],
  right_eye: [0.45, 0.07],
  left_ear: [0.6, 0.09],
  right_ear: [0.4, 0.09],
  left_shoulder: [0.68, 0.21],
  right_shoulder: [0.32, 0.21],
  left_elbow: [0.78, 0.36],
  right_elbow: [0.22, 0.36],
  left_wrist: [0.82, 0.5],
  right_wrist: [0.18, 0.5],
  left_hip: [0.61, 0.52],
  right_hip: [0.39, 0.52],
  left_knee: [0.62, 0.74],
  right_knee: [0.38, 0.74],
  left_ankle: [0.62, 0.96],
  right_ankle: [0.38, 0.96],
};

export function layoutOf(skeleton: Skeleton | undefined): readonly Share[] {
  const points = skeleton?.points ?? [];
  return points.map(({ key, at: put }, at): Share => {
    if (put) return [...put, 2];
    const known = PERSON[key.replaceAll("-", "_")];
    if (known) return [...known, 2];
    const turn = (2 * Math.PI * at) / points.length - Math.PI / 2;
    return [0.5 + 0.5 * Math.cos(turn), 0.5 + 0.5 * Math.sin(turn), 2];
  });
}
