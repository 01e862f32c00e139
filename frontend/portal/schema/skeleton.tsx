// The points of a class's skeleton, the edges that join them, and how it hangs together.
import { Adder, EntryTools, moveKeys, Naming, Trouble } from "./fields";
import { Icon } from "../icon";
import { newPoint, newSkeleton, type Path, place, put, removeAt, type Skeleton } from "./spec";
import { labelOf, SkeletonDrawing } from "./skeleton_drawing";
import type { Store } from "./store";

interface Props { readonly store: Store; readonly path: Path; readonly skeleton: Skeleton | undefined }

function Edge({ store, path, index, skeleton: { points, edges } }: { store: Store; path: Path; index: number; skeleton: Skeleton }) {
  const { t, spec, set } = store;
  const [from, to] = (edges[index] ?? []).map((i) => { const point = points[i]; return point ? labelOf(point, i) : `${i + 1}`; });
  return (
    <div class="row nowrap">
      <span>{from} – {to}</span>
      <button type="button" class="button bare" aria-label={t("removeEdge", { from: from ?? "", to: to ?? "" })} title={t("remove")} onClick={() => set(removeAt(spec.value, path, index))}><Icon name="trash" /></button>
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
        <SkeletonDrawing store={store} path={path} skeleton={skeleton} />
      </div>
      {edges.length > 0 && <span class="label">{store.t("edges")}</span>}
      {edges.map((_, i) => <Edge key={i} store={store} path={[...path, "edges"]} index={i} skeleton={skeleton} />)}
    </fieldset>
  );
}
