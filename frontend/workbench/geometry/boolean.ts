/** Union and difference of polygons, on the grid of hundredths of a pixel that is stored: exact, and what touched still touches. */
import { Clipper64, ClipType, FillRule, PathType, type Path64, PolyTree64 } from "clipper2-ts";
import type { FlatPoints } from "../contract";
import type { Point, Size } from "../model/geometry";
import { countOf, distanceToRun, doubleArea, flat, pointAt, pointsOf } from "./points";
import { polygon } from "./polygon";
import type { Part } from "./split";

type Rings = readonly FlatPoints[];

const GRID = 100;

const toPath = (ring: FlatPoints): Path64 => pointsOf(ring).map(({ x, y }) => ({ x: Math.round(x * GRID), y: Math.round(y * GRID) }));
const toRing = (path: Path64): FlatPoints => flat(path.map(({ x, y }) => ({ x: x / GRID, y: y / GRID })));

/** Less than a pixel is what rounding left behind. */
const isCrumb = (ring: FlatPoints): boolean => Math.abs(doubleArea(ring)) < 2;

const bySize = (a: Rings, b: Rings): number => Math.abs(doubleArea(b[0] ?? [])) - Math.abs(doubleArea(a[0] ?? []));

/** @returns polygons, the largest first; each an outer ring and then its holes. */
function combine(how: ClipType, subjects: readonly Rings[], clips: readonly Rings[]): Rings[] {
  const clipper = new Clipper64();
  clipper.addPaths(subjects.flat().map(toPath), PathType.Subject);
  clipper.addPaths(clips.flat().map(toPath), PathType.Clip);
  const tree = new PolyTree64();
  clipper.execute(how, FillRule.EvenOdd, tree);
  return polygonsOf(tree).sort(bySize);
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

function pixelAt({ x, y }: Point, { width, height }: Size): FlatPoints {
  const [left, right] = [Math.max(x - 0.5, 0), Math.min(x + 0.5, width)];
  const [top, bottom] = [Math.max(y - 0.5, 0), Math.min(y + 0.5, height)];
  return [left, top, right, top, right, bottom, left, bottom];
}

export const difference = (from: Rings, what: Rings): Rings[] => combine(ClipType.Difference, [from], [what]);

/** Parts may touch themselves at a corner, which no outline that is stored may: they are mended by pixels that lie there. */
const storable = (parts: readonly Rings[], image: Size, mend: (part: Rings, pixels: readonly Rings[]) => Rings[]): Rings[] =>
  parts.flatMap((part) => (polygon.valid(part, image) ? [part] : mend(part, touchesOf(part).map((at) => [pixelAt(at, image)])))).sort(bySize);

/** The union as it may be stored: neighbours that touch at a corner only are joined there by a bridge of a pixel. */
export const storableUnion = (polygons: readonly Rings[], image: Size): Rings[] =>
  storable(union(polygons), image, (part, bridges) => union([part, ...bridges]));

/** The difference as it may be stored: what would touch at a corner only lies a pixel apart there. */
export const storableDifference = (from: Rings, what: Rings, image: Size): Rings[] =>
  storable(difference(from, what), image, (part, gaps) => gaps.reduce((parts, gap) => parts.flatMap((one) => difference(one, gap)), [part]));

/** What a line has split, each part without its piece of the holes that the line runs over. */
export const storableParts = (parts: readonly Part[], image: Size): Rings[] =>
  parts.flatMap(({ polygon: rings, over }) => (over.length > 0 ? storableDifference(rings, over, image) : [rings]));

export const intersection = (a: Rings, b: Rings): Rings[] => combine(ClipType.Intersection, [a], [b]);
