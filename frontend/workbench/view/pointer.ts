/** Sends pointer events where they belong: to the tool, or to panning and pinching. */
import type { Point } from "../model/geometry";
import type { Press, ToolContext } from "../tools/context";
import type { Chart } from "../tools/chart";
import type { Camera } from "./camera";

const REACH_PX = { mouse: 7, pen: 10, touch: 18 } as const;
const DRAG_PX = { mouse: 3, pen: 5, touch: 8 } as const;

/** The stage moves only when the page around it changes. */
const MEASURED_MS = 250;

type Reach = keyof typeof REACH_PX;
const reachOf = (type: string): Reach => (type === "touch" || type === "pen" ? type : "mouse");

export class PointerInput {
  /** Space is held: the pointer pans whatever the tool. */
  handMode = false;
  private readonly touches = new Map<number, Point>();
  private panning: Point | null = null;
  private corner: Point = { x: 0, y: 0 };
  private measuredAt = -Infinity;
  /** The pointer whose press the tool has seen. */
  private tooling: number | null = null;
  /** After a pinch the fingers left over must not draw. */
  private pinched = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly camera: Camera,
    private readonly chart: () => Chart<ToolContext, Press> | null,
    private readonly onMove: (at: Point | null) => void,
  ) {
    element.addEventListener("pointerdown", (event) => this.down(event));
    element.addEventListener("pointermove", (event) => this.move(event));
    element.addEventListener("pointerup", (event) => this.up(event));
    element.addEventListener("pointercancel", (event) => this.stop(event));
    element.addEventListener("pointerleave", () => this.onMove(null));
    element.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    element.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  private at(event: MouseEvent): Point {
    // Asking where the stage is makes the browser lay the page out: not at each movement.
    if (event.timeStamp - this.measuredAt > MEASURED_MS) {
      const { left, top } = this.element.getBoundingClientRect();
      this.corner = { x: left, y: top };
      this.measuredAt = event.timeStamp;
    }
    return { x: event.clientX - this.corner.x, y: event.clientY - this.corner.y };
  }

  private press(event: PointerEvent): Press {
    const screen = this.at(event);
    const reach = reachOf(event.pointerType);
    return {
      screen,
      point: this.camera.toImage(screen),
      slack: REACH_PX[reach] / this.camera.view.peek().scale,
      threshold: DRAG_PX[reach],
      alt: event.altKey,
      shift: event.shiftKey,
    };
  }

  private down(event: PointerEvent): void {
    // A grip of the overlay may be the target: the stage gets the whole gesture all the same.
    this.element.setPointerCapture(event.pointerId);
    this.element.focus({ preventScroll: true });
    event.preventDefault();
    if (event.pointerType === "touch") this.touches.set(event.pointerId, this.at(event));
    if (this.touches.size > 1) {
      const chart = this.chart();
      if (!chart?.wish("interrupt")) chart?.rest();
      this.tooling = null;
      this.pinched = true;
    } else if (event.button === 1 || (this.handMode && event.button === 0)) {
      this.panning = this.at(event);
      // Nothing is pointed at while the picture moves with the hand.
      this.onMove(null);
    } else if (event.button === 0) {
      this.tooling = event.pointerId;
      this.chart()?.send("down", this.press(event));
    }
  }

  private move(event: PointerEvent): void {
    const at = this.at(event);
    // A finger has no place while it is up, and two of them have none to draw at.
    if (!this.panning) this.onMove(event.pointerType === "touch" && this.tooling !== event.pointerId ? null : at);
    if (this.pinched) return this.pinch(event.pointerId, at);
    if (this.panning) {
      this.camera.pan(at.x - this.panning.x, at.y - this.panning.y);
      this.panning = at;
    } else if (this.tooling === null || this.tooling === event.pointerId) {
      this.chart()?.send("move", this.press(event));
    }
  }

  private up(event: PointerEvent): void {
    if (this.tooling === event.pointerId) this.chart()?.send("up", this.press(event));
    this.release(event.pointerId);
  }

  private stop(event: PointerEvent): void {
    const chart = this.chart();
    if (this.tooling === event.pointerId && !chart?.wish("interrupt")) chart?.rest();
    this.release(event.pointerId);
  }

  private release(id: number): void {
    if (this.touches.delete(id)) this.onMove(null);
    this.panning = null;
    if (this.tooling === id) this.tooling = null;
    if (this.touches.size === 0) this.pinched = false;
  }

  private pinch(id: number, at: Point): void {
    const before = this.touches.get(id);
    const other = [...this.touches].find(([key]) => key !== id)?.[1];
    if (!before) return;
    this.touches.set(id, at);
    if (!other) return;
    const spread = (a: Point): number => Math.max(Math.hypot(a.x - other.x, a.y - other.y), 1);
    // What was under the middle between the fingers goes with it: each finger keeps its place of the image.
    this.camera.zoom(spread(at) / spread(before), { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 });
    this.camera.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
    this.camera.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 100 : 500)), this.at(event));
  }
}
