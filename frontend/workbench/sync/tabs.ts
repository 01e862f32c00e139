/**
 * One tab works, the others say so. Where the browser has locks (HTTPS, or this very computer) the one that holds
 * the lock works: it is sure, at once, and ends with the tab. Elsewhere tabs talk over a BroadcastChannel: one
 * that asks and hears nothing within the wait becomes the working one.
 */
import { signal } from "@preact/signals";

type Word = { readonly say: "who" | "mine" | "take"; readonly from: string };

const CHOSEN = "labelmill-desk-chosen";

export class Tabs {
  /** null until known. */
  readonly working = signal<boolean | null>(null);
  private readonly channel: BroadcastChannel;
  private readonly name: string;
  private letGo: () => void = () => {};

  constructor(
    person: number,
    private readonly self: string,
    private readonly waitMs = 200,
    private readonly locks: LockManager | undefined = globalThis.navigator?.locks,
  ) {
    this.name = `labelmill-desk-${person}`;
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = (event: MessageEvent<Word>) => this.hear(event.data);
  }

  /** There are locks: no two tabs work at once, not even for a moment. */
  get isSure(): boolean {
    return this.locks !== undefined;
  }

  async ask(): Promise<boolean> {
    if (this.locks) {
      const chosen = sessionStorage.getItem(CHOSEN) !== null;
      sessionStorage.removeItem(CHOSEN);
      this.working.value = await this.lock(chosen ? { steal: true } : { ifAvailable: true });
      return this.working.value;
    }
    this.say("who");
    await new Promise((done) => setTimeout(done, this.waitMs));
    this.working.value ??= true;
    return this.working.value;
  }

  /** The person chose this tab, which is loaded anew: only then does it take the lock, which would end with the page. */
  take(): void {
    this.say("take");
    if (this.locks) sessionStorage.setItem(CHOSEN, "");
    this.working.value = true;
  }

  close(): void {
    this.letGo();
    this.channel.close();
  }

  /** Whether the lock is ours now; should another tab take it later, this one stands down. */
  private lock(options: LockOptions): Promise<boolean> {
    return new Promise((resolve) => {
      const hold = (lock: Lock | null): Promise<void> | void => {
        resolve(lock !== null);
        if (lock) return new Promise((release) => (this.letGo = release));
      };
      const stolen = (): void => {
        this.working.value = false;
        resolve(false);
      };
      this.locks?.request(this.name, options, hold).catch(stolen);
    });
  }

  private hear({ say, from }: Word): void {
    // Two tabs that ask at the same moment: the smaller name works.
    if (say === "take") this.letGo();
    if (this.locks && say !== "take") return;
    const mine = this.working.value ?? (this.self < from);
    if (say === "who" && mine && this.working.value !== false) this.say("mine");
    if (say === "mine" && this.working.value === null) this.working.value = false;
    if (say === "take") this.working.value = false;
  }

  private say(say: Word["say"]): void {
    this.channel.postMessage({ say, from: this.self } satisfies Word);
  }
}
