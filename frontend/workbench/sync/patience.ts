/** Waits for a line that carries, not for one that has stopped without saying so. */

/**
 * The rule for both ways: half a minute, and a second more for each 10 KB that went or came. A large answer over a thin
 * line gets its time; a body that stalls half-way, or drips, ends soon, however much was promised.
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
    const reader = response.body?.getReader();
    if (!reader) return response;
    const parts: BlobPart[] = [];
    for (let part; !(part = await reader.read()).done; ends += part.value.length / BYTES_PER_MS) parts.push(part.value);
    // A status that has no body must not be given one.
    return parts.length > 0 ? new Response(new Blob(parts), response) : response;
  } finally {
    clearTimeout(timer as number);
  }
}
