/** What a draft suggests, dashed over the image, until it is decided. */
import { useMemo } from "preact/hooks";
import { useCommands } from "../commands/more";
import type { Shape } from "../contract";
import type { Desk } from "../desk";
import { pathOf } from "../geometry/kinds";
import { PathText } from "../view/path_text";
import type { Stage } from "../view/stage";
import { draftCommands } from "./commands";

/** One path a class: a thousand suggestions are then a few elements, moved by one transform. */
function outlinesOf(stage: Stage, shapes: readonly Shape[], unit: number): [key: string, outline: string][] {
  const pens = new Map<string, PathText>();
  for (const shape of shapes) {
    const pen = pens.get(shape.class) ?? new PathText();
    pens.set(shape.class, pen);
    pathOf(shape, pen, { ...stage.lookOf(shape), unit });
  }
  return [...pens].map(([key, pen]) => [key, pen.text]);
}

export function Drafts({ desk, stage }: { desk: Desk; stage: Stage }) {
  useCommands(desk, draftCommands);
  const { pending: { value: { shapes } }, hidden: { value: unseen } } = stage.work.editor;
  const { x, y, scale } = desk.camera.view.value;
  // Marks of points keep their size on the screen, roughly: redrawn at every doubling of the scale only.
  const unit = 2 ** -Math.round(Math.log2(scale));
  const outlines = useMemo(() => outlinesOf(stage, shapes.filter(({ id }) => !unseen.has(id)), unit), [stage, shapes, unseen, unit]);
  if (desk.hidden.value) return null;
  return (
    <svg class="overlay suggested" aria-hidden="true">
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        {outlines.map(([key, outline]) => (
          <g key={key}>
            <path class="suggested-back" d={outline} />
            <path d={outline} stroke={stage.colors.get(key) ?? "#ffffff"} />
          </g>
        ))}
      </g>
    </svg>
  );
}
