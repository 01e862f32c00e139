// Short messages at the corner. A toast of good news goes by itself; bad news stays until closed.
export type Tone = "good" | "warn" | "bad" | "info";
const STAY_MS = 6000;

function region(): HTMLElement | null {
  return document.getElementById("toasts");
}

/** A sentence the template translated for us, kept as data-<name> on the region. */
export function phrase(name: string): string {
  return region()?.dataset[name] ?? "";
}

export function toast(text: string, tone: Tone = "info", key?: string): void {
  const place = region();
  if (!place || !text) return;
  if (key) place.querySelector(`[data-key="${key}"]`)?.remove();
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  if (key) box.dataset["key"] = key;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  adopt(box);
  place.append(box);
}

export function dropToast(key: string): void {
  region()?.querySelector(`[data-key="${key}"]`)?.remove();
}

function adopt(box: HTMLElement): void {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button bare";
  close.setAttribute("aria-label", phrase("close"));
  close.textContent = "×";
  close.addEventListener("click", () => box.remove());
  box.append(close);
  if (box.classList.contains("good") || box.classList.contains("info")) {
    window.setTimeout(() => { if (!box.matches(":hover, :focus-within")) box.remove(); }, STAY_MS);
  }
}

/** Messages that came with the page move into the live region. */
export function wireToasts(): void {
  const place = region();
  if (!place) return;
  for (const source of document.querySelectorAll<HTMLElement>("[data-toasts]")) {
    for (const box of [...source.querySelectorAll<HTMLElement>(".toast")]) {
      adopt(box);
      place.append(box);
    }
    source.remove();
  }
}
