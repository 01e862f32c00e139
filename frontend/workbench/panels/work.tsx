/** What a task needs beside the page itself: the stage with its tools, and the panel. It comes beside the first task. */
import type { Desk } from "../desk";
import type { Stage } from "../view/stage";
import { Panel } from "./panel";
import { StageView } from "./stage";

export function Work({ desk, stage }: { desk: Desk; stage: Stage }) {
  return (
    <>
      <StageView desk={desk} stage={stage} />
      <Panel desk={desk} stage={stage} />
    </>
  );
}
