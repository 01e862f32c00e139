/**
 * Images taken along for hours without a line: their seats are leased for long, their pictures are in the
 * browser's database. Answers go into the outbox as always, so that each arrives once.
 */
import { computed, effect, signal } from "@preact/signals";
import type { Held } from "../contract";
import type { Loader } from "../session/images";
import type { Session } from "../session/session";
import { fetchAll } from "../sync/patience";
import type { Timers } from "../sync/sync";
import type { PackRow, PackStore } from "./store";

export const SIZES = [10, 25, 50] as const;
const AT_ONCE = 2;
const AGAIN_MS = 5_000;

export interface PackParts {
  store: PackStore;
  session: Session;
  timers: Timers;
  /** Fetches an image; throws when the line is down or the address has run out. */
  fetch: (url: string) => Promise<Blob>;
  /** Asks for an exchange with the server soon. */
  poke: () => void;
  /** Asks for fresh image addresses. */
  refresh: () => void;
  /** Has the workbench itself kept in the browser, all of it. */
  keepAll: () => void;
  /** There was nothing to take. */
  nothing: () => void;
}

/** Fetches an image's bytes; an address that has run out is refused by the server. */
export async function fetchImage(url: string): Promise<Blob> {
  const response = await fetchAll(url);
  if (!response.ok) throw new Error(`image: ${response.status}`);
  return response.blob();
}

/** Pictures that are in the browser's database come from there, the others as `loader` brings them. */
export function storedFirst(store: PackStore, loader: Loader): Loader {
  return {
    async load(url, whole) {
      const blob = await store.image(url).catch(() => null);
      if (!blob) return loader.load(url, whole);
      const address = URL.createObjectURL(blob);
      try {
        return await loader.load(address);
      } finally {
        URL.revokeObjectURL(address);
      }
    },
  };
}

export class Pack {
  readonly row = signal<PackRow | null>(null);
  /** An image did not come; it is tried again. */
  readonly stalled = signal(false);
  private readonly arrivals = signal(0);
  private readonly fetching = new Set<string>();
  private timer: unknown = null;

  /** What is still to be done of the pack. */
  readonly left = computed((): readonly Held[] => {
    const seats = new Set(this.row.value?.seats);
    return this.parts.session.held.value.filter(({ assignment }) => seats.has(assignment));
  });

  /** How many of those need no line any more. */
  readonly ready = computed(() => {
    void this.arrivals.value;
    return this.left.value.filter(({ image }) => this.parts.store.has(image.url)).length;
  });

  constructor(private readonly parts: PackParts) {}

  /** Takes up what this browser still knows. @param session is being read: what it holds tells what is kept here. */
  async load(): Promise<void> {
    this.row.value = await this.parts.store.load().catch(() => null);
    this.tell();
    effect(() => this.follow(this.left.value));
  }

  /** Asks for `size` images of a project, or of whatever the queue gives. What nobody has begun here goes back first. */
  take(size: number, project: number | null): void {
    // The one on the screen stays: given back, it would come again with the pack, and be done twice.
    const { assignment } = this.parts.session.work.peek()?.held ?? {};
    this.parts.session.release((held) => held.assignment !== assignment);
    this.parts.session.project.value = project;
    this.keep({ size, project, asking: true, seats: [], until: null });
    this.parts.keepAll();
    this.parts.poke();
  }

  /** The server's answer: all seats that are held now. */
  arrived(tasks: readonly Held[], begun: (task: number) => boolean): void {
    const row = this.row.peek();
    if (!row?.asking) return;
    const seats = tasks.filter(({ task }) => !begun(task));
    if (seats.length === 0) {
      this.keep(null);
      return this.parts.nothing();
    }
    const until = seats.map(({ leased_until }) => leased_until).sort()[0] ?? null;
    this.keep({ ...row, asking: false, seats: seats.map(({ assignment }) => assignment), until });
    this.pump();
  }

  /** Gives back what nobody has begun; the one on the screen stays. */
  giveBack(): void {
    const current = this.parts.session.work.peek()?.held.assignment;
    const left = new Set(this.left.peek().map(({ assignment }) => assignment));
    this.keep(null);
    this.parts.session.release(({ assignment }) => left.has(assignment) && assignment !== current);
    this.parts.poke();
  }

  private keep(row: PackRow | null): void {
    this.row.value = row;
    this.tell();
    void this.parts.store.keep(row).catch(() => {});
  }

  private tell(): void {
    const row = this.row.peek();
    this.parts.session.wish.value = row?.asking ? row.size : null;
    this.parts.session.packed.value = new Set(row?.seats);
  }

  /** After each change of what is left: fetch what is missing, forget what is done. */
  private follow(left: readonly Held[]): void {
    const row = this.row.peek();
    if (row && !row.asking && left.length === 0) this.keep(null);
    const { held, past } = this.parts.session;
    const shown = [...held.peek(), ...past.list.peek()].map(({ image }) => image.url);
    void this.parts.store.only(shown).catch(() => {});
    this.pump();
  }

  private pump(): void {
    const missing = this.left.peek().filter(({ image }) => !this.parts.store.has(image.url));
    for (const { image } of missing) {
      if (this.fetching.size >= AT_ONCE) return;
      if (!this.fetching.has(image.url)) void this.bring(image.url);
    }
  }

  private async bring(url: string): Promise<void> {
    this.fetching.add(url);
    try {
      await this.parts.store.put(url, await this.parts.fetch(url));
      this.stalled.value = false;
      this.arrivals.value++;
    } catch {
      this.stalled.value = true;
    } finally {
      this.fetching.delete(url);
    }
    if (!this.stalled.peek()) return this.pump();
    this.parts.timers.never(this.timer);
    this.timer = this.parts.timers.later(() => {
      this.parts.refresh();
      this.pump();
    }, AGAIN_MS);
  }
}
