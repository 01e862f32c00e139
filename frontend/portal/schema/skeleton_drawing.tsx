// The template of a skeleton, drawn by hand: points where they lie in the box that annotators drag, and the lines that join them.
import { useSignal } from "@preact/signals";
import { layoutOf } from "../../workbench/tools/layouts";
import { append, newPoint, type Path, put, removeAt, type Skeleton, type SkeletonPoint } from "./spec";
import type { Store } from "./store";

interface Props { readonly store: Store; readonly path: Path; readonly skeleton: Skeleton }
type Share = readonly [across: number, down: number];

const WIDE = 150, HIGH = 200, RIM = 14;
const STEP = 0.02;
const HAND = 3;
const ARROWS: Readonly<Record<string, Share>> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

const within = (share: number): number => Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 1000;
const spotOf = ([across, down]: Share) => ({ x: RIM + across * (WIDE - 2 * RIM), y: RIM + down * (HIGH - 2 * RIM) });

export const labelOf = (point: SkeletonPoint, i: number): string => `${i + 1} · ${point.names["zh-hans"] ?? point.names["en"] ?? point.key}`;

/** Joins two points, or parts them where they are joined. */
export function toggleEdge({ points, edges }: Skeleton, from: number, to: number): Skeleton {
  if (from === to) return { points, edges };
  const rest = edges.filter((edge) => !(edge.includes(from) && edge.includes(to)));
  return { points, edges: rest.length < edges.length ? rest : [...edges, [from, to]] };
}

/** Where each point lies: where it was put, else where its name or the circle has it. */
export const sharesOf = ({ points }: Skeleton): Share[] => layoutOf({ points: points as never, edges: [] }).map(([across, down]) => [across, down]);

/** The point put somewhere; all others stay where they are seen, also when nobody had put them there. */
export function placed(skeleton: Skeleton, index: number, [across, down]: Share): Skeleton {
  const shares = sharesOf(skeleton);
  const points = skeleton.points.map((point, i): SkeletonPoint => {
    const [x, y] = i === index ? [across, down] : (shares[i] ?? [0.5, 0.5]);
    return { ...point, at: [within(x), within(y)] };
  });
  return { ...skeleton, points };
}

function usePicking({ store, path, skeleton }: Props) {
  const { set, spec } = store;
  const picked = useSignal<number | null>(null);
  const now = picked.value !== null && picked.value < skeleton.points.length ? picked.value : null;
  return {
    picked: now,
    put: (next: Skeleton): void => set(put(spec.value, path, next)),
    pick(index: number | null): void {
      if (now !== null && index !== null && now !== index) set(put(spec.value, path, toggleEdge(skeleton, now, index)));
      picked.value = index === now ? null : index;
    },
    /** A new point, joined to the one in hand. */
    add(share: Share): void {
      const index = skeleton.points.length;
      const fresh = append(spec.value, [...path, "points"], newPoint(skeleton.points));
      const points = [...skeleton.points, newPoint(skeleton.points)];
      const grown = placed({ points, edges: skeleton.edges }, index, share);
      set(put(fresh, path, now === null ? grown : toggleEdge(grown, now, index)));
      picked.value = index;
    },
    remove(index: number): void {
      set(removeAt(spec.value, [...path, "points"], index));
      picked.value = null;
    },
  };
}

export function SkeletonDrawing(props: Props) {
  const { store: { t }, skeleton } = props;
  const hand = usePicking(props);
  const drag = useSignal<{ index: number; x: number; y: number; share: Share | null } | null>(null);
  const held = drag.value?.share ? placed(skeleton, drag.value.index, drag.value.share) : skeleton;
  const spots = sharesOf(held).map(spotOf);
  const shareAt = (event: MouseEvent): Share => {
    const { left, top, width, height } = (event.currentTarget as SVGElement).getBoundingClientRect();
    const [x, y] = [((event.clientX - left) / width) * WIDE, ((event.clientY - top) / height) * HIGH];
    return [(x - RIM) / (WIDE - 2 * RIM), (y - RIM) / (HIGH - 2 * RIM)];
  };
  const indexOf = (event: Event): number => Number((event.target as Element).closest("[data-point]")?.getAttribute("data-point") ?? -1);

  function down(event: PointerEvent): void {
    const index = indexOf(event);
    if (index < 0 || event.button !== 0) return;
    drag.value = { index, x: event.clientX, y: event.clientY, share: null };
    (event.currentTarget as SVGElement).setPointerCapture(event.pointerId);
  }

  function move(event: PointerEvent): void {
    const taken = drag.value;
    if (!taken || (!taken.share && Math.hypot(event.clientX - taken.x, event.clientY - taken.y) < HAND)) return;
    drag.value = { ...taken, share: shareAt(event) };
  }

  function up(event: PointerEvent): void {
    const taken = drag.value;
    drag.value = null;
    if (taken?.share) hand.put(placed(skeleton, taken.index, taken.share));
    else if (taken) hand.pick(taken.index);
    else if (event.button === 0 && (event.target as Element).tagName === "rect") hand.add(shareAt(event));
  }

  function key(event: KeyboardEvent): void {
    const index = indexOf(event);
    const by = ARROWS[event.key];
    const share = sharesOf(skeleton)[index];
    if (event.key === "Escape" && hand.picked !== null) hand.pick(hand.picked);
    else if (index < 0 || !share) return;
    else if (by) hand.put(placed(skeleton, index, [share[0] + by[0], share[1] + by[1]]));
    else if (event.key === "Enter" || event.key === " ") hand.pick(index);
    else if (event.key === "Delete") hand.remove(index);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const joined = held.edges.filter(([from, to]) => from < spots.length && to < spots.length);
  return (
    <div class="skeleton-template">
      <svg class="skeleton-drawing" viewBox={`0 0 ${WIDE} ${HIGH}`} role="group" aria-label={t("skeletonDrawing")} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={() => (drag.value = null)} onKeyDown={key}>
        <rect width={WIDE} height={HIGH} rx="4" />
        {joined.map(([from, to]) => {
          const [a, b] = [spots[from], spots[to]];
          return <line key={`${from}-${to}`} x1={a?.x} y1={a?.y} x2={b?.x} y2={b?.y} />;
        })}
        {skeleton.points.map((point, i) => (
          <g key={i} data-point={i} tabindex={0} role="button" aria-pressed={hand.picked === i} aria-label={labelOf(point, i)} class={hand.picked === i ? "picked" : ""}>
            <circle cx={spots[i]?.x} cy={spots[i]?.y} r="9" />
            <text x={spots[i]?.x} y={(spots[i]?.y ?? 0) + 3.5} aria-hidden="true">{i + 1}</text>
          </g>
        ))}
      </svg>
      <p class="help">{t("skeletonHelp")}</p>
    </div>
  );
}
