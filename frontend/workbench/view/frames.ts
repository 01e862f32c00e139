/** Reactions that run at most once a frame, however often what they depend on changes. */
import { effect } from "@preact/signals";

/** Calls `act` in the next frame with what `read` gives; returns what ends it. */
export function atFrames<T>(read: () => T, act: (value: T) => void): () => void {
  let frame = 0;
  let latest: T;
  const stop = effect(() => {
    latest = read();
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      act(latest);
    });
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}
