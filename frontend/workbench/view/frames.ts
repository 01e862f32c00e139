/** Reactions that run at most once a frame, or when there is time, however often what they depend on changes. */
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

const IDLE_MS = 50;

/** Calls `act` soon after the last change of what `read` gives; returns what ends it. */
export function whenIdle<T>(read: () => T, act: (value: T) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const value = read();
    clearTimeout(timer);
    timer = setTimeout(() => act(value), IDLE_MS);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
