/** Small parts that every panel uses. */
import type { ComponentChildren, JSX } from "preact";
import { capOf, type Chord } from "../commands/keys";

export function Kbd({ chord }: { chord: Chord | undefined }) {
  return chord ? <kbd class="kbd">{capOf(chord)}</kbd> : null;
}

/** A press with the pointer leaves the focus on the image, so that the next key means what it meant. */
const keepFocus = (event: MouseEvent): void => event.preventDefault();

interface ButtonProps {
  class?: string;
  chord?: Chord | undefined;
  label?: string;
  pressed?: boolean | undefined;
  disabled?: boolean;
  onPress: () => void;
  children?: ComponentChildren;
}

export function Button({ class: kind = "", chord, label, pressed, disabled, onPress, children }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      disabled={disabled ?? false}
      onMouseDown={keepFocus}
      onClick={onPress}
    >
      {children}
      <Kbd chord={chord} />
    </button>
  );
}

export function Swatch({ color }: { color: string | undefined }) {
  return (
    <svg class="swatch" viewBox="0 0 12 12" aria-hidden="true">
      <rect width="12" height="12" rx="2" fill={color ?? "#888"} />
    </svg>
  );
}

const MANY = 9;

/** The class of a list of options: a long one scrolls by itself. */
export const optionList = (count: number): string => (count > MANY ? "options many" : "options");

const PATHS = {
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  draw: "M5 5h14v14H5zM2 5h6M5 2v6",
  select: "M5 3l14 8-6 2-3 6z",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  close: "M5 5l14 14M19 5L5 19",
  cross: "M12 3v18M3 12h18",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
