/** SVG over the drawing: the active shape with its grips, what is being drawn, the crosshair. Nothing else. */
import type { ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Desk } from "../desk";
import { nameOf, type Shape } from "../contract";
import { gripsOf, type Grip, pathOf } from "../geometry/kinds";
import { boundsOf, isIntricate } from "../model/bounds";
import { classOf } from "../model/check";
import type { Point, Size } from "../model/geometry";
import type { Draft as ToolDraft } from "../tools/context";
import { kindOfWay, type Way, WAYS } from "../tools/tools";
import { toScreen, type View } from "../view/camera";
import { PathText } from "../view/path_text";
import type { Stage } from "../view/stage";
import { later } from "./later";
import { Stroke } from "./stroke";

interface Props {
  desk: Desk;
  stage: Stage;
}

const placed = ({ x, y, scale }: View): string => `translate(${x} ${y}) scale(${scale})`;

const isLine = ({ type }: Shape): boolean => type === "polyline" || type === "skeleton";

/** The shape's outline in image pixels, as SVG writes it. */
function useOutline(stage: Stage, shape: Shape | null | undefined, view: View): string {
  return useMemo(() => {
    const pen = new PathText();
    // An intricate mask is the painter's all the time: here it is only framed.
    if (shape && isIntricate(shape)) pen.rect(...boundsOf(shape));
    else if (shape) pathOf(shape, pen, { ...stage.lookOf(shape), unit: 1 / view.scale });
    return pen.text;
  }, [shape, view.scale]);
}

/** Which shape a click would take. Here and not in the drawing, which would be drawn anew at each move. */
function Hovered({ desk, stage }: Props) {
  const id = stage.hovered.value;
  const shape = id === null || id === stage.work.editor.selectedId.value ? null : stage.shapeOf(id);
  // Who draws nothing does not follow the camera: it moves at each frame.
  return shape && <HoveredShape desk={desk} stage={stage} shape={shape} />;
}

function HoveredShape({ desk, stage, shape }: Props & { shape: Shape }) {
  const view = desk.camera.view.value;
  const outline = useOutline(stage, shape, view);
  const color = stage.colors.get(shape.class) ?? "#ffffff";
  return <path class={isLine(shape) ? "hovered line" : "hovered"} transform={placed(view)} d={outline} fill={color} stroke={color} />;
}

/** A longer name is cut on the image; the panel has it whole. */
const NAME_LETTERS = 24;

function short(name: string): string {
  const letters = [...name];
  return letters.length > NAME_LETTERS ? `${letters.slice(0, NAME_LETTERS - 1).join("")}…` : name;
}

/** Below this side the grips would cover the shape; corners alone stay. */
const ROOM_FOR_SIDES_PX = 44;
/** So close to its neighbours a middle would only be in the way. */
const ROOM_FOR_MIDDLES_PX = 14;
/** More than these on the screen say nothing any more; they can be taken all the same. */
const MANY_GRIPS = 800;

function shown(grips: readonly Grip[], view: View, screen: Size, roomy: boolean): (Grip & { at: Point })[] {
  const all = grips.map((grip) => ({ ...grip, at: toScreen(view, grip) }));
  const inSight = all.filter(({ at, role }, place) => {
    if (at.x < -9 || at.y < -9 || at.x > screen.width + 9 || at.y > screen.height + 9) return false;
    if (role === "side") return roomy;
    if (role !== "middle") return true;
    const vertex = all[all.length / 2 + place];
    return !vertex || Math.hypot(vertex.at.x - at.x, vertex.at.y - at.y) >= ROOM_FOR_MIDDLES_PX;
  });
  return inSight.length > MANY_GRIPS ? [] : inSight;
}

function Grips({ desk, stage, shape }: Props & { shape: Shape }) {
  const view = desk.camera.view.value;
  if (stage.work.editor.locked.value.has(shape.id)) return null;
  const [, , width, height] = boundsOf(shape);
  const roomy = Math.min(width, height) * view.scale >= ROOM_FOR_SIDES_PX || shape.type === "ellipse";
  const look = { ...stage.lookOf(shape), unit: 1 / view.scale };
  return (
    <>
      {shown(gripsOf(shape, look), view, desk.camera.screen.value, roomy).map(({ id, role, at }) => {
        const side = role === "middle" ? 6 : 9;
        const round = role === "corner" || role === "side" ? 0 : side / 2;
        const kind = `grip grip-${shape.type === "box" ? id : role}${stage.vertex.value === id ? " grip-held" : ""}`;
        return <rect key={id} class={kind} x={at.x - side / 2} y={at.y - side / 2} width={side} height={side} rx={round} />;
      })}
    </>
  );
}

