/** Short messages go when what they say does not hold any more. */
import { signal } from "@preact/signals";
import { expect, test, vi } from "vitest";
import { Notices } from "../workbench/notices";

const texts = (notices: Notices): string[] => notices.list.peek().map(({ text }) => text);

test("what was said of nothing drawn goes once something is drawn", () => {
  const notices = new Notices();
  const drawn = signal(0);
  notices.say("warn", "Nothing drawn.", () => drawn.value > 0);
  notices.say("info", "Saved.");
  expect(texts(notices)).toEqual(["Nothing drawn.", "Saved."]);
  drawn.value = 1;
  expect(texts(notices)).toEqual(["Saved."]);
});

test("a message that was closed hears of nothing more", async () => {
  const notices = new Notices();
  const asked = vi.fn(() => drawn.value > 0);
  const drawn = signal(0);
  notices.say("warn", "Nothing drawn.", asked);
  notices.clear();
  await Promise.resolve();
  asked.mockClear();
  drawn.value = 1;
  expect(asked).not.toHaveBeenCalled();
});
