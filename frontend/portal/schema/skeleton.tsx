// The points of a class's skeleton, the edges that join them, and how it hangs together.
import { Adder, EntryTools, moveKeys, Naming, Trouble } from "./fields";
import { Icon } from "../icon";
import { newPoint, newSkeleton, type Path, place, put, removeAt, type Skeleton } from "./spec";
import type { Store } from "./store";

interface Props { readonly store: Store; readonly path: Path; readonly skeleton: Skeleton | undefined }

/** Points on a circle, numbered, with their edges: enough to see what is joined and what is not. */
function Drawing({ skeleton: { points, edges } }: { skeleton: Skeleton }) {
  const spot = (i: number) => ({ x: 60 + 46 * Math.sin((2 * Math.PI * i) / points.length), y: 60 - 46 * Math.cos((2 * Math.PI * i) / points.length) });
  const joined = edges.filter(([from, to]) => from < points.length && to < points.length);
  return (
    <svg class="skeleton-drawing" viewBox="0 0 120 120" aria-hidden="true">
      {joined.map(([from, to], i) => <line key={i} x1={spot(from).x} y1={spot(from).y} x2={spot(to).x} y2={spot(to).y} />)}
      {points.map((_, i) => <g key={i}><circle cx={spot(i).x} cy={spot(i).y} r="9" /><text x={spot(i).x} y={spot(i).y + 3.5}>{i + 1}</text></g>)}
    </svg>
  );
}

function Edge({ store, path, index, skeleton }: { store: Store; path: Path; index: number; skeleton: Skeleton }) {
  const { t, spec, set } = store;
  const end = (which: 0 | 1) => (
    <select class="select" aria-label={t(which ? "edgeTo" : "edgeFrom")} value={skeleton.edges[index]?.[which]}
      onChange={(event) => set(put(spec.value, [...path, index, which], Number(event.currentTarget.value)))}>
      {skeleton.points.map((point, i) => <option value={i} key={i}>{`${i + 1} · ${point.names["zh-hans"] ?? point.names["en"] ?? point.key}`}</option>)}
    </select>
  );
  return (
    <div class="row nowrap">
      {end(0)}<span aria-hidden="true">–</span>{end(1)}
      <button type="button" class="button bare" aria-label={t("remove")} title={t("remove")} onClick={() => set(removeAt(spec.value, path, index))}><Icon name="trash" /></button>
      <Trouble store={store} path={[...path, index]} />
    </div>
  );
}

export function SkeletonFields({ store, path, skeleton }: Props) {
  if (!skeleton) {
    return <div><Trouble store={store} path={path} /><button type="button" class="button" onClick={() => store.set(put(store.spec.value, path, newSkeleton()))}><Icon name="plus" />{store.t("addPoint")}</button></div>;
  }
  const { points, edges } = skeleton;
  const at = [...path, "points"];
  return (
    <fieldset class="nested"><legend class="label">{store.t("skeletonPoints")}</legend>
      <div class="row apart top wide">
        <div class="stack tight grow">
          {points.map((_, i) => (
            <div class="entry" key={i} data-entry={place([...at, i])} onKeyDown={moveKeys({ store, path: at, index: i })}>
              <span class="number place">{i + 1}</span><Naming store={store} path={[...at, i]} /><EntryTools store={store} path={at} index={i} count={points.length} />
            </div>
          ))}
          <Trouble store={store} path={at} />
          <div><Adder store={store} path={at} label="addPoint" make={() => newPoint(points)} /></div>
        </div>
        <Drawing skeleton={skeleton} />
      </div>
      <span class="label">{store.t("edges")}</span>
      {edges.map((_, i) => <Edge key={i} store={store} path={[...path, "edges"]} index={i} skeleton={skeleton} />)}
      {points.length > 1 && <Adder store={store} path={[...path, "edges"]} label="addEdge" make={() => nextEdge(skeleton)} />}
    </fieldset>
  );
}

/** From the last point joined to the first one that no edge reaches; else the first pair. */
function nextEdge({ points, edges }: Skeleton): [number, number] {
  const reached = new Set(edges.flat());
  const free = points.findIndex((_, i) => !reached.has(i));
  const last = edges.at(-1)?.[1] ?? 0;
  return free >= 0 && free !== last ? [last, free] : [0, 1];
}
