/** Sends what a pointer does where it belongs: to the tool, or to panning and pinching. */
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

/** A mouse, a pen, a finger, or keys that move a pointer, at one moment. */
export interface Contact {
  readonly id: number;
  readonly type: string;
  /** In CSS pixels of the stage. */
  readonly at: Point;
  readonly button: number;
  readonly alt: boolean;
  readonly shift: boolean;
}

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
    element.addEventListener("pointerdown", (event) => {
      // A grip of the overlay may be the target: the stage gets the whole gesture all the same.
      element.setPointerCapture(event.pointerId);
      element.focus({ preventScroll: true });
      event.preventDefault();
      this.down(this.contactOf(event));
    });
    element.addEventListener("pointermove", (event) => this.move(this.contactOf(event)));
    element.addEventListener("pointerup", (event) => this.up(this.contactOf(event)));
    element.addEventListener("pointercancel", (event) => this.stop(event.pointerId));
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

  private contactOf(event: PointerEvent): Contact {
    const { pointerId: id, pointerType: type, button, altKey: alt, shiftKey: shift } = event;
    return { id, type, at: this.at(event), button, alt, shift };
  }

  private press({ type, at: screen, alt, shift }: Contact): Press {
    const reach = reachOf(type);
    return {
      screen,
      point: this.camera.toImage(screen),
      slack: REACH_PX[reach] / this.camera.view.peek().scale,
      threshold: DRAG_PX[reach],
      alt,
      shift,
    };
  }

  down(contact: Contact): void {
    const { id, type, at, button } = contact;
    if (type === "touch") this.touches.set(id, at);
    if (this.touches.size > 1) {
      const chart = this.chart();
      if (!chart?.wish("interrupt")) chart?.rest();
      this.tooling = null;
      this.pinched = true;
    } else if (button === 1 || (this.handMode && button === 0)) {
      this.panning = at;
      // Nothing is pointed at while the picture moves with the hand.
      this.onMove(null);
    } else if (button === 0) {
      this.tooling = id;
      this.chart()?.send("down", this.press(contact));
    }
  }

  move(contact: Contact): void {
    const { id, type, at } = contact;
    // A finger has no place while it is up, and two of them have none to draw at.
    if (!this.panning) this.onMove(type === "touch" && this.tooling !== id ? null : at);
    if (this.pinched) return this.pinch(id, at);
    if (this.panning) {
      this.camera.pan(at.x - this.panning.x, at.y - this.panning.y);
      this.panning = at;
    } else if (this.tooling === null || this.tooling === id) {
      this.chart()?.send("move", this.press(contact));
    }
  }

  up(contact: Contact): void {
    if (this.tooling === contact.id) this.chart()?.send("up", this.press(contact));
    this.release(contact.id);
  }

  /** The press goes no further, and was none. */
  stop(id: number): void {
    const chart = this.chart();
    if (this.tooling === id && !chart?.wish("interrupt")) chart?.rest();
    this.release(id);
  }

  release(id: number): void {
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
