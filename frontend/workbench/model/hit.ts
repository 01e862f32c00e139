/** Which shape is under the pointer: an index over the settled shapes, and a short list of what is new since. */
import type Flatbush from "flatbush";
import type { BoxTuple, Shape } from "../contract";
import { areaOf, distanceTo } from "../geometry/kinds";
import { spliceOf } from "../view/scene";
import { boundsOf } from "./bounds";
import type { Point } from "./geometry";

/** With fewer shapes than this a plain scan is as quick. */
const WORTH_AN_INDEX = 256;
/** More changes than this since the index was made: it is made anew. */
const STALE = 128;

/** The index's code comes when a picture first has many shapes; until then they are looked through. */
let Index: typeof Flatbush | null = null;

/** Follows one list through its versions; each is an array that is never changed in place. */
export class Finder {
  private shapes: readonly Shape[] = [];
  private indexed: readonly Shape[] = [];
  private index: Flatbush | null = null;
  /** In the index and no longer in the list, and the other way about. */
  private readonly gone = new Set<Shape>();
  private readonly fresh = new Set<Shape>();

  follow(shapes: readonly Shape[]): void {
    const splice = spliceOf(this.shapes, shapes);
    if (!splice) return;
    for (const shape of this.shapes.slice(splice.from, splice.from + splice.remove)) {
      if (!this.fresh.delete(shape)) this.gone.add(shape);
    }
    for (const shape of splice.insert) {
      if (!this.gone.delete(shape)) this.fresh.add(shape);
    }
    this.shapes = shapes;
    if (this.gone.size + this.fresh.size > STALE) this.settle();
  }

  /** Shapes whose bounds meet the rectangle, in no order. */
  within(left: number, top: number, right: number, bottom: number): Shape[] {
    const meets = (shape: Shape): boolean => {
      const [x, y, width, height] = boundsOf(shape);
      return x <= right && y <= bottom && x + width >= left && y + height >= top;
    };
    if (!this.index) return this.shapes.filter(meets);
    const settled = this.index.search(left, top, right, bottom).flatMap((at) => this.indexed[at] ?? []);
    return [...settled.filter((shape) => !this.gone.has(shape)), ...[...this.fresh].filter(meets)];
  }

  private settle(): void {
    this.gone.clear();
    this.fresh.clear();
    this.indexed = this.shapes;
    this.index = null;
    if (this.shapes.length < WORTH_AN_INDEX) return;
    if (!Index) return void this.bringIndex();
    this.index = new Index(this.shapes.length);
    for (const shape of this.shapes) {
      const [x, y, width, height] = boundsOf(shape);
      this.index.add(x, y, x + width, y + height);
    }
    this.index.finish();
  }

  private async bringIndex(): Promise<void> {
    const known = Index;
    // Without a line there is no index, and no harm.
    Index = await import("flatbush").then((module) => module.default, () => null);
    if (Index && !known) this.settle();
  }
}

/** The list on the screen is the only one that is pointed at. */
const finder = new Finder();

/** Makes the index before the pointer first asks. */
export const prepareHits = (shapes: readonly Shape[]): void => finder.follow(shapes);

/** The smallest shape within `slack` pixels of the point; of equal ones the one drawn last. */
export function shapeAt(shapes: readonly Shape[], point: Point, slack: number): Shape | null {
  finder.follow(shapes);
  let best: Shape | null = null;
  for (const shape of finder.within(point.x - slack, point.y - slack, point.x + slack, point.y + slack)) {
    if (distanceTo(shape, point) > slack) continue;
    const smaller = best === null ? -1 : areaOf(shape) - areaOf(best);
    if (smaller < 0 || (smaller === 0 && best && shapes.indexOf(shape) > shapes.indexOf(best))) best = shape;
  }
  return best;
}

/** Shapes whose bounds meet the rectangle, in no order. */
export function shapesIn(shapes: readonly Shape[], [x, y, width, height]: BoxTuple): Shape[] {
  finder.follow(shapes);
  return finder.within(x, y, x + width, y + height);
}
