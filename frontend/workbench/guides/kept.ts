/** Pictures of guides where there is no line: whoever takes images along takes them along too. */
import { imageKey } from "../pack/store";
import { fetchAll } from "../sync/patience";

/** By the part of the address that stays when it is signed anew. */
const keyOf = (url: string): string => new URL(`/guide/${imageKey(url)}`, location.href).href;

/** A guide's picture, and its address, as it stands in the guide. */
const PICTURE = /(<img src=")(\/media\/[^"]+)/g;

/** The guide without what changes by itself: its pictures are signed anew from time to time. */
export const unsigned = (html: string): string => html.replace(PICTURE, (_, before: string, url: string) => before + imageKey(url));

/** Keeps exactly the pictures of these guides; browsers have no such place but over HTTPS or on this very computer. */
export async function keepPictures(person: number, guides: readonly string[]): Promise<void> {
  const cache = await globalThis.caches?.open(`labelmill-guides-${person}`);
  if (!cache) return;
  const urls = guides.flatMap((html) => [...html.matchAll(PICTURE)].map(([, , url = ""]) => url));
  const wanted = new Map(urls.map((url) => [keyOf(url), url]));
  for (const { url } of await cache.keys()) if (!wanted.delete(url)) await cache.delete(url);
  for (const [key, url] of wanted) {
    const response = await fetchAll(url);
    if (!response.ok) throw new Error(`guide: ${response.status}`);
    await cache.put(key, response);
  }
}

/** A picture that the line did not bring is looked for among those kept. */
export async function bringKept({ target }: Event): Promise<void> {
  const image = target as HTMLImageElement;
  const url = image.getAttribute("src") ?? "";
  if (!url.startsWith("/media/")) return;
  const blob = await (await globalThis.caches?.match(keyOf(url)))?.blob();
  if (!blob) return;
  image.src = URL.createObjectURL(blob);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
}
