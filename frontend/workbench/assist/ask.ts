/** Asks the project's own model about the place under the pointer, or about the selected shape's surroundings. */
import type { Kind, Shape } from "../contract";
import type { Desk } from "../desk";
import { isValid, rounded } from "../geometry/kinds";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import { addShape } from "../model/document";
import { own } from "../model/editor";
import { clampPoint } from "../model/geometry";
import { shapeId } from "../sync/ids";
import { csrfToken } from "../sync/wire";
import { kindOfWay } from "../tools/tools";
import { toImage } from "../view/camera";
import type { Stage } from "../view/stage";
import { handFree } from "./hand";
import { sayIn } from "./words";

/** The server gives the model fifteen seconds. */
const PATIENCE_MS = 20_000;

interface Prompt {
  readonly class: string;
  readonly kind: Kind;
  readonly points?: readonly (readonly [x: number, y: number, isIt: 0 | 1])[];
  readonly box?: readonly number[];
}

/** A question is under way: pressing the key again changes nothing. */
let asking = false;

function promptOf(desk: Desk, stage: Stage, about: Shape | null): Prompt {
  const shown = { class: about?.class ?? desk.shapeClass.peek(), kind: kindOfWay(desk.way.peek()) };
  if (about) return { ...shown, box: boundsOf(about) };
  const { width, height } = desk.camera.screen.peek();
  const at = desk.pointer.peek() ?? { x: width / 2, y: height / 2 };
  const { x, y } = clampPoint(toImage(desk.camera.view.peek(), at), stage.work.held.image);
  return { ...shown, points: [[x, y, 1]] };
}

/** The shapes; or why there are none, in the person's language. */
async function fetchShapes(desk: Desk, task: number, prompt: Prompt): Promise<readonly Shape[] | string> {
  const say = sayIn(desk.language);
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(desk.boot) };
  const url = desk.boot.urls.model;
  if (!url) return say("noModel");
  try {
    const body = JSON.stringify({ task, prompt });
    const response = await fetch(url, { method: "POST", credentials: "same-origin", headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    const document = (await response.json()) as { shapes?: Shape[]; detail?: string };
    return document.shapes ?? document.detail ?? say("modelFailed");
  } catch {
    return say("modelFailed");
  }
}

/** Adds what the model sees; one shape takes the place of the one it was asked about. One step that can be undone. */
function put(stage: Stage, about: Shape | null, shapes: readonly Shape[]): boolean {
  const { editor, held, schema } = stage.work;
  const ids = new Map(shapes.map(({ id }) => [id, shapeId()]));
  const there = new Set(ids.values());
  const mine = shapes.flatMap((shape) => {
    const parent = ids.get(shape.parent ?? "");
    const one = rounded(own({ ...shape, id: ids.get(shape.id) ?? shapeId(), ...(parent && { parent }) } as Shape, (id) => there.has(id)));
    return classOf(schema.spec, one.class) && isValid(one, held.image) ? [one] : [];
  });
  const [only] = mine;
  if (!only) return false;
  const may = about && stage.shapeOf(about.id) === about && !editor.locked.peek().has(about.id);
  const before = may && editor.selected.peek() === about ? about : null;
  if (before && mine.length === 1 && only.class === before.class) {
    const { id, occluded, parent, group } = before;
    const kept = { id, ...(occluded && { occluded }), ...(parent && { parent }), ...(group && { group }) };
    editor.update(id, () => ({ ...only, ...kept, attributes: { ...only.attributes, ...before.attributes } }));
  } else {
    const now = editor.document.peek();
    editor.change(mine.flatMap((shape, at) => addShape(now, shape, now.shapes.length + at)));
    editor.settle();
    editor.selectedId.value = only.id;
  }
  return true;
}

export async function askModel(desk: Desk): Promise<void> {
  const stage = desk.stage.peek();
  const say = sayIn(desk.language);
  if (!stage?.canDraw || asking) return;
  if (!stage.seen.peek()) return desk.notices.say("info", desk.t("notLoaded"));
  const about = stage.work.editor.selected.peek();
  asking = true;
  desk.notices.say("info", say("asking"));
  try {
    const found = await fetchShapes(desk, stage.work.held.task, promptOf(desk, stage, about));
    await handFree(stage);
    // The next image is not kept waiting, and not drawn upon.
    if (desk.stage.peek() !== stage) return;
    desk.notices.clear();
    if (typeof found === "string") desk.notices.say("warn", found);
    else if (!put(stage, about, found)) desk.notices.say("info", say("seesNothing"));
  } finally {
    asking = false;
  }
}
