/** Has the workbench itself kept in the browser; only over HTTPS or on this very computer, elsewhere it is not missed. */

const SCRIPT = "/desk/shell.js";
/** The first images go first. */
export const LATER_MS = 15_000;

/** Brings at once what the page has not asked for yet: whoever goes where there is no line may need any of it. */
export async function keepAll(): Promise<void> {
  const { active } = (await navigator.serviceWorker?.ready) ?? {};
  active?.postMessage("later");
}

export async function keepShell(): Promise<void> {
  try {
    await navigator.serviceWorker?.register(SCRIPT, { scope: "/desk/" });
    setTimeout(() => void keepAll(), LATER_MS);
  } catch {
    // A private window, a browser that forbids it, or no line: the page works all the same.
  }
}
