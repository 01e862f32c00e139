/** A field to find an entry of a long list; what it lets through is drawn by the list itself. */
import { fetchPinyin } from "../find/find";

interface Props {
  id: string;
  label: string;
  hint?: string;
  wanted: string;
  onInput: (wanted: string) => void;
  /** Enter: the first entry that is left. */
  onTake: () => void;
}

export function Find({ id, label, hint = "", wanted, onInput, onTake }: Props) {
  const leave = (): void => {
    onInput("");
    document.getElementById("stage")?.focus();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    // Here Enter chooses an entry; it must not submit the image.
    event.preventDefault();
    if (event.key === "Enter") onTake();
    leave();
  };
  return (
    <input
      id={id}
      class="input find"
      value={wanted}
      placeholder={label + hint}
      aria-label={label}
      autocomplete="off"
      onFocus={fetchPinyin}
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={key}
    />
  );
}
