/** Images fetched and decoded ahead of need, so that the next one is painted without waiting. */

export interface Loader {
  /** Resolves when the picture could be painted at once; `whole`: no light copy of it will do. */
  load(url: string, whole?: boolean): Promise<HTMLImageElement>;
}

/** Longer than the heaviest picture takes on the thinnest line. */
const STALLED_MS = 60_000;

export const decodeImage: Loader = {
  async load(url) {
    const image = new Image();
    image.decoding = "async";
    image.src = url;
    // A line that hangs is given up: two pictures that never come would keep all others from being fetched.
    const stalled = setTimeout(() => image.removeAttribute("src"), STALLED_MS);
    try {
      await image.decode();
    } finally {
      clearTimeout(stalled);
    }
    return image;
  },
};

/** Whether the whole picture may still be fetched. */
export const isLight = ({ dataset }: HTMLImageElement): boolean => dataset["light"] !== undefined;

async function light(coming: Promise<HTMLImageElement>): Promise<HTMLImageElement> {
  const image = await coming;
  image.dataset["light"] = "";
  return image;
}

/** The picture that came within the page, if any: under its address nothing is fetched. */
export const heldFirst = (held: HTMLImageElement | null, loader: Loader): Loader => ({
  load(url, whole) {
    if (!held || url !== held.dataset["of"] || (whole && isLight(held))) return loader.load(url, whole);
    return isLight(held) ? light(loader.load(held.src)) : loader.load(held.src);
  },
});

/** On a slow line the light copy, where the server has one. */
export const byLine = (line: { readonly isSlow: boolean }, loader: Loader): Loader => ({
  load: (url, whole) => (!whole && line.isSlow && url.startsWith("/media/") ? light(loader.load(`${url}?light`)) : loader.load(url)),
});

const AT_ONCE = 2;

export class Images {
  private readonly ready = new Map<string, Promise<HTMLImageElement>>();
  private readonly decoded = new Map<string, HTMLImageElement>();
  private queue: string[] = [];
  private running = 0;
  private readonly starts = new Map<string, () => void>();
  /** What goes before the queue, as soon as the line is free for one more. */
  private readonly turns: (() => void)[] = [];

  constructor(private readonly loader: Loader = decodeImage) {}

  /** Keeps exactly these pictures, and fetches the missing ones in this order, two at a time. */
  keep(urls: readonly string[]): void {
    for (const url of this.ready.keys()) {
      if (!urls.includes(url)) this.drop(url);
    }
    for (const url of urls) void this.want(url).catch(() => {});
    this.queue = urls.filter((url) => this.starts.has(url));
    this.pump();
  }

  /** The picture if it is decoded already: it can be in the very next frame. */
  peek(url: string): HTMLImageElement | null {
    return this.decoded.get(url) ?? null;
  }

  /** The picture, when it is there. A failed one is asked for anew the next time. */
  get(url: string): Promise<HTMLImageElement> {
    const promise = this.want(url);
    this.queue = [url, ...this.queue.filter((other) => other !== url)];
    this.pump();
    return promise;
  }

  /**
   * The picture in place of its light copy: at once, or in its turn.
   * @returns null if it is needed no more when its turn comes.
   */
  async whole(url: string, atOnce: boolean): Promise<HTMLImageElement | null> {
    if (atOnce) this.running++;
    else await this.turn();
    try {
      if (!this.ready.has(url)) return null;
      return this.replace(url, await this.loader.load(url, true));
    } finally {
      this.end();
    }
  }

  private replace(url: string, image: HTMLImageElement): HTMLImageElement {
    if (this.decoded.has(url)) {
      this.decoded.set(url, image);
      this.ready.set(url, Promise.resolve(image));
    }
    return image;
  }

  private want(url: string): Promise<HTMLImageElement> {
    const known = this.ready.get(url);
    if (known) return known;
    const promise = new Promise<void>((start) => this.starts.set(url, start))
      .then(() => this.loader.load(url))
      .finally(() => this.end());
    this.ready.set(url, promise);
    promise.then(
      (image) => {
        if (this.ready.get(url) === promise) this.decoded.set(url, image);
      },
      () => this.ready.delete(url),
    );
    return promise;
  }

  private drop(url: string): void {
    this.ready.delete(url);
    this.decoded.delete(url);
    this.starts.delete(url);
  }

  /** Resolves when one more has begun to run. */
  private turn(): Promise<void> {
    return new Promise((start) => {
      this.turns.push(start);
      this.pump();
    });
  }

  private end(): void {
    this.running--;
    this.pump();
  }

  private pump(): void {
    while (this.running < AT_ONCE) {
      const start = this.turns.shift() ?? this.queued();
      if (!start) return;
      this.running++;
      start();
    }
  }

  private queued(): (() => void) | undefined {
    for (let url = this.queue.shift(); url !== undefined; url = this.queue.shift()) {
      const start = this.starts.get(url);
      this.starts.delete(url);
      if (start) return start;
    }
    return undefined;
  }
}
