/** Small parts that every panel uses. */
import type { ComponentChildren, JSX } from "preact";
import { type Chord, keyOf } from "../commands/keys";

export function Kbd({ chord }: { chord: Chord | undefined }) {
  return chord ? <kbd class="kbd">{keyOf(chord)}</kbd> : null;
}

/** A press with the pointer leaves the focus on the image, so that the next key means what it meant. */
const keepFocus = (event: MouseEvent): void => event.preventDefault();

interface ButtonProps {
  class?: string;
  chord?: Chord | undefined;
  label?: string;
  /** More than what is written on it, for the pointer that rests there. */
  hint?: string;
  pressed?: boolean | undefined;
  disabled?: boolean;
  onPress: () => void;
  children?: ComponentChildren;
}

export function Button({ class: kind = "", chord, label, hint = label, pressed, disabled, onPress, children }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button ${kind}`}
      aria-label={label}
      title={hint}
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
  box: "M5 5h14v14H5zM2 5h6M5 2v6",
  extreme: "M5 5h14v14H5zM12 3v4M12 17v4M3 12h4M17 12h4",
  rotated_box: "M4 11l9-7 7 9-9 7z",
  ellipse: "M12 6c5 0 9 2.700 9 6s-4 6-9 6-9-2.700-9-6 4-6 9-6z",
  polygon: "M12 3l8 6-3 11H7L4 9z",
  polyline: "M3 18l6-9 5 6 7-10",
  point: "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 2v4M12 18v4M2 12h4M18 12h4",
  skeleton: "M12 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4M12 7v7M6 10h12M12 14l-4 7M12 14l4 7",
  template: "M4 3h16v18H4zM12 6v8M8 10h8M12 14l-3 4M12 14l3 4",
  mask: "M15 4l5 5-8 8-5-5zM7 12c-3 1-2 5-5 7 4 2 9 1 10-2",
  eraser: "M9 20h11M4 14l9-9 6 6-9 9H8zM8 10l6 6",
  fill: "M5 11l7-7 7 7-7 7zM12 4V2M21 15c-2 3 1 5 1 3s-1-3-1-3",
  cut: "M12 3l8 6-3 11H7L4 9zM9 12h6",
  extend: "M12 3l8 6-3 11H7L4 9zM9 12h6M12 9v6",
  split: "M12 3l8 6-3 11H7L4 9zM2 20L22 4",
  merge: "M3 3h11v11H3zM10 10h11v11H10z",
  scissors: "M8 8l12 12M8 16L20 4M6 4a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5M6 15a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5",
  select: "M5 3l14 8-6 2-3 6z",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13",
  close: "M5 5l14 14M19 5L5 19",
  cross: "M12 3v18M3 12h18",
  up: "M12 20V5M5 12l7-7 7 7",
  down: "M12 4v15M5 12l7 7 7-7",
  occluded: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 4v16M15 5v14M18 7v10",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