function Active({ desk, stage }: Props) {
  const shape = stage.work.editor.selected.value;
  return shape && stage.reachable.value.includes(shape) ? <ActiveShape desk={desk} stage={stage} shape={shape} /> : null;
}

function ActiveShape({ desk, stage, shape: seen }: Props & { shape: Shape }) {
  const view = desk.camera.view.value;
  const outline = useOutline(stage, seen, view);
  const [x, y, width, height] = boundsOf(seen);
  const corner = toScreen(view, { x, y });
  const shapeClass = classOf(stage.work.schema.spec, seen.class);
  const name = shapeClass ? nameOf(shapeClass, desk.language) : seen.class;
  const color = stage.colors.get(seen.class) ?? "#ffffff";
  return (
    <g role="img" aria-label={desk.t("boxOf", { name, width: Math.round(width), height: Math.round(height) })}>
      <g transform={placed(view)} class={isLine(seen) ? "line" : ""}>
        <path class="active-back" d={outline} />
        <path class="active" d={outline} stroke={color} fill={color} fill-rule="evenodd" />
      </g>
      <text class="active-name" x={corner.x} y={Math.max(corner.y - 7, 14)}>
        {short(name)}
      </text>
      <Grips desk={desk} stage={stage} shape={seen} />
    </g>
  );
}

function Draft({ desk, stage }: Props) {
  const draft = stage.draft.value;
  return draft && <Drawn desk={desk} stage={stage} draft={draft} />;
}

function Drawn({ desk, stage, draft }: Props & { draft: ToolDraft }) {
  const { shape, dots = [], snap, stroke } = draft;
  const view = desk.camera.view.value;
  const outline = useOutline(stage, shape, view);
  const color = stage.colors.get(desk.shapeClass.value) ?? "#ffffff";
  const places = dots.flatMap((x, at) => (at % 2 ? [] : [toScreen(view, { x, y: dots[at + 1] ?? 0 })]));
  const ring = snap && toScreen(view, snap);
  return (
    <g>
      <g transform={placed(view)} class={shape && isLine(shape) ? "line" : ""}>
        <path class="active-back" d={outline} />
        <path class="draft" d={outline} stroke={color} fill={color} />
        {stroke && <Stroke {...stroke} color={color} />}
      </g>
      {places.map(({ x, y }, at) => (
        <circle key={at} class="dot" cx={x} cy={y} r="3" fill={color} />
      ))}
      {ring && <circle class="snap" cx={ring.x} cy={ring.y} r="8" />}
      {shape?.type === "box" && <Extent view={view} shape={shape} />}
    </g>
  );
}

function Extent({ view, shape }: { view: View; shape: Shape }) {
  const [x, y, width, height] = boundsOf(shape);
  const foot = toScreen(view, { x: x + width, y: y + height });
  return (
    <text class="active-name number" x={foot.x + 6} y={foot.y + 14}>
      {Math.round(width)}×{Math.round(height)}
    </text>
  );
}

const PRECISE = new Set<string>(Object.values(WAYS).flat());

function Crosshair({ desk, stage, pointer }: Props & { pointer: ReadonlySignal<Point | null> }) {
  const at = pointer.value;
  const { name, hand } = stage.chart.value;
  const wanted = desk.settings.value.crosshair && PRECISE.has(name) && kindOfWay(name as Way) !== "mask";
  if (!at || !wanted || hand === "drags") return null;
  const { width, height } = desk.camera.screen.value;
  return (
    <g class="crosshair">
      <path class="crosshair-back" d={`M0 ${at.y}H${width}M${at.x} 0V${height}`} />
      <path d={`M0 ${at.y}H${width}M${at.x} 0V${height}`} />
    </g>
  );
}

const Magnifier = later(() => import("./magnifier").then((module) => module.Magnifier));

function Glass({ desk, stage, pointer }: Props & { pointer: ReadonlySignal<Point | null> }) {
  const at = pointer.value;
  const wanted = desk.settings.value.magnifier && stage.chart.value.name !== "select";
  return at && wanted ? <Magnifier desk={desk} stage={stage} at={at} /> : null;
}

export function Overlay({ desk, stage, pointer }: Props & { pointer: ReadonlySignal<Point | null> }) {
  return (
    <svg class="overlay">
      <Crosshair desk={desk} stage={stage} pointer={pointer} />
      <Hovered desk={desk} stage={stage} />
      <Active desk={desk} stage={stage} />
      <Draft desk={desk} stage={stage} />
      <Glass desk={desk} stage={stage} pointer={pointer} />
    </svg>
  );
}
