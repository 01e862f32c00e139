/** Has the workbench itself kept in the browser; only over HTTPS or on this very computer, elsewhere it is not missed. */

const SCRIPT = "/desk/shell.js";
/** The first images go first. */
const LATER_MS = 15_000;

export async function keepShell(): Promise<void> {
  try {
    await navigator.serviceWorker?.register(SCRIPT, { scope: "/desk/" });
    const { active } = (await navigator.serviceWorker?.ready) ?? {};
    setTimeout(() => active?.postMessage("later"), LATER_MS);
  } catch {
    // A private window, a browser that forbids it, or no line: the page works all the same.
  }
}
