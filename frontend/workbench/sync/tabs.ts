/**
 * One tab works, the others say so. Tabs talk over a BroadcastChannel, which unlike a Web Lock also
 * exists without HTTPS. A tab that asks and hears nothing within the wait becomes the working one.
 */
import { signal } from "@preact/signals";

type Word = { readonly say: "who" | "mine" | "take"; readonly from: string };

export class Tabs {
  /** null until known. */
  readonly working = signal<boolean | null>(null);
  private readonly channel: BroadcastChannel;

  constructor(
    person: number,
    private readonly self: string,
    private readonly waitMs = 200,
  ) {
    this.channel = new BroadcastChannel(`labelmill-desk-${person}`);
    this.channel.onmessage = (event: MessageEvent<Word>) => this.hear(event.data);
  }

  async ask(): Promise<boolean> {
    this.say("who");
    await new Promise((done) => setTimeout(done, this.waitMs));
    this.working.value ??= true;
    return this.working.value;
  }

  /** The person chose this tab. */
  take(): void {
    this.say("take");
    this.working.value = true;
  }

  close(): void {
    this.channel.close();
  }

  private hear({ say, from }: Word): void {
    // Two tabs that ask at the same moment: the smaller name works.
    const mine = this.working.value ?? (this.self < from);
    if (say === "who" && mine && this.working.value !== false) this.say("mine");
    if (say === "mine" && this.working.value === null) this.working.value = false;
    if (say === "take") this.working.value = false;
  }

  private say(say: Word["say"]): void {
    this.channel.postMessage({ say, from: this.self } satisfies Word);
  }
}
