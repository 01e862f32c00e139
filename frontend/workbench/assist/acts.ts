/** One key grows a region from the place under the pointer; pressed again there, it allows more difference. */
import regionWorker from "worker:./region_worker";
import type { FlatPoints, Shape } from "../contract";
import type { Desk } from "../desk";
import { isValid, rounded, withGeometry } from "../geometry/kinds";
import { kindOfWay } from "../tools/tools";
import { toImage } from "../view/camera";
import type { Stage } from "../view/stage";
import { geometryFrom, type Region } from "./region";
import type { Ask, Grown } from "./region_worker";
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

let worker: Worker | null = null;
let pictureOf: HTMLImageElement | null = null;
let last: Last | null = null;
let asked = 0;

async function ask(picture: HTMLImageElement, x: number, y: number, tolerance: number): Promise<Grown> {
  worker ??= new Worker(regionWorker);
  const to = worker;
  if (pictureOf !== picture) {
    const bitmap = await createImageBitmap(picture);
    to.postMessage({ picture: bitmap } satisfies Ask, [bitmap]);
    pictureOf = picture;
  }
  const n = ++asked;
  return new Promise((done, fail) => {
    to.onerror = fail;
    to.onmessage = ({ data }: MessageEvent<Grown>) => {
      if (data.n === n) done(data);
    };
    to.postMessage({ n, x, y, tolerance } satisfies Ask);
  });
}

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

/** From the middle of the view where there is no pointer. */
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
    const { rings } = await ask(picture, Math.floor(place.x * scale), Math.floor(place.y * scale), tolerance);
    if (desk.stage.peek() !== stage) return;
    const shape = rings && put(desk, stage, { rings: rings as readonly FlatPoints[], scale }, again?.shape ?? null);
    last = { stage, ...at, tolerance, shape: shape ?? again?.shape ?? null };
    if (!shape) desk.notices.say("info", say("tooSmall"));
  } catch {
    desk.notices.say("warn", say("failed"));
  }
}
