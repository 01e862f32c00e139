/** Shapes that were settled a moment ago and are still on their way through the painter. */
import type { ReadonlySignal } from "@preact/signals";
import { pathOf } from "../geometry/kinds";
import { isIntricate } from "../model/bounds";
import type { Desk } from "../desk";
import { strokes } from "../tools/strokes";
import { PathText } from "../view/path_text";
import type { Renderer } from "../view/renderer";
import type { Stage } from "../view/stage";
import { Stroke } from "./stroke";

interface Props {
  desk: Desk;
  stage: Stage;
  renderer: ReadonlySignal<Renderer | null>;
}

export function Unpainted({ desk, stage, renderer }: Props) {
  const shapes = renderer.value?.unpainted.value ?? [];
  if (shapes.length === 0) return null;
  const { x, y, scale } = desk.camera.view.value;
  return (
    <svg class="overlay" aria-hidden="true">
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        {shapes.map((shape) => {
          const look = stage.looks.get(shape.class);
          const stroke = shape.type === "mask" && strokes.get(shape.mask);
          if (stroke) return <Stroke key={shape.id} {...stroke} color={look?.color ?? "#ffffff"} />;
          if (isIntricate(shape)) return null;
          const pen = new PathText();
          pathOf(shape, pen, { unit: 1 / scale, ...(look?.edges && { edges: look.edges }) });
          return <path key={shape.id} class={stage.work.editor.isPending(shape.id) ? "unpainted suggested" : "unpainted"} d={pen.text} stroke={look?.color} />;
        })}
      </g>
    </svg>
  );
}
