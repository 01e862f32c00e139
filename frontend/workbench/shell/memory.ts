/**
 * What the page starts with when the server is not asked: what it said the last time, as long as the same person
 * is signed in. Whether they are is for the server to say; the cookie only tells two people of one PC apart.
 */
import type { Boot, Language } from "../contract";
import { fetchAll } from "../sync/patience";

const KEY = "labelmill-desk-boot";
/** Past everything that the service worker keeps. */
export const FRESH = "/desk/?fresh";

const cookie = (name: string): string | undefined =>
  document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);

/** Of whoever was here last, for a page that knows nobody; the kept page itself has no language of its own. */
export const lastLanguage = (): Language =>
  (cookie("language") ?? document.documentElement.lang).toLowerCase().startsWith("en") ? "en" : "zh-hans";

/** Still the same person, who has not changed their language meanwhile. */
const isTheirs = ({ person: { id, language } }: Boot): boolean =>
  cookie("desk") === String(id) && (cookie("language") ?? language) === language;

/** The page's own data, if the server has sent any with it. */
function bootOfPage(): Boot | null {
  const text = document.getElementById("boot")?.textContent;
  return text ? (JSON.parse(text) as Boot) : null;
}

function remembered(): Boot | null {
  try {
    const boot = JSON.parse(localStorage.getItem(KEY) ?? "null") as Boot | null;
    return boot && isTheirs(boot) ? boot : null;
  } catch {
    return null;
  }
}

export function remember(boot: Boot): void {
  try {
    // Seats and pictures have places of their own.
    localStorage.setItem(KEY, JSON.stringify({ ...boot, resume: null }));
  } catch {
    // A full disk costs a round trip at the next visit.
  }
}

export function forgetBoot(): void {
  localStorage.removeItem(KEY);
}

/** What to start with; null: nobody is known, and "gone" while the page is on its way to ask the server. */
export function readBoot(): Boot | "gone" | null {
  const fresh = bootOfPage();
  if (fresh) remember(fresh);
  const boot = fresh ?? remembered();
  if (boot || location.search !== "") return boot;
  reloadFresh();
  return "gone";
}

/** Past what the browser has kept: the page as the server has it now. */
export const reloadFresh = (): void => location.replace(FRESH);

/** For the next visit: projects, prices, the day's work. */
export async function refreshBoot(boot: Boot): Promise<void> {
  const response = await fetchAll("/desk/boot").catch(() => null);
  if (!response?.ok) return;
  const next = (await response.json().catch(() => null)) as Boot | null;
  if (next?.person.id === boot.person.id) remember(next);
}
