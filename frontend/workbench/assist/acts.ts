/** What keys ask of the picture: grow a region from the place under the pointer, lay an outline onto the edges. */
import type { FlatPoints, Shape } from "../contract";
import { refuseReshape } from "../commands/objects";
import type { Desk } from "../desk";
import { isValid, rounded, withGeometry } from "../geometry/kinds";
import { pointsOf } from "../geometry/points";
import { simplifyTo } from "../geometry/simplify";
import type { Point } from "../model/geometry";
import type { Guide } from "../tools/context";
import { kindOfWay } from "../tools/tools";
import { toImage } from "../view/camera";
import type { Stage } from "../view/stage";
import { guideOf } from "./guide";
import { handFree } from "./hand";
import { geometryFrom, type Region } from "./region";
import { see } from "./seeing";
import { sayIn } from "./words";

const FIRST_TOLERANCE = 24;
const WIDER = 1.4;
/** CSS pixels: the hand has not moved. */
const SAME_PLACE = 4;

interface Last {
  readonly stage: Stage;
  readonly shape: string | null;
  readonly x: number;
  readonly y: number;
  readonly tolerance: number;
}

let last: Last | null = null;

function put(desk: Desk, stage: Stage, region: Region, shape: string | null): string | null {
  const kind = kindOfWay(desk.way.peek());
  const { editor, held } = stage.work;
  const geometry = geometryFrom(kind, region, held.image);
  if (!geometry) return null;
  const before = shape === null ? undefined : editor.document.peek().shapes.find(({ id }) => id === shape);
  if (before?.type === kind) {
    const next = rounded(withGeometry(before, geometry as never) as Shape);
    if (isValid(next, held.image)) editor.update(before.id, () => next);
    return before.id;
  }
  const fresh = stage.newShape(kind, geometry as never);
  if (!isValid(fresh, held.image)) return null;
  editor.add(fresh);
  editor.settle();
  return fresh.id;
}

/** From the middle of the view where there is no pointer; pressed again at one place, it allows more difference. */
export async function growHere(desk: Desk): Promise<void> {
  const stage = desk.stage.peek();
  const picture = stage && desk.images.peek(stage.work.held.image.url);
  const say = sayIn(desk.language);
  if (!stage?.canDraw || !picture || !stage.seen.peek()) return;
  if (!["polygon", "mask", "box"].includes(kindOfWay(desk.way.peek()))) return desk.notices.say("info", say("notHere"));
  const screen = desk.camera.screen.peek();
  const at = desk.pointer.peek() ?? { x: screen.width / 2, y: screen.height / 2 };
  const again = last?.stage === stage && Math.hypot(last.x - at.x, last.y - at.y) <= SAME_PLACE ? last : null;
  const tolerance = again ? again.tolerance * WIDER : FIRST_TOLERANCE;
  const place = toImage(desk.camera.view.peek(), at);
  const scale = picture.naturalWidth / stage.work.held.image.width;
  try {
    const rings = await see(picture, { what: "grow", at: [Math.floor(place.x * scale), Math.floor(place.y * scale)], tolerance });
    await handFree(stage);
    if (desk.stage.peek() !== stage) return;
    const shape = rings && put(desk, stage, { rings, scale }, again?.shape ?? null);
    last = { stage, ...at, tolerance, shape: shape ?? again?.shape ?? null };
    if (!shape) desk.notices.say("info", say("tooSmall"));
  } catch {
    desk.notices.say("warn", say("failed"));
  }
}

/** CSS pixels that the outline may be off. */
const REACH_PX = 10;
/** More places than these would take seconds. */
const PLACES = 120;

async function ringOnEdges(guide: Guide, run: FlatPoints, closed: boolean, reach: number): Promise<FlatPoints> {
  const rough = pointsOf(simplifyTo(run, reach / 3, PLACES));
  const places: Point[] = [];
  for (const place of rough) {
    const [x = place.x, y = place.y] = await guide.lead(null, place, reach);
    places.push({ x, y });
  }
  const [first] = places;
  if (!first) return run;
  const fitted = closed ? [] : [first.x, first.y];
  for (const [at, from] of places.entries()) {
    const to = places[at + 1] ?? (closed ? first : null);
    if (to) fitted.push(...(await guide.lead(from, to, 0)));
  }
  return fitted;
}

/** Lays the selected polygon's or line's points and sides onto the edges near them; one step that can be undone. */
export async function fitToEdges(desk: Desk): Promise<void> {
  const stage = desk.stage.peek();
  const shape = stage?.work.editor.selected.peek();
  const say = sayIn(desk.language);
  if (!stage || (shape?.type !== "polygon" && shape?.type !== "polyline")) return desk.notices.say("info", say("noOutline"));
  if (!stage.seen.peek()) return desk.notices.say("info", desk.t("notLoaded"));
  if (refuseReshape(desk, shape.id)) return;
  const guide = guideOf(desk);
  const reach = REACH_PX / desk.camera.view.peek().scale;
  const fit = (run: FlatPoints): Promise<FlatPoints> => ringOnEdges(guide, run, shape.type === "polygon", reach);
  const fitted = shape.type === "polygon" ? await Promise.all(shape.polygon.map(fit)) : await fit(shape.polyline);
  const now = desk.stage.peek() === stage ? stage.work.editor.selected.peek() : null;
  if (now !== shape) return;
  const next = rounded(withGeometry(shape, fitted as never) as Shape);
  if (isValid(next, stage.work.held.image)) stage.work.editor.update(shape.id, () => next);
  else desk.notices.say("info", say("noFit"));
}
