/** What is selected and what the hand is in the middle of, in words. */
import { nameOf } from "../contract";
import type { Desk } from "../desk";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import type { Key } from "../i18n";
import type { Stage } from "../view/stage";

/** Says to those who cannot see it which box is selected. */
export function Spoken({ desk, stage }: { desk: Desk; stage: Stage }) {
  const shape = stage.work.editor.selected.value;
  const shapeClass = shape && classOf(stage.work.schema.spec, shape.class);
  const [, , width, height] = shape ? boundsOf(shape) : [0, 0, 0, 0];
  const size = { width: Math.round(width), height: Math.round(height) };
  return (
    <p class="hidden-label" role="status">
      {shapeClass && desk.t("boxOf", { name: nameOf(shapeClass, desk.language), ...size })}
    </p>
  );
}

const HINTS: Readonly<Record<string, Key>> = {
  armed: "drawNow",
  "drawing.placing": "secondCorner",
  "drawing.widening": "hintTurned",
  "drawing.waiting": "hintDots",
};

const OWN_HINTS: Readonly<Record<string, Key>> = { cut: "hintCut", extend: "hintExtend", split: "hintSplit", merge: "hintMerge" };

/** What the hand is in the middle of, in words. */
export function Hint({ desk, stage }: { desk: Desk; stage: Stage }) {
  const [name = "", ...state] = stage.chart.value.path.value.split(".");
  const points = stage.work.editor.sketch.value?.points.length ?? 0;
  const skeleton = name === "skeleton" && state[0] === "drawing" && stage.skeletonOf();
  if (skeleton) {
    const next = skeleton.points[points / 3];
    if (!next) return null;
    const values = { name: nameOf(next, desk.language), n: points / 3 + 1, all: skeleton.points.length };
    return <p class="hint">{desk.t("hintSkeleton", values)}</p>;
  }
  if (name === "extreme" && state[1] === "waiting") return <p class="hint">{desk.t("hintExtreme", { n: points / 2 + 1 })}</p>;
  const led = desk.guide.value && state.join(".") === "drawing.waiting" && (name === "polygon" || name === "polyline");
  const text = led ? "hintEdges" : (OWN_HINTS[name] ?? HINTS[state.join(".")]);
  return text ? <p class="hint">{desk.t(text)}</p> : null;
}
