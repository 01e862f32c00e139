/** The image under work: picture, drawing, overlay; and the tools beside it. */
import { effect, type Signal, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import paintWorker from "worker:../view/paint_worker";
import { keyOf } from "../commands/keys";
import type { Desk } from "../desk";
import { isIntricate } from "../model/bounds";
import type { Point } from "../model/geometry";
import { MouseKeysSwitch } from "../mouse_keys/switch";
import { handOnSpace } from "../view/hand";
import { PointerInput } from "../view/pointer";
import { prepareHits } from "../model/hit";
import { atFrames, whenIdle } from "../view/frames";
import { paintingWorker } from "../view/brush";
import { Renderer, type Scene } from "../view/renderer";
import type { Stage } from "../view/stage";
import { Overlay } from "./overlay";
import { later } from "./later";
import { Button } from "./parts";
import { type Loading, Picture } from "./picture";
import { Hint, Spoken } from "./spoken";
import { Tools } from "./toolbar";
import { Unpainted } from "./unpainted";

const DraftKeys = later(() => import("../drafts/keys").then((module) => module.DraftKeys));

// It starts beside what is left to do before the first picture needs it.
paintingWorker(paintWorker);

/** Shapes go to the painter when they change; the view moves what is painted. */
function useDrawing(desk: Desk, host: { current: HTMLElement | null }): Signal<Renderer | null> {
  const renderer = useSignal<Renderer | null>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    const drawing = new Renderer(host.current, paintingWorker(paintWorker));
    renderer.value = drawing;
    const stops = [
      effect(() => drawing.resize(desk.camera.screen.value, devicePixelRatio)),
      effect(() => {
        const stage = desk.stage.value;
        if (stage) drawing.show(sceneOf(stage));
      }),
      whenIdle(() => desk.stage.value?.reachable.value ?? [], prepareHits),
      // At once: the browser itself sends movements no more than once a frame.
      effect(() => drawing.move(desk.camera.view.value)),
    ];
    return () => {
      for (const stop of stops) stop();
      drawing.stop();
    };
  }, [desk]);
  return renderer;
}

/** Large pictures have tiles for a closer look. */
function useTiles(desk: Desk, stage: Stage, host: { current: HTMLElement | null }): void {
  useLayoutEffect(() => {
    const { tiles, width, height } = stage.work.held.image;
    if (!tiles || !host.current) return;
    const element = host.current;
    let stop = (): void => {};
    let left = false;
    const begin = async (): Promise<void> => {
      const { TileLayer } = await import("../view/tile_layer");
      if (left) return;
      const layer = new TileLayer(element, { tiles, width, height }, () => desk.meter.isSlow, () => desk.camera.screen.peek());
      const end = atFrames(() => desk.camera.view.value, (view) => layer.move(view));
      stage.closer.value = layer;
      stop = () => {
        stage.closer.value = null;
        end();
        layer.stop();
      };
    };
    // Without its code the smaller copy of the picture is all there is.
    begin().catch(() => {});
    return () => {
      left = true;
      stop();
    };
  }, [stage]);
}

function sceneOf(stage: Stage): Scene {
  const { editor, held } = stage.work;
  const active = editor.selected.value;
  return {
    picture: stage,
    image: held.image,
    shapes: stage.reachable.value,
    decided: stage.visible.value.length,
    without: active && !isIntricate(active) ? [active.id] : [],
    looks: stage.looks,
  };
}

function usePointer(desk: Desk, surface: { current: HTMLElement | null }, pointer: Signal<Point | null>): Signal<PointerInput | null> {
  const made = useSignal<PointerInput | null>(null);
  useLayoutEffect(() => {
    const element = surface.current;
    if (!element) return;
    const input = new PointerInput(
      element,
      desk.camera,
      () => desk.stage.peek()?.chart.peek() ?? null,
      (at) => {
        pointer.value = at;
        if (!at && desk.stage.peek()) desk.stage.peek()!.hovered.value = null;
      },
    );
    made.value = input;
    const leaveHand = handOnSpace(input, element);
    const observer = new ResizeObserver(() => {
      desk.camera.resize({ width: element.clientWidth, height: element.clientHeight });
    });
    desk.camera.resize({ width: element.clientWidth, height: element.clientHeight });
    observer.observe(element);
    element.focus({ preventScroll: true });
    return () => {
      observer.disconnect();
      leaveHand();
    };
  }, [desk]);
  return made;
}

/** Enter tries again; S still skips. */
function Failed({ desk, onRetry }: { desk: Desk; onRetry: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => box.current?.querySelector("button")?.focus(), []);
  return (
    <div class="stage-message" role="alert" ref={box}>
      <p>{desk.t("imageFailed")}</p>
      <Button
        class="primary"
        chord="Enter"
        onPress={() => {
          document.getElementById("stage")?.focus();
          onRetry();
        }}
      >
        {desk.t("tryAgain")}
      </Button>
    </div>
  );
}

export function StageView({ desk, stage }: { desk: Desk; stage: Stage }) {
  const surface = useRef<HTMLDivElement>(null);
  const drawing = useRef<HTMLDivElement>(null);
  const { pointer } = desk;
  const loading = useSignal<Loading>("loading");
  const attempt = useSignal(0);
  const tiles = useRef<HTMLDivElement>(null);
  const renderer = useDrawing(desk, drawing);
  useTiles(desk, stage, tiles);
  const input = usePointer(desk, surface, pointer);
  const { name } = stage.work.held.image;
  const { t } = desk;
  const retry = (): void => {
    if (stage.work.corrects) return void desk.refreshAnswer();
    desk.sync.refresh();
    void desk.sync.poke().then(() => attempt.value++);
  };
  return (
    <div class="stage-frame">
      <div
        class="stage"
        data-state={stage.chart.value.path.value}
        id="stage"
        ref={surface}
        tabIndex={0}
        role="application"
        aria-busy={loading.value !== "there"}
        aria-label={t(stage.canDraw ? "stage" : "stagePlain", { name, key: keyOf("KeyN"), mouse: keyOf("F2") })}
      >
        <div class="pictures">
          <Picture desk={desk} stage={stage} attempt={attempt.value} loading={loading} />
          <div class="drawing" ref={tiles} />
        </div>
        <div class="drawing" ref={drawing} />
        <Unpainted desk={desk} stage={stage} renderer={renderer} />
        {stage.work.held.draft && <DraftKeys desk={desk} />}
        <Overlay desk={desk} stage={stage} pointer={pointer} />
        {stage.canDraw && <MouseKeysSwitch desk={desk} input={input} />}
      </div>
      <Tools desk={desk} stage={stage} />
      <Hint desk={desk} stage={stage} />
      <Spoken desk={desk} stage={stage} />
      {loading.value === "loading" && <p class="hint">{t("loadingImage")}</p>}
      {loading.value === "failed" && <Failed desk={desk} onRetry={retry} />}
    </div>
  );
}
