/** A part of a panel that is fetched when it is first drawn; until then, and without a line, its place is empty. */
import { signal } from "@preact/signals";
import type { FunctionComponent } from "preact";

export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  const part = signal<FunctionComponent<P> | null>(null);
  let coming = false;
  return function Later(props) {
    const Part = part.value;
    if (Part) return <Part {...props} />;
    if (!coming) {
      coming = true;
      load().then(
        (loaded) => (part.value = loaded),
        () => (coming = false),
      );
    }
    return null;
  };
}
