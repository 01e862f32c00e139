/** Union and difference of polygons, on the grid of hundredths of a pixel that is stored: exact, and what touched still touches. */
import { Clipper64, ClipType, FillRule, PathType, type Path64, PolyTree64 } from "clipper2-ts";
import type { FlatPoints } from "../contract";
import type { Point, Size } from "../model/geometry";
import { countOf, distanceToRun, doubleArea, flat, pointAt, pointsOf } from "./points";
import { polygon } from "./polygon";

type Rings = readonly FlatPoints[];

const GRID = 100;

const toPath = (ring: FlatPoints): Path64 => pointsOf(ring).map(({ x, y }) => ({ x: Math.round(x * GRID), y: Math.round(y * GRID) }));
const toRing = (path: Path64): FlatPoints => flat(path.map(({ x, y }) => ({ x: x / GRID, y: y / GRID })));

/** Less than a pixel is what rounding left behind. */
const isCrumb = (ring: FlatPoints): boolean => Math.abs(doubleArea(ring)) < 2;

/** @returns polygons, the largest first; each an outer ring and then its holes. */
function combine(how: ClipType, subjects: readonly Rings[], clips: readonly Rings[]): Rings[] {
  const clipper = new Clipper64();
  clipper.addPaths(subjects.flat().map(toPath), PathType.Subject);
  clipper.addPaths(clips.flat().map(toPath), PathType.Clip);
  const tree = new PolyTree64();
  clipper.execute(how, FillRule.EvenOdd, tree);
  return polygonsOf(tree).sort((a, b) => Math.abs(doubleArea(b[0] ?? [])) - Math.abs(doubleArea(a[0] ?? [])));
}

/** Outer rings are the tree's odd levels; an island in a hole is a polygon of its own. */
function polygonsOf(node: PolyTree64["child"] extends (at: number) => infer N ? N | PolyTree64 : never): Rings[] {
  const found: Rings[] = [];
  for (let at = 0; at < node.count; at++) {
    const outer = node.child(at);
    const ring = toRing(outer.poly ?? []);
    const holes = Array.from({ length: outer.count }, (_, nth) => outer.child(nth));
    if (!isCrumb(ring)) found.push([ring, ...holes.map((hole) => toRing(hole.poly ?? [])).filter((hole) => !isCrumb(hole))]);
    for (const hole of holes) found.push(...polygonsOf(hole));
  }
  return found;
}

/** Each subject by itself is simple, but they may overlap each other: one by one. */
export const union = (polygons: readonly Rings[]): Rings[] =>
  polygons.slice(1).reduce<Rings[]>((all, next) => combine(ClipType.Union, all, [next]), [...polygons.slice(0, 1)]);

/**
 * The union as it may be stored: neighbours around a gap may touch at a corner only, where an outline must not touch
 * itself; a bridge of a pixel joins them there.
 */
export const united = (polygons: readonly Rings[], image: Size): Rings[] =>
  union(polygons).flatMap((part) => (polygon.valid(part, image) ? [part] : union([part, ...touchesOf(part).map((at) => [bridgeAt(at, image)])])));

/** Nearer than this is touching, once numbers are rounded. */
const TOUCH = 1.5 / GRID;

/** Corners that lie on a side which does not begin or end there. */
function touchesOf(rings: Rings): Point[] {
  const sides = rings.map(sidesOf);
  return rings.flatMap((ring, mine) =>
    pointsOf(ring).filter((corner, at) =>
      sides.some((run, whose) =>
        run.some((side, nth) => {
          const own = whose === mine && (nth === at || nth === (at + 1) % run.length);
          return !own && distanceToRun(side, corner, false) < TOUCH;
        }),
      ),
    ),
  );
}

/** Side number n ends at corner n. */
const sidesOf = (ring: FlatPoints): FlatPoints[] => pointsOf(ring).map((to, at) => flat([pointAt(ring, (at + countOf(ring) - 1) % countOf(ring)), to]));

function bridgeAt({ x, y }: Point, { width, height }: Size): FlatPoints {
  const [left, right] = [Math.max(x - 0.5, 0), Math.min(x + 0.5, width)];
  const [top, bottom] = [Math.max(y - 0.5, 0), Math.min(y + 0.5, height)];
  return [left, top, right, top, right, bottom, left, bottom];
}

export const difference = (from: Rings, what: Rings): Rings[] => combine(ClipType.Difference, [from], [what]);

export const intersection = (a: Rings, b: Rings): Rings[] => combine(ClipType.Intersection, [a], [b]);
