/** What is selected and what the hand is in the middle of, in words. */
import { nameOf } from "../contract";
import type { Desk } from "../desk";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
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

/** What the hand is in the middle of, in words. */
export function Hint({ desk, stage }: { desk: Desk; stage: Stage }) {
  const path = stage.chart.value.path.value;
  const text = path === "box.armed" ? "drawNow" : path === "box.drawing.placing" ? "secondCorner" : null;
  return text ? <p class="hint">{desk.t(text)}</p> : null;
}
