/** A pointer moved by keys. Tools get of it what they get of a mouse, by the same way. */
import { computed, effect, signal } from "@preact/signals";
import type { Desk } from "../desk";
import type { Point } from "../model/geometry";
import { toScreen } from "../view/camera";
import type { Contact, PointerInput } from "../view/pointer";

/** The pointer of the keys, among those that the browser numbers from 0. */
const ID = -1;

/** CSS pixels, or pixels of the picture where those are larger. */
const STEP = { small: 1, large: 10 } as const;
/** Held so long, an arrow goes on by itself. */
const DELAY_MS = 300;
/** CSS pixels a second: at first, each second more, at most; with Shift so many times as much. */
const PACE = { first: 60, more: 500, most: 900, large: 3 } as const;
/** A frame that comes late does not make it jump. */
const LONGEST_FRAME_MS = 50;

/** This near to the side of the stage the view goes along, so far as there is more of the picture. */
const EDGE_PX = 48;
const MARGIN_PX = 8;

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const;
type Arrow = keyof typeof WAYS;
export const ARROWS = Object.keys(WAYS) as Arrow[];

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

/** How far the view moves along one axis under a pointer at `to`, where the picture lies from `low` to `high`. */
export function followed(to: number, room: number, low: number, high: number): number {
  const edge = Math.min(EDGE_PX, room / 4);
  if (to < edge) return Math.min(edge - to, Math.max(MARGIN_PX - low, 0));
  if (to > room - edge) return Math.max(room - edge - to, Math.min(room - MARGIN_PX - high, 0));
  return 0;
}

/** How fast a held arrow goes, so many milliseconds after it was pressed. */
export const paceAt = (ms: number): number => Math.min(PACE.first + (PACE.more * (ms - DELAY_MS)) / 1000, PACE.most);

export class MouseKeys {
  /** In CSS pixels of the stage. */
  at: Point;
  /** What the person is told: how to use it, until that is found out; then what the button does. */
  readonly said = signal<"on" | "pressed" | "released" | null>("on");
  readonly pressed = computed(() => this.said.value === "pressed");
  private readonly arrows = new Set<Arrow>();
  /** Steps that the next frame makes. */
  private due: Point = { x: 0, y: 0 };
  private frame = 0;
  private since = 0;
  private before = 0;
  private shift = false;
  private alt = false;

  constructor(
    private readonly desk: Desk,
    private readonly input: PointerInput,
  ) {
    const { width, height } = desk.camera.screen.peek();
    this.at = desk.pointer.peek() ?? { x: width / 2, y: height / 2 };
  }

  /** @returns what ends it. */
  start(): () => void {
    const modifiers = (event: KeyboardEvent): void => {
      this.shift = event.shiftKey;
      this.alt = event.altKey;
      if (event.type === "keyup") this.arrows.delete(event.code as Arrow);
    };
    // Let go in another window, they are not heard of here.
    const away = (): void => this.arrows.clear();
    // Before the commands, which ask for them.
    window.addEventListener("keydown", modifiers, { capture: true });
    window.addEventListener("keyup", modifiers, { capture: true });
    window.addEventListener("blur", away);
    const stops = [effect(() => this.keepShown()), effect(() => this.endWithTool())];
    return () => {
      window.removeEventListener("keydown", modifiers, { capture: true });
      window.removeEventListener("keyup", modifiers, { capture: true });
      window.removeEventListener("blur", away);
      for (const stop of stops) stop();
      cancelAnimationFrame(this.frame);
      if (this.pressed.peek()) this.input.stop(ID);
      this.desk.pointer.value = null;
    };
  }

  /** An arrow goes down: one step, and then more of them while it stays down. */
  go(arrow: Arrow): void {
    if (this.arrows.size === 0) this.since = performance.now();
    this.arrows.add(arrow);
    const step = (this.shift ? STEP.large : STEP.small) * Math.max(this.desk.camera.view.peek().scale, 1);
    const [x, y] = WAYS[arrow];
    this.due = { x: this.due.x + x * step, y: this.due.y + y * step };
    this.frame ||= requestAnimationFrame(this.tick);
  }

  /** At the place that the arrows pressed before lead to. */
  click(): void {
    if (this.pressed.peek()) return this.hold();
    this.move();
    this.input.down(this.contact());
    this.input.up(this.contact());
    this.said.value = null;
  }

  /** Presses, or lets go. */
  hold(): void {
    const pressed = !this.pressed.peek();
    this.move();
    if (pressed) this.input.down(this.contact());
    else this.input.up(this.contact());
    this.said.value = pressed ? "pressed" : "released";
  }

  private readonly tick = (now: number): void => {
    this.frame = 0;
    const ms = Math.min(now - Math.max(this.before, this.since + DELAY_MS), LONGEST_FRAME_MS);
    this.before = now;
    if (ms > 0) {
      const far = (paceAt(now - this.since) * (this.shift ? PACE.large : 1) * ms) / 1000;
      for (const [x, y] of [...this.arrows].map((arrow) => WAYS[arrow])) this.due = { x: this.due.x + x * far, y: this.due.y + y * far };
    }
    this.move();
    if (this.arrows.size > 0) this.frame = requestAnimationFrame(this.tick);
  };

  private move(): void {
    const { camera, stage } = this.desk;
    const { due } = this;
    const image = stage.peek()?.work.held.image;
    if (!image || (due.x === 0 && due.y === 0)) return;
    this.due = { x: 0, y: 0 };
    const to = { x: this.at.x + due.x, y: this.at.y + due.y };
    const { width, height } = camera.screen.peek();
    const low = toScreen(camera.view.peek(), { x: 0, y: 0 });
    const high = toScreen(camera.view.peek(), { x: image.width, y: image.height });
    const [dx, dy] = [followed(to.x, width, low.x, high.x), followed(to.y, height, low.y, high.y)];
    if (dx !== 0 || dy !== 0) camera.pan(dx, dy);
    this.at = { x: clamp(to.x + dx, width), y: clamp(to.y + dy, height) };
    // Shift is for large steps here; with a press it means what it means to the tool.
    this.input.move({ ...this.contact(), shift: false });
  }

  private contact(): Contact {
    const { at, alt, shift } = this;
    return { id: ID, type: "mouse", at, button: 0, alt, shift };
  }

  /** A mouse that moves takes it along, unless it is pressed; one that leaves the stage leaves it there. */
  private keepShown(): void {
    const { pointer } = this.desk;
    if (pointer.value && !this.pressed.peek()) this.at = pointer.value;
    else if (pointer.value !== this.at) pointer.value = this.at;
  }

  /** A tool that has done its work with the press, or was taken out of the hand, waits for no release. */
  private endWithTool(): void {
    const chart = this.desk.stage.value?.chart.value;
    void chart?.path.value;
    if (!this.pressed.value || !chart?.is("idle")) return;
    this.input.release(ID);
    this.said.value = "released";
  }
}
