/** A magnifying glass beside the pointer: the picture, what is drawn and the exact place, four times as large. */
import type { Desk } from "../desk";
import { pathOf } from "../geometry/kinds";
import type { Point } from "../model/geometry";
import { toImage } from "../view/camera";
import { PathText } from "../view/path_text";
import type { Stage } from "../view/stage";

const SIDE_PX = 132;
const TIMES = 4;
const GAP_PX = 28;
/** From here on the picture itself shows its pixels large enough. */
const CLOSE_ENOUGH = 8;

/** Above the pointer and to its right, where no finger covers it; on the other side at the edges. */
function corner(at: Point, width: number): Point {
  return {
    x: at.x + GAP_PX + SIDE_PX > width ? at.x - GAP_PX - SIDE_PX : at.x + GAP_PX,
    y: at.y - GAP_PX - SIDE_PX < 0 ? at.y + GAP_PX : at.y - GAP_PX - SIDE_PX,
  };
}

export function Magnifier({ desk, stage, at }: { desk: Desk; stage: Stage; at: Point }) {
  const view = desk.camera.view.value;
  const { image } = stage.work.held;
  const source = document.querySelector<HTMLImageElement>(".picture-slot img")?.src;
  if (view.scale >= CLOSE_ENOUGH || !source) return null;
  const { x, y } = toImage(view, at);
  const side = SIDE_PX / (view.scale * TIMES);
  const pen = new PathText();
  for (const shape of [stage.work.editor.selected.value, stage.draft.value?.shape]) {
    if (shape && shape.type !== "mask") pathOf(shape, pen, { ...stage.lookOf(shape), unit: 1 / (view.scale * TIMES) });
  }
  return (
    <svg
      class="magnifier"
      {...corner(at, desk.camera.screen.value.width)}
      width={SIDE_PX}
      height={SIDE_PX}
      viewBox={`${x - side / 2} ${y - side / 2} ${side} ${side}`}
    >
      <rect class="magnifier-back" x={x - side / 2} y={y - side / 2} width={side} height={side} />
      <image href={source} width={image.width} height={image.height} preserveAspectRatio="none" />
      <path class="magnified" d={pen.text} />
      <path class="magnified-back" d={`M${x - side / 2} ${y}h${side}M${x} ${y - side / 2}v${side}`} />
      <path class="magnified" d={`M${x - side / 2} ${y}h${side}M${x} ${y - side / 2}v${side}`} />
      <rect class="magnifier-rim" x={x - side / 2} y={y - side / 2} width={side} height={side} />
    </svg>
  );
}
