/** What is selected and what the hand is in the middle of, in words. */
import { nameOf } from "../contract";
import type { Desk } from "../desk";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import type { Stage } from "../view/stage";
import { sayIn } from "./hint_words";

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

const DRAWING = { armed: "armed", "drawing.placing": "placing", "drawing.widening": "turned", "drawing.waiting": "dots" } as const;
const isDrawing = (state: string): state is keyof typeof DRAWING => state in DRAWING;

/** What the hand is in the middle of, in words. */
function hintOf(desk: Desk, stage: Stage): string | null {
  const say = sayIn(desk.language);
  const [name = "", ...parts] = stage.chart.value.path.value.split(".");
  const state = parts.join(".");
  const points = stage.work.editor.sketch.value?.points.length ?? 0;
  const skeleton = name === "skeleton" && parts[0] === "drawing" && stage.skeletonOf();
  if (skeleton) {
    const next = skeleton.points[points / 3];
    return next ? say("skeleton", { name: nameOf(next, desk.language), n: points / 3 + 1, all: skeleton.points.length }) : null;
  }
  if (name === "extreme" && parts[1] === "waiting") return say("extreme", { n: points / 2 + 1 });
  if (desk.guide.value && state === "drawing.waiting" && (name === "polygon" || name === "polyline")) return say("edges");
  if (name === "cut" || name === "extend" || name === "split") return say(name);
  if (name === "merge") return desk.t("hintMerge");
  return isDrawing(state) ? say(DRAWING[state]) : null;
}

export function Hint({ desk, stage }: { desk: Desk; stage: Stage }) {
  const text = hintOf(desk, stage);
  return text === null ? null : <p class="hint">{text}</p>;
}
