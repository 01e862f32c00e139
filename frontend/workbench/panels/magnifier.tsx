/** A magnifying glass beside the pointer: the picture, what is drawn and the exact place, four times as large. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
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

interface GlassProps {
  stage: Stage;
  picture: HTMLImageElement;
  /** The middle, in pixels of the picture; screen pixels a pixel of it. */
  x: number;
  y: number;
  scale: number;
}

/** The picture under the glass: its own pixels where a large one has sent them, the copy on the page elsewhere. */
function Magnified({ stage, picture, x, y, scale }: GlassProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const closer = stage.closer.value;
  const arrived = closer?.arrived.value;
  const density = devicePixelRatio;
  const pixels = Math.round(SIDE_PX * density);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const { width, height } = stage.work.held.image;
    const k = scale * density;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, pixels, pixels);
    context.setTransform(k, 0, 0, k, pixels / 2 - x * k, pixels / 2 - y * k);
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, width, height);
    closer?.paint(context, x - SIDE_PX / scale / 2, y - SIDE_PX / scale / 2, SIDE_PX / scale);
  }, [x, y, scale, picture, closer, arrived, density]);
  useEffect(() => {
    closer?.glance({ x: SIDE_PX / 2 - x * scale, y: SIDE_PX / 2 - y * scale, scale }, { width: SIDE_PX, height: SIDE_PX });
  }, [x, y, scale, closer]);
  useEffect(() => () => closer?.glanceAway(), [closer]);
  return <canvas class="magnified-picture" ref={canvas} width={pixels} height={pixels} />;
}

export function Magnifier({ desk, stage, at }: { desk: Desk; stage: Stage; at: Point }) {
  const view = desk.camera.view.value;
  const picture = document.querySelector<HTMLImageElement>(".picture-slot img");
  if (view.scale >= CLOSE_ENOUGH || !picture) return null;
  const { x, y } = toImage(view, at);
  const scale = view.scale * TIMES;
  const side = SIDE_PX / scale;
  const pen = new PathText();
  for (const shape of [stage.work.editor.selected.value, stage.draft.value?.shape]) {
    if (shape && shape.type !== "mask") pathOf(shape, pen, { ...stage.lookOf(shape), unit: 1 / scale });
  }
  const place = { ...corner(at, desk.camera.screen.value.width), width: SIDE_PX, height: SIDE_PX };
  return (
    <>
      <foreignObject {...place}>
        <Magnified stage={stage} picture={picture} x={x} y={y} scale={scale} />
      </foreignObject>
      <svg class="magnifier" {...place} viewBox={`${x - side / 2} ${y - side / 2} ${side} ${side}`}>
        <path class="magnified" d={pen.text} />
        <path class="magnified-back" d={`M${x - side / 2} ${y}h${side}M${x} ${y - side / 2}v${side}`} />
        <path class="magnified" d={`M${x - side / 2} ${y}h${side}M${x} ${y - side / 2}v${side}`} />
        <rect class="magnifier-rim" x={x - side / 2} y={y - side / 2} width={side} height={side} />
      </svg>
    </>
  );
}
