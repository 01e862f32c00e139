/** Waits for a line that carries, not for one that has stopped without saying so. */

/**
 * The rule for both ways: half a minute, and a second more for each 10 KB that goes or is to come. A large answer over a
 * thin line gets its time; a body that stalls half-way, or drips, ends when that is over. Not read piece by piece: a page
 * that the service worker controls is then told of no end by the browser's own account of requests.
 */
export const PATIENCE_MS = 30_000;
const BYTES_PER_MS = 10;

/** The answer, all of it here. Throws when the line breaks or has carried too little for too long. */
export async function fetchAll(url: string, init: RequestInit = {}, patienceMs = PATIENCE_MS): Promise<Response> {
  const abort = new AbortController();
  init.signal?.addEventListener("abort", () => abort.abort());
  let ends = performance.now() + patienceMs + ((init.body as string | undefined)?.length ?? 0) / BYTES_PER_MS;
  let timer: unknown;
  const watch = (): void => {
    const left = ends - performance.now();
    if (left > 0) timer = setTimeout(watch, left);
    else abort.abort();
  };
  watch();
  try {
    const response = await fetch(url, { ...init, credentials: "same-origin", redirect: "manual", signal: abort.signal });
    ends += Number(response.headers.get("Content-Length")) / BYTES_PER_MS;
    const body = await response.blob();
    // A status that has no body must not be given one.
    return body.size > 0 ? new Response(body, response) : response;
  } finally {
    clearTimeout(timer as number);
  }
}
