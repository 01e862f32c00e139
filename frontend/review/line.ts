/** The reviewer's line of disputes: a few fetched ahead, verdicts sent behind the reviewer's back. */
import { computed, signal } from "@preact/signals";
import { askBeforeClosing } from "../parts/closing";
import type { Spec } from "../workbench/contract";
import { Images } from "../workbench/session/images";
import type { Boot, Dispute, NextResponse, Verdict } from "./contract";
import { post, type Reply } from "./wire";

/** Disputes at hand: one is being looked at, the others wait with their images loaded. */
const AHEAD = 4;
/** The server holds disputes for five minutes; an empty page looks more often for new ones. */
const RENEW_MS = 120_000;
const LOOK_MS = 10_000;
const RETRY_MS = 3_000;

type Order = { readonly dispute: Dispute } & (
  | { readonly what: "verdict"; readonly verdict: Verdict }
  | { readonly what: "ask" }
);

/** What the page says after the fact. */
export type News =
  | { readonly kind: "gone"; readonly detail: string }
  | { readonly kind: "refused"; readonly detail: string; readonly name: string };

export class Line {
  readonly disputes = signal<readonly Dispute[]>([]);
  readonly at = signal(0);
  readonly current = computed(() => this.disputes.value[this.at.value] ?? null);
  /** Disputes the server has for this reviewer, without those being sent. */
  readonly waiting = signal(0);
  readonly unsent = signal(0);
  readonly putOff = signal<readonly Dispute[]>([]);
  readonly state = signal<"loading" | "there" | "offline" | "signed_out">("loading");
  readonly images = new Images();
  private readonly schemas = new Map<number, Spec>();
  private orders: Order[] = [];
  private sending = false;
  private asking = false;
  /** Somebody asked while an answer was on its way, which may not hold what they want now. */
  private askAgain = false;
  /** Disputes whose orders arrived while that answer was on its way: it may still offer them. */
  private readonly done = new Set<number>();

  constructor(
    private readonly boot: Boot,
    private readonly tell: (news: News) => void,
  ) {}

  start(): void {
    void this.fill();
    setInterval(() => void this.fill(), RENEW_MS);
    setInterval(() => this.disputes.peek().length === 0 && void this.fill(), LOOK_MS);
    window.addEventListener("online", () => void this.fill().then(() => this.send()));
    askBeforeClosing(() => this.unsent.peek() > 0);
    window.addEventListener("pagehide", () => this.letGo([...this.disputes.peek()]));
  }

  spec(dispute: Dispute): Spec {
    return this.schemas.get(dispute.schema) ?? {};
  }

  step(by: 1 | -1): void {
    const count = this.disputes.peek().length;
    if (count > 0) this.at.value = (this.at.peek() + by + count) % count;
  }

  settle(dispute: Dispute, verdict: Verdict): void {
    this.order({ what: "verdict", dispute, verdict });
  }

  ask(dispute: Dispute): void {
    this.order({ what: "ask", dispute });
  }

  /** Not now: others may take it; here it comes again when asked for. */
  later(dispute: Dispute): void {
    this.drop(dispute);
    this.putOff.value = [...this.putOff.peek(), dispute];
    this.letGo([dispute]);
    void this.fill();
  }

  takeUpAgain(): void {
    if (this.putOff.peek().length === 0) return;
    this.putOff.value = [];
    this.state.value = "loading";
    void this.fill();
  }

  /** Asks for more, and keeps the hold on what is here. */
  async fill(): Promise<void> {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    this.asking = true;
    this.askAgain = false;
    this.done.clear();
    const besides = [...this.putOff.peek(), ...this.orders.map(({ dispute }) => dispute)].map(({ id }) => id);
    const reply = await post<NextResponse>(
      this.boot.urls.next,
      { want: AHEAD, besides, schemas: [...this.schemas.keys()] },
      this.boot.csrf,
    );
    this.asking = false;
    if (reply.kind === "ok") this.take(reply.data);
    else if (reply.kind === "signed_out") this.state.value = "signed_out";
    else if (this.disputes.peek().length === 0) this.retryLater();
    if (this.askAgain && reply.kind === "ok") await this.fill();
  }

  private retryLater(): void {
    this.state.value = "offline";
    setTimeout(() => void this.fill(), RETRY_MS);
  }

  private take({ disputes, schemas, waiting }: NextResponse): void {
    for (const [id, spec] of Object.entries(schemas)) this.schemas.set(Number(id), spec);
    const busy = new Set([...this.orders.map(({ dispute }) => dispute.id), ...this.putOff.peek().map(({ id }) => id), ...this.done]);
    const known = new Set(this.disputes.peek().map(({ id }) => id));
    const fresh = disputes.filter(({ id }) => !known.has(id) && !busy.has(id));
    this.disputes.value = [...this.disputes.peek(), ...fresh].slice(0, 2 * AHEAD);
    this.waiting.value = Math.max(0, waiting - this.orders.length);
    this.state.value = "there";
    this.images.keep(this.disputes.peek().map(({ image }) => image.url));
  }

  private order(order: Order): void {
    this.orders = [...this.orders, order];
    this.unsent.value = this.orders.length;
    this.waiting.value = Math.max(0, this.waiting.peek() - 1);
    this.drop(order.dispute);
    void this.send();
  }

  private drop({ id }: Dispute): void {
    const rest = this.disputes.peek().filter((dispute) => dispute.id !== id);
    this.disputes.value = rest;
    this.at.value = Math.max(0, Math.min(this.at.peek(), rest.length - 1));
  }

  /** Sends orders one after the other until none is left or the line is down. */
  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    for (let order = this.orders[0]; order; order = this.orders[0]) {
      const reply = await this.post(order);
      if (reply.kind === "offline" || reply.kind === "signed_out") {
        if (reply.kind === "signed_out") this.state.value = "signed_out";
        setTimeout(() => void this.send(), RETRY_MS);
        break;
      }
      this.orders = this.orders.slice(1);
      this.done.add(order.dispute.id);
      this.unsent.value = this.orders.length;
      this.heard(order, reply);
    }
    this.sending = false;
    if (this.disputes.peek().length < AHEAD && this.orders.length === 0) void this.fill();
  }

  private heard(order: Order, reply: Reply<unknown>): void {
    if (reply.kind === "gone") this.tell(reply);
    if (reply.kind !== "refused") return;
    this.disputes.value = [order.dispute, ...this.disputes.peek()];
    this.at.value = 0;
    this.tell({ ...reply, name: order.dispute.image.name });
  }

  private post(order: Order): Promise<Reply<unknown>> {
    const { verdict, ask } = this.boot.urls;
    const url = ((order.what === "ask" && ask) || verdict).replace("/0/", `/${order.dispute.id}/`);
    return post(url, order.what === "ask" ? {} : order.verdict, this.boot.csrf);
  }

  private letGo(disputes: readonly Dispute[]): void {
    const { let_go: url } = this.boot.urls;
    if (disputes.length === 0 || !url) return;
    void post(url, { disputes: disputes.map(({ id }) => id) }, this.boot.csrf, true);
  }
}
