/** The picture that came within the page, kept for the next opening: under its address nothing was fetched. */
import { isLight } from "../session/images";
import type { PackStore } from "./store";

/** Nothing is kept of a light copy, nor of one that the browser keeps by its address. */
export async function keepPicture(packs: PackStore, picture: HTMLImageElement | null): Promise<void> {
  const url = picture?.dataset["of"];
  const [, type, body] = /^data:([^;,]+);base64,(.+)$/.exec(picture?.src ?? "") ?? [];
  if (!picture || !url || !body || isLight(picture)) return;
  const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  await packs.put(url, new Blob([bytes], { type: type! }));
}
