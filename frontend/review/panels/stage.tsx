/** The image with the competing answers, and the answer being made above them. */
import { effect, useSignal, type Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { nameOf, type Shape } from "../../workbench/contract";
import { gripsOf, pathOf } from "../../workbench/geometry/kinds";
import { boundsOf } from "../../workbench/model/bounds";
import { classOf } from "../../workbench/model/check";
import { Button, Icon } from "../../workbench/panels/parts";
import { toScreen, transformTo } from "../../workbench/view/camera";
import { PathText } from "../../workbench/view/path_text";
import { handOnSpace } from "../../workbench/view/hand";
import { PointerInput } from "../../workbench/view/pointer";
import type { Bench } from "../bench";
import { isLine, Painter } from "../painter";
import type { Review } from "../review";

interface Props {
  review: Review;
  bench: Bench;
}

type Loading = "loading" | "there" | "failed";
/** Beyond this the screen's rendition is coarse, and the original is fetched. */
const COARSE = 2;
const RENDITION_PX = 1280;

function useDrawing({ review, bench }: Props, canvas: { current: HTMLCanvasElement | null }): void {
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const painter = new Painter(canvas.current);
    let frame = 0;
    const stop = effect(() => {
      const screen = review.camera.screen.value;
      const scene = {
        view: review.camera.view.value,
        layers: bench.layers.value,
        mine: bench.editor.document.value.shapes,
        active: bench.editor.selectedId.value,
        hovered: bench.hovered.value,
        nameOf: (shape: Shape) => className(review, bench, shape.class),
        lookOf: (shape: Shape) => bench.lookOf(shape, review.camera.view.peek().scale),
      };
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        painter.resize(screen, devicePixelRatio);
        painter.draw(scene);
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [review, bench]);
}

function usePointer(review: Review, surface: { current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const element = surface.current;
    if (!element) return;
    const input = new PointerInput(
      element,
      review.camera,
      () => review.bench.peek()?.chart.peek() ?? null,
      (at) => {
        const bench = review.bench.peek();
        if (!bench) return;
        bench.pointer.value = at;
        if (!at) bench.hovered.value = null;
      },
    );
    const leaveHand = handOnSpace(input, element);
    const measure = (): void => review.camera.resize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    measure();
    observer.observe(element);
    element.focus({ preventScroll: true });
    return () => {
      observer.disconnect();
      leaveHand();
    };
  }, [review]);
}

function Picture({ review, bench, attempt, loading }: Props & { attempt: number; loading: Signal<Loading> }) {
  const layer = useRef<HTMLDivElement>(null);
  const { image } = bench.dispute;
  useEffect(() => {
    let current = true;
    const show = (picture: HTMLImageElement): void => {
      if (!current) return;
      picture.alt = "";
      picture.className = "picture";
      layer.current?.replaceChildren(picture);
      loading.value = "there";
    };
    loading.value = "loading";
    review.line.images.get(image.url).then(show, () => {
      if (current) loading.value = "failed";
    });
    const stop = effect(() => {
      const near = review.camera.view.value.scale * Math.max(image.width, image.height) > COARSE * RENDITION_PX;
      // Not every original is of a kind that browsers show; then the rendition stays.
      if (near && loading.value === "there") review.line.images.get(image.original).then(show, () => {});
    });
    return () => {
      current = false;
      stop();
    };
  }, [bench, attempt]);
  useLayoutEffect(() => {
    const element = layer.current;
    if (!element) return;
    element.style.width = `${image.width}px`;
    element.style.height = `${image.height}px`;
    return effect(() => {
      element.style.transform = transformTo(review.camera.view.value);
    });
  }, [bench]);
  return <div class="picture-layer" ref={layer} />;
}

function className(review: Review, bench: Bench, key: string): string {
  const found = classOf(bench.spec, key);
  return found ? nameOf(found, review.boot.language) : key;
}

/** A shape's outline as SVG writes it, in image pixels. */
function Outline({ bench, shape, scale, name }: { bench: Bench; shape: Shape; scale: number; name: string }) {
  const pen = new PathText();
  pathOf(shape, pen, bench.lookOf(shape, scale));
  return (
    <>
      <path class="active-back" d={pen.text} />
      <path class={name} d={pen.text} stroke="#ffffff" fill="#ffffff" fill-rule="evenodd" />
    </>
  );
}

/** Where people said something about the answer at hand. */
function Pins({ review, bench }: Props) {
  const view = review.camera.view.value;
  const about = review.talks.about.value;
  if (!about?.submission || bench.overlaysHidden.value) return null;
  const pins = review.talks.of(bench, about.submission).flatMap((talk, at) => {
    const shape = about.payload.shapes.find(({ id }) => id === talk.shape);
    const corner = shape && boundsOf(shape);
    const place = talk.place ?? (corner && [corner[0] + corner[2], corner[1]]);
    return place && !talk.resolved ? [{ id: talk.id, number: at + 1, at: toScreen(view, { x: place[0] ?? 0, y: place[1] ?? 0 }) }] : [];
  });
  return (
    <g class="pins">
      {pins.map(({ id, number, at }) => (
        <g key={id}>
          <circle cx={at.x} cy={at.y} r="10" />
          <text x={at.x} y={at.y} text-anchor="middle" dominant-baseline="central">{number}</text>
        </g>
      ))}
    </g>
  );
}

/** The selected shape with its grips, and what is being drawn. */
function Overlay({ review, bench }: Props) {
  const view = review.camera.view.value;
  const selected = bench.editor.selected.value;
  const draft = bench.draft.value;
  const placed = `translate(${view.x} ${view.y}) scale(${view.scale})`;
  const corner = selected && toScreen(view, { x: boundsOf(selected)[0], y: boundsOf(selected)[1] });
  const dots = draft?.dots ?? [];
  return (
    <svg class="overlay">
      {selected && corner && (
        <g>
          <g transform={placed} class={isLine(selected) ? "line" : ""}>
            <Outline bench={bench} shape={selected} scale={view.scale} name="active" />
          </g>
          <text class="active-name" x={corner.x + 5} y={corner.y + 17}>
            {className(review, bench, selected.class)}
          </text>
          {gripsOf(selected, bench.lookOf(selected, view.scale)).map((grip) => {
            const at = toScreen(view, grip);
            const side = grip.role === "middle" ? 6 : 9;
            const kind = `grip grip-${selected.type === "box" ? grip.id : grip.role}`;
            return <rect key={grip.id} class={kind} x={at.x - side / 2} y={at.y - side / 2} width={side} height={side} />;
          })}
        </g>
      )}
      {draft?.shape && (
        <g transform={placed} class={isLine(draft.shape) ? "line" : ""}>
          <Outline bench={bench} shape={draft.shape} scale={view.scale} name="draft" />
        </g>
      )}
      {draft?.stroke && draft.stroke.points.length > 0 && (
        <g transform={placed}>
          <path class="stroke" d={`M${draft.stroke.points.join(" ")}`} stroke="#ffffff" stroke-width={2 * draft.stroke.radius} />
        </g>
      )}
      {dots.flatMap((x, at) => {
        if (at % 2) return [];
        const dot = toScreen(view, { x, y: dots[at + 1] ?? 0 });
        return [<circle key={at} class="dot" cx={dot.x} cy={dot.y} r="3" fill="#ffffff" />];
      })}
      <Pins review={review} bench={bench} />
    </svg>
  );
}

function Tools({ review, bench }: Props) {
  const { t, camera } = review;
  const { editor } = bench;
  void editor.revision.value;
  return (
    <div class="tools" role="toolbar" aria-label={t("yourVerdict")}>
      {bench.canDraw && (
        <>
          <Button label={`${t("drawBox")} (E)`} pressed={bench.tool.value === "draw"} onPress={() => (bench.tool.value = "draw")}>
            <Icon name="box" />
          </Button>
          <Button label={`${t("select")} (E)`} pressed={bench.tool.value === "select"} onPress={() => (bench.tool.value = "select")}>
            <Icon name="select" />
          </Button>
        </>
      )}
      <Button label={`${t("undo")} (Z)`} disabled={!editor.history.canUndo} onPress={() => editor.undo()}>
        <Icon name="undo" />
      </Button>
      <Button label={`${t("redo")} (Shift+Z)`} disabled={!editor.history.canRedo} onPress={() => editor.redo()}>
        <Icon name="redo" />
      </Button>
      <Button label={`${t("zoomIn")} (+)`} onPress={() => camera.zoom(1.25)}>
        <Icon name="plus" />
      </Button>
      <Button label={`${t("zoomOut")} (−)`} onPress={() => camera.zoom(0.8)}>
        <Icon name="minus" />
      </Button>
      <Button label={`${t("fit")} (F)`} onPress={() => camera.fit()}>
        <Icon name="fit" />
      </Button>
      {bench.editor.selected.value && (
        <Button label={`${t("deleteBox")} (Del)`} onPress={() => bench.deleteSelected()}>
          <Icon name="trash" />
        </Button>
      )}
    </div>
  );
}

export function StageView({ review, bench }: Props) {
  const surface = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const loading = useSignal<Loading>("loading");
  const attempt = useSignal(0);
  useDrawing({ review, bench }, canvas);
  usePointer(review, surface);
  const { t } = review;
  return (
    <div class="stage-frame">
      <div
        class={`stage tool-${bench.chart.value.path.value.replaceAll(".", " at-")}`}
        id="stage"
        ref={surface}
        tabIndex={0}
        role="application"
        aria-label={t("stage", { name: bench.dispute.image.name })}
      >
        <Picture review={review} bench={bench} attempt={attempt.value} loading={loading} />
        <canvas class="drawing" ref={canvas} />
        <Overlay review={review} bench={bench} />
      </div>
      <Tools review={review} bench={bench} />
      {loading.value === "loading" && <p class="hint">{t("loading")}</p>}
      {loading.value === "failed" && (
        <div class="stage-message" role="alert">
          <p>{t("imageFailed")}</p>
          <Button class="primary" onPress={() => attempt.value++}>
            {t("tryAgain")}
          </Button>
        </div>
      )}
    </div>
  );
}
