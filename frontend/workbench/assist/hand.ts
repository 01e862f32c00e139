/** What comes late waits for the hand: put in the middle of a drag it would settle a shape that no release has checked. */
import { effect } from "@preact/signals";
import type { Stage } from "../view/stage";

/** Resolves once no shape is being dragged. */
export const handFree = (stage: Stage): Promise<void> =>
  new Promise((done) => {
    const stop = effect(() => {
      if (stage.chart.value.hand === "drags") return;
      done();
      queueMicrotask(() => stop());
    });
  });
