// The workbench within the schema editor: the document of a frame, so that keys, focus and looks are its own.
import { effect } from "@preact/signals";
import { render } from "preact";
import type { FromFrame, ToFrame } from "../portal/trial/contract";
import { samplePicture } from "../portal/trial/sample";
import { Trial } from "../portal/trial/trial";
import type { Spec } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { listen } from "../workbench/input";
import { Body, Comfort, Dialogs, Notices } from "../workbench/panels/app";

const tell = (word: FromFrame): void => parent.postMessage(word, origin);

let trial: Trial | null = null;
/** The schema that came while the desk was being opened. */
let newest: Spec | null = null;

async function begin(root: HTMLElement, { spec, language, picture, answer }: Extract<ToFrame, { is: "begin" }>): Promise<void> {
  const shown = picture ?? (await samplePicture());
  const opened = await Trial.open({ spec, language, image: { ...shown, thumb: shown.url }, answer });
  const { desk } = opened;
  listen(desk);
  render(<Workbench desk={desk} />, root);
  trial = opened;
  if (newest) trial.follow(newest);
  effect(() => tell(opened.verdict.value));
}

/** Of the workbench's App all but the bar and the troubles with the line: there is neither. */
function Workbench({ desk }: { desk: Desk }) {
  return (
    <>
      <Body desk={desk} />
      {desk.dialog.value && <Dialogs desk={desk} />}
      {desk.session.work.value && <Comfort desk={desk} />}
      <Notices desk={desk} />
    </>
  );
}

const root = document.getElementById("workbench");
if (root) {
  // Extensions of the browser speak by messages, too.
  window.addEventListener("message", ({ source, data }: MessageEvent<ToFrame | null>) => {
    if (source !== parent) return;
    if (data?.is === "begin") void begin(root, data);
    if (data?.is !== "schema") return;
    if (trial) trial.follow(data.spec);
    else newest = data.spec;
  });
  tell({ is: "ready" });
}
