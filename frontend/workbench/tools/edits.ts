/** What keys do to vertices, and turning polygons into masks and back. */
import type { Shape } from "../contract";
import { keyOf } from "../commands/keys";
import { refuseReshape } from "../commands/objects";
import type { Desk } from "../desk";
import { gripMoved, gripsOf, isValid, rounded, withGeometry } from "../geometry/kinds";
import { placeOf, withoutVertex } from "../geometry/points";
import { flatSkeleton, skeletonPoints } from "../geometry/skeleton";
import { maskFrom, polygonsFrom } from "../geometry/convert";
import { classOf } from "../model/check";
import type { Size } from "../model/geometry";
import { shapeId } from "../sync/ids";
import type { Stage } from "../view/stage";
import { becomes } from "./parts";

function inHand(desk: Desk): { stage: Stage; shape: Shape; vertex: string | null } | null {
  const stage = desk.stage.peek();
  const shape = stage?.work.editor.selected.peek();
  return stage && shape ? { stage, shape, vertex: stage.vertex.peek() } : null;
}

/** Takes the next vertex into the hand; the arrows then move it. */
export function walk(desk: Desk, step: 1 | -1): void {
  const hand = inHand(desk);
  if (!hand) return;
  const ids = gripsOf(hand.shape, hand.stage.lookOf(hand.shape)).filter(({ role }) => role === "vertex").map(({ id }) => id);
  const now = hand.vertex === null ? -1 : ids.indexOf(hand.vertex);
  hand.stage.vertex.value = ids[now < 0 && step < 0 ? ids.length - 1 : (now + step + ids.length) % Math.max(ids.length, 1)] ?? null;
}

/** The shape without one vertex; null when it would be none. */
export function without(shape: Shape, vertex: string): Shape | null {
  const { ring, at } = placeOf(vertex);
  if (shape.type === "polygon") {
    const rings = shape.polygon.map((run, nth) => (nth === ring ? withoutVertex(run, at) : run));
    return { ...shape, polygon: rings.filter((run, nth) => nth === 0 || run.length >= 6) };
  }
  if (shape.type === "polyline") return { ...shape, polyline: withoutVertex(shape.polyline, at) };
  if (shape.type !== "skeleton") return null;
  const points = skeletonPoints(shape.skeleton).map((one) => (one.at === at ? { ...one, x: 0, y: 0, v: 0 } : one));
  return { ...shape, skeleton: flatSkeleton(points) };
}

export function removeVertex(desk: Desk): void {
  const hand = inHand(desk);
  if (!hand?.vertex || refuseReshape(desk, hand.shape.id)) return;
  const next = without(hand.shape, hand.vertex);
  if (!next || !isValid(next, hand.stage.work.held.image)) return desk.notices.say("info", desk.t("tooFewVertices"));
  hand.stage.work.editor.update(next.id, () => next);
  hand.stage.vertex.value = null;
}

/** In the middle after the vertex in hand. */
export function addVertex(desk: Desk): void {
  const hand = inHand(desk);
  if (!hand?.vertex || refuseReshape(desk, hand.shape.id)) return;
  const { stage, shape, vertex } = hand;
  const { ring, at } = placeOf(vertex);
  const middle = gripsOf(shape, stage.lookOf(shape)).find(({ id }) => id === `m${ring}.${at}`);
  if (!middle) return;
  stage.work.editor.update(shape.id, (now) => rounded(gripMoved(now, middle.id, middle, stage.work.held.image)));
  stage.vertex.value = `v${ring}.${at + 1}`;
}

/** Visible, hidden, visible ... of the skeleton's point in hand. */
export function nextVisibility(desk: Desk): void {
  const hand = inHand(desk);
  if (hand?.shape.type !== "skeleton" || hand.vertex === null) return desk.notices.say("info", desk.t("takeVertex", { key: keyOf("Period") }));
  if (refuseReshape(desk, hand.shape.id)) return;
  const { at } = placeOf(hand.vertex);
  const points = skeletonPoints(hand.shape.skeleton).map((one) => (one.at === at ? { ...one, v: one.v === 2 ? 1 : 2 } : one));
  const next = withGeometry(hand.shape, flatSkeleton(points));
  hand.stage.work.editor.update(next.id, () => next);
}

/** A polygon into a mask, or a mask into polygons, where the class knows both. */
export function convert(desk: Desk): void {
  const hand = inHand(desk);
  if (hand && refuseReshape(desk, hand.shape.id)) return;
  const { editor, held, schema } = hand?.stage.work ?? {};
  const allowed = classOf(schema?.spec ?? {}, hand?.shape.class ?? "")?.geometries ?? [];
  const parts = hand && held ? converted(hand.shape, held.image).filter((one) => isValid(one, held.image)) : [];
  const [first] = parts;
  if (!editor || !first || !allowed.includes(first.type)) return desk.notices.say("info", desk.t("cannotConvert"));
  becomes(editor, parts);
  editor.settle();
}

function converted(shape: Shape, image: Size): Shape[] {
  const { id, class: name, attributes, occluded, parent, group } = shape;
  const common = { id, class: name, attributes, ...(occluded && { occluded }), ...(parent && { parent }), ...(group && { group }) };
  if (shape.type === "polygon") return [{ ...common, type: "mask", mask: maskFrom(shape.polygon, image) }];
  if (shape.type !== "mask") return [];
  return polygonsFrom(shape.mask).map((polygon, at) => ({ ...common, id: at === 0 ? id : shapeId(), type: "polygon", polygon }));
}
