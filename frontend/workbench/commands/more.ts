/** Commands that come with a part of the page and go with it. */
import { useLayoutEffect } from "preact/hooks";
import type { Desk } from "../desk";
import type { Command } from "./command";

/** @param of makes them anew when it is another one. */
export function useCommands(desk: Desk, make: (desk: Desk) => readonly Command[], of?: unknown): void {
  useLayoutEffect(() => {
    const mine = make(desk);
    desk.more.value = [...desk.more.peek(), ...mine];
    return () => {
      desk.more.value = desk.more.peek().filter((command) => !mine.includes(command));
    };
  }, [desk, of]);
}
