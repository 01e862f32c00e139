/** The image under work: picture, drawing, overlay; and the tools beside it. */
import { effect, useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Desk } from "../desk";
import { nameOf } from "../contract";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import { newBox } from "../commands/boxes";
import type { Point } from "../model/geometry";
import { PointerInput } from "../view/pointer";
import { CanvasRenderer } from "../view/renderer";
import type { Stage } from "../view/stage";
import { Overlay } from "./overlay";
import { Button, Icon } from "./parts";
import { type Loading, Picture } from "./picture";

/** Draws once a frame, however many signals have changed. */
function useDrawing(desk: Desk, canvas: { current: HTMLCanvasElement | null }): void {
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const renderer = new CanvasRenderer(canvas.current);
    let frame = 0;
    const stop = effect(() => {
      const screen = desk.camera.screen.value;
      const stage = desk.stage.value;
      const scene = {
        view: desk.camera.view.value,
        shapes: stage?.visible.value ?? [],
        active: stage?.work.editor.selectedId.value ?? null,
        colors: stage?.colors ?? new Map<string, string>(),
      };
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        renderer.resize(screen, devicePixelRatio);
        renderer.draw(scene);
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [desk]);
}

function usePointer(desk: Desk, surface: { current: HTMLElement | null }, pointer: Signal<Point | null>): void {
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
    const space = (event: KeyboardEvent): void => {
      if (event.code !== "Space") return;
      const held = event.type === "keydown" && document.activeElement === element;
      if (held) event.preventDefault();
      input.handMode = held;
      element.classList.toggle("hand", held);
    };
    const observer = new ResizeObserver(() => {
      desk.camera.resize({ width: element.clientWidth, height: element.clientHeight });
    });
    desk.camera.resize({ width: element.clientWidth, height: element.clientHeight });
    observer.observe(element);
    window.addEventListener("keydown", space);
    window.addEventListener("keyup", space);
    element.focus({ preventScroll: true });
    return () => {
      observer.disconnect();
      window.removeEventListener("keydown", space);
      window.removeEventListener("keyup", space);
    };
  }, [desk]);
}

function Tools({ desk, stage }: { desk: Desk; stage: Stage }) {
  const { t, camera } = desk;
  const { editor } = stage.work;
  void editor.revision.value;
  return (
    <div class="tools" role="toolbar" aria-label={t("groupView")}>
      {stage.canDraw && (
        <>
          <Button label={`${t("boxTool")} (N)`} pressed={desk.tool.value === "box"} onPress={() => newBox(desk)}>
            <Icon name="draw" />
          </Button>
          <Button
            label={`${t("selectTool")} (V)`}
            pressed={desk.tool.value === "select"}
            onPress={() => (desk.tool.value = "select")}
          >
            <Icon name="select" />
          </Button>
        </>
      )}
      <Button label={`${t("undo")} (Ctrl+Z)`} disabled={!editor.history.canUndo} onPress={() => editor.undo()}>
        <Icon name="undo" />
      </Button>
      <Button label={`${t("redo")} (Ctrl+Y)`} disabled={!editor.history.canRedo} onPress={() => editor.redo()}>
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
      {stage.canDraw && (
        <Button
          label={`${t(desk.hidden.value ? "showShapes" : "hideShapes")} (H)`}
          pressed={desk.hidden.value}
          onPress={() => (desk.hidden.value = !desk.hidden.peek())}
        >
          <Icon name="eye" />
        </Button>
      )}
    </div>
  );
}

/** Says to those who cannot see it which box is selected. */
function Spoken({ desk, stage }: { desk: Desk; stage: Stage }) {
  const shape = stage.work.editor.selected.value;
  const shapeClass = shape && classOf(stage.work.schema.spec, shape.class);
  const [, , width, height] = shape ? boundsOf(shape) : [0, 0, 0, 0];
  const size = { width: Math.round(width), height: Math.round(height) };
  return (
    <p class="hidden-label" role="status">
      {shapeClass && desk.t("boxOf", { name: nameOf(shapeClass, desk.language), ...size })}
    </p>
  );
}

/** What the hand is in the middle of, in words. */
function Hint({ desk, stage }: { desk: Desk; stage: Stage }) {
  const path = stage.chart.value.path.value;
  const text = path === "box.armed" ? "drawNow" : path === "box.drawing.placing" ? "secondCorner" : null;
  return text ? <p class="hint">{desk.t(text)}</p> : null;
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
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointer = useSignal<Point | null>(null);
  const loading = useSignal<Loading>("loading");
  const attempt = useSignal(0);
  useDrawing(desk, canvas);
  usePointer(desk, surface, pointer);
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
        aria-label={t(stage.canDraw ? "stage" : "stagePlain", { name })}
      >
        <Picture desk={desk} stage={stage} attempt={attempt.value} loading={loading} />
        <canvas class="drawing" ref={canvas} />
        <Overlay desk={desk} stage={stage} pointer={pointer} />
      </div>
      <Tools desk={desk} stage={stage} />
      <Hint desk={desk} stage={stage} />
      <Spoken desk={desk} stage={stage} />
      {loading.value === "loading" && <p class="hint">{t("loadingImage")}</p>}
      {loading.value === "failed" && <Failed desk={desk} onRetry={retry} />}
    </div>
  );
}
