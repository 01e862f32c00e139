/** SVG over the drawing: the active box with its grips, the draft, the crosshair. Nothing else. */
import type { ReadonlySignal } from "@preact/signals";
import type { Desk } from "../desk";
import { nameOf, type BoxTuple } from "../contract";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import { handlePoint, HANDLES, type Point } from "../model/geometry";
import { toScreen, type View } from "../view/camera";
import type { Stage } from "../view/stage";

interface Props {
  desk: Desk;
  stage: Stage;
}

function frame(view: View, [x, y, width, height]: BoxTuple) {
  const corner = toScreen(view, { x, y });
  return { x: corner.x, y: corner.y, width: width * view.scale, height: height * view.scale };
}

/** Which box a click would take. Here and not in the drawing, which would be drawn anew at each move. */
function Hovered({ desk, stage }: Props) {
  const id = stage.hovered.value;
  const shape = id === null || id === stage.work.editor.selectedId.value ? null : stage.shapeOf(id);
  if (!shape) return null;
  return <rect class="hovered" {...frame(desk.camera.view.value, boundsOf(shape))} fill={stage.colors.get(shape.class) ?? "#ffffff"} />;
}

/** A longer name is cut on the image; the panel has it whole. */
const NAME_LETTERS = 24;

function short(name: string): string {
  const letters = [...name];
  return letters.length > NAME_LETTERS ? `${letters.slice(0, NAME_LETTERS - 1).join("")}…` : name;
}

/** Below this side the grips would cover the box; corners alone stay. */
const ROOM_FOR_SIDES_PX = 44;

function Active({ desk, stage }: Props) {
  const shape = stage.work.editor.selected.value;
  const view = desk.camera.view.value;
  if (!shape || !stage.visible.value.includes(shape)) return null;
  const bounds = boundsOf(shape);
  const place = frame(view, bounds);
  const shapeClass = classOf(stage.work.schema.spec, shape.class);
  const name = shapeClass ? nameOf(shapeClass, desk.language) : shape.class;
  const size = { name, width: Math.round(bounds[2]), height: Math.round(bounds[3]) };
  const roomy = Math.min(place.width, place.height) >= ROOM_FOR_SIDES_PX;
  const color = stage.colors.get(shape.class) ?? "#ffffff";
  return (
    <g role="img" aria-label={desk.t("boxOf", size)}>
      <rect class="active-back" {...place} />
      <rect class="active" {...place} stroke={color} fill={color} />
      <text class="active-name" x={place.x} y={Math.max(place.y - 7, 14)}>
        {short(name)}
      </text>
      {HANDLES.filter((handle) => roomy || handle.length === 2).map((handle) => {
        const at = toScreen(view, handlePoint(bounds, handle));
        return <rect key={handle} class={`grip grip-${handle}`} x={at.x - 4.5} y={at.y - 4.5} width="9" height="9" />;
      })}
    </g>
  );
}

function Draft({ desk, stage }: Props) {
  const draft = stage.draft.value;
  if (!draft) return null;
  const place = frame(desk.camera.view.value, draft);
  const color = stage.colors.get(desk.shapeClass.value) ?? "#ffffff";
  return (
    <g>
      <rect class="active-back" {...place} />
      <rect class="draft" {...place} stroke={color} fill={color} />
      <text class="active-name number" x={place.x + place.width + 6} y={place.y + place.height + 14}>
        {Math.round(draft[2])}×{Math.round(draft[3])}
      </text>
    </g>
  );
}

function Crosshair({ desk, stage, pointer }: Props & { pointer: ReadonlySignal<Point | null> }) {
  const at = pointer.value;
  const wanted = desk.settings.value.crosshair && stage.chart.value.name === "box";
  if (!at || !wanted || stage.chart.value.path.value.includes("adjusting")) return null;
  const { width, height } = desk.camera.screen.value;
  return (
    <g class="crosshair">
      <path class="crosshair-back" d={`M0 ${at.y}H${width}M${at.x} 0V${height}`} />
      <path d={`M0 ${at.y}H${width}M${at.x} 0V${height}`} />
    </g>
  );
}

export function Overlay({ desk, stage, pointer }: Props & { pointer: ReadonlySignal<Point | null> }) {
  return (
    <svg class="overlay">
      <Crosshair desk={desk} stage={stage} pointer={pointer} />
      <Hovered desk={desk} stage={stage} />
      <Active desk={desk} stage={stage} />
      <Draft desk={desk} stage={stage} />
    </svg>
  );
}
