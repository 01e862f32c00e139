/** A small hierarchical state machine: a tool is a tree of states that answer pointer events. */
import { signal } from "@preact/signals";

export type Handler<C, E> = (context: C, event: E) => string | void;

/** What keys ask of a tool at work: finish, take back a point, give it again, give up; or a second finger came down. */
export type Wish = "finish" | "back" | "forward" | "cancel" | "interrupt";

/** A handler returns the path of the next state ("drawing.dragging"), or nothing to stay. */
export interface StateNode<C, E> extends Partial<Record<Wish, (context: C) => string | void>> {
  initial?: string;
  states?: Record<string, StateNode<C, E>>;
  /** Free: nothing is in the making; drags: a shape is being dragged. It holds for the states within too. */
  hand?: "free" | "drags";
  enter?(context: C): void;
  exit?(context: C): void;
  down?: Handler<C, E>;
  move?: Handler<C, E>;
  up?: Handler<C, E>;
}

export class Chart<C, E> {
  /** The whole path from the tool's name to the leaf: "box.drawing.dragging". */
  readonly path = signal("");

  constructor(
    readonly name: string,
    private readonly root: StateNode<C, E>,
    private readonly context: C,
  ) {
    this.enter([]);
  }

  /** The innermost state that knows the event answers it. */
  send(kind: "down" | "move" | "up", event: E): void {
    const nodes = this.nodes();
    for (let depth = nodes.length - 1; depth >= 0; depth--) {
      const handler = nodes[depth]?.[kind];
      if (!handler) continue;
      const target = handler(this.context, event);
      if (typeof target === "string") this.go(target);
      return;
    }
  }

  /** Whether a state answered the wish. */
  wish(kind: Wish): boolean {
    const node = this.nodes().findLast((one) => one[kind]);
    if (!node) return false;
    const target = node[kind]?.(this.context);
    if (typeof target === "string") this.go(target);
    return true;
  }

  /** Gives up whatever is going on. */
  cancel(): void {
    this.wish("cancel");
    this.rest();
  }

  /** Back to the start; states take their unfinished work back in `exit`, a sketch stays to be gone on with. */
  rest(): void {
    this.go("");
  }

  is(path: string): boolean {
    const full = `${this.name}.${path}`;
    return this.path.peek() === full || this.path.peek().startsWith(`${full}.`);
  }

  get hand(): StateNode<C, E>["hand"] {
    void this.path.value;
    return this.nodes().findLast((one) => one.hand)?.hand;
  }

  /** Something is in the making, or in the hand. */
  get busy(): boolean {
    return this.hand !== "free";
  }

  /** Moves to a state; "" is the tool's initial one. States on the common part stay entered. */
  go(target: string): void {
    const from = this.path.peek().split(".").slice(1);
    const to = target === "" ? [] : target.split(".");
    let common = 0;
    while (common < to.length && from[common] === to[common]) common++;
    // Told to go where it is, a state begins anew.
    if (common > 0 && common === to.length && common === from.length) common--;
    const nodes = this.nodes();
    for (let depth = from.length; depth > common; depth--) nodes[depth]?.exit?.(this.context);
    this.enter(to, common);
  }

  private enter(to: string[], common = 0): void {
    let node = this.root;
    const full = [...to];
    for (let depth = 0; ; depth++) {
      const next = full[depth] ?? node.initial;
      if (!next) break;
      const child = node.states?.[next];
      if (!child) throw new Error(`${this.name} has no state ${full.join(".")}`);
      full[depth] = next;
      node = child;
      if (depth >= common) node.enter?.(this.context);
    }
    this.path.value = [this.name, ...full].join(".");
  }

  /** The root and then each entered state, outermost first. */
  private nodes(): StateNode<C, E>[] {
    const nodes = [this.root];
    for (const name of this.path.peek().split(".").slice(1)) {
      const next = nodes[nodes.length - 1]?.states?.[name];
      if (next) nodes.push(next);
    }
    return nodes;
  }
}
