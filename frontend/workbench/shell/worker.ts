/**
 * The service worker: keeps the workbench's own page, scripts and styles, so that it opens without a line and
 * a warm visit costs no round trip. It keeps nothing else: no image, no answer, no name of anybody.
 *
 * The server's script that starts this one says in SHELL what belongs to this version.
 */
interface Shell {
  readonly version: string;
  /** The page without anybody's data. */
  readonly page: string;
  /** What the page needs at once, and what it asks for when needed. */
  readonly files: readonly string[];
  readonly later: readonly string[];
}

interface Waiting extends Event {
  waitUntil(done: Promise<unknown>): void;
}

interface Fetch extends Waiting {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

interface Scope {
  readonly SHELL: Shell;
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", hear: (event: Waiting) => void): void;
  addEventListener(type: "fetch", hear: (event: Fetch) => void): void;
  addEventListener(type: "message", hear: (event: Waiting & { readonly data: unknown }) => void): void;
}

const scope = self as unknown as Scope;
const { version, page, files, later } = scope.SHELL;
const PREFIX = "labelmill-shell-";
const NAME = PREFIX + version;
/** A page that is still open may ask for parts of the version before. */
const VERSIONS_KEPT = 2;

async function removeOld(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  const extra = names.slice(0, Math.max(0, names.length - VERSIONS_KEPT + 1));
  await Promise.all(extra.map((name) => caches.delete(name)));
}

const kept = (url: string): Promise<Response | undefined> => caches.match(url, { ignoreVary: true });

/** The workbench as it was kept; `?fresh` and everything else in the address asks the server. */
async function openPage(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  return (await cache.match(page, { ignoreVary: true })) ?? fetch(request);
}

/** Without a line a visit that wants the server still gets the page, which then says so. */
async function fetchPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const known = await kept(page);
    if (known) return known;
    throw error;
  }
}

scope.addEventListener("install", (event) => {
  // "reload": past the browser's own cache, which may hold a file under an older name's rules.
  const requests = [page, ...files].map((url) => new Request(url, { cache: url === page ? "reload" : "default" }));
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(requests))
      .then(() => scope.skipWaiting()),
  );
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(removeOld().then(() => scope.clients.claim()));
});

/** The page has what it needs for now: bring the tools it has not asked for yet. */
scope.addEventListener("message", (event) => {
  if (event.data !== "later") return;
  const bring = async (url: string): Promise<void> => {
    const cache = await caches.open(NAME);
    if (!(await cache.match(url))) await cache.add(url);
  };
  event.waitUntil(Promise.allSettled(later.map(bring)));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.location.origin) return;
  if (request.mode === "navigate" && url.pathname === "/desk/") {
    event.respondWith(url.search ? fetchPage(request) : openPage(request));
  } else if ([...files, ...later].includes(url.pathname)) {
    event.respondWith(kept(url.pathname).then((known) => known ?? fetch(request)));
  }
});
