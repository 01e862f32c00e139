/** A field to find an entry of a long list; what it lets through is drawn by the list itself. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { keyOf } from "../commands/keys";
import { fetchPinyin } from "../find/find";

interface Props {
  label: string;
  wanted: string;
  onInput: (wanted: string) => void;
  /** Enter: the first entry that is left; whether there is one. */
  onTake: () => boolean;
}

export function Find({ label, wanted, onInput, onTake }: Props) {
  const leave = (): void => {
    onInput("");
    document.getElementById("stage")?.focus();
  };
  const field = useRef<HTMLInputElement>(null);
  const take = async (): Promise<void> => {
    if (wanted.trim() && !onTake()) {
      // On a thin line the initials may be typed before what knows them is there.
      await fetchPinyin();
      if (field.current?.value !== wanted) return;
      onTake();
    }
    leave();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    // Here Enter chooses an entry; it must not submit the image.
    event.preventDefault();
    if (event.key === "Enter") void take();
    else leave();
  };
  const hasKey = useSignal(false);
  // The key goes to the first of them.
  useLayoutEffect(() => {
    hasKey.value = matchMedia("(pointer: fine)").matches && document.querySelector(".find") === field.current;
  });
  return (
    <input
      ref={field}
      class="input find"
      value={wanted}
      placeholder={hasKey.value ? `${label} (${keyOf("Ctrl+KeyF")})` : label}
      aria-label={label}
      autocomplete="off"
      onFocus={() => void fetchPinyin()}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={key}
    />
  );
}
