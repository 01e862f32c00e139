/** A part of a panel that is fetched when it is first drawn; until then, and without a line, its place is empty. */
import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";

type Later<P> = FunctionComponent<P> & {
  /** Brings the part before it is first drawn, which then is not drawn in two turns. Without a line: no matter. */
  bring(): Promise<void>;
  isThere(): boolean;
};

export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): Later<P> {
  const part = signal<FunctionComponent<P> | null>(null);
  let coming: Promise<void> | null = null;
  const bring = (): Promise<void> =>
    (coming ??= load().then(
      (loaded) => void (part.value = loaded),
      () => void (coming = null),
    ));
  function Later(props: P) {
    const Part = part.value;
    if (Part) return <Part {...props} />;
    void bring();
    return null;
  }
  return Object.assign(Later, { bring, isThere: () => part.peek() !== null });
}
