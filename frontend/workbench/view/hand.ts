/** While Space is held, the pointer pans whatever the tool. */
import type { PointerInput } from "./pointer";

/** @returns what ends it. */
export function handOnSpace(input: PointerInput, element: HTMLElement): () => void {
  const set = (held: boolean): void => {
    input.handMode = held;
    element.classList.toggle("hand", held);
  };
  const space = (event: KeyboardEvent): void => {
    if (event.code !== "Space") return;
    // A command may have taken it.
    const held = event.type === "keydown" && !event.defaultPrevented && document.activeElement === element;
    if (held) event.preventDefault();
    set(held);
  };
  // Let go in another window, it is not heard of here.
  const away = (): void => set(false);
  window.addEventListener("keydown", space);
  window.addEventListener("keyup", space);
  window.addEventListener("blur", away);
  return () => {
    window.removeEventListener("keydown", space);
    window.removeEventListener("keyup", space);
    window.removeEventListener("blur", away);
  };
}
