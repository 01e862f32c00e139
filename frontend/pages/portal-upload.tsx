// Upload panel of an open batch: sends to the same API as scripts do.
import { render } from "preact";
import { askBeforeClosing } from "../parts/closing";
import type { Found } from "../portal/upload/collect";
import { Panel } from "../portal/upload/panel";
import { type Answer, type Attempt, Queue } from "../portal/upload/queue";
import { boot, csrfToken, translator } from "../portal/words";

interface Boot { readonly upload: string; readonly archive: string; readonly language: string }

const { upload, archive, language } = boot<Boot>();
const t = translator(language);

/** XMLHttpRequest and not fetch: only it tells how much has been sent. */
function send(files: readonly Found[], isArchive: boolean, progress: (bytes: number) => void): Attempt {
  const request = new XMLHttpRequest();
  const done = new Promise<Answer>((resolve) => {
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => resolve({ status: request.status, body: request.response as unknown }));
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => resolve({ status: 0, body: null }));
  });
  const form = new FormData();
  for (const { file, name } of files) {
    form.append(isArchive ? "file" : "files", file);
    if (!isArchive) form.append("names", name);
  }
  request.open("POST", isArchive ? archive : upload);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.send(form);
  return { done, abort: () => request.abort() };
}

const wait = (ms: number) => new Promise<void>((resolve) => {
  const timer = window.setTimeout(resolve, ms);
  window.addEventListener("online", () => { window.clearTimeout(timer); resolve(); }, { once: true });
});
const queue = new Queue(send, wait, (status) => status === 413 ? t("tooLarge") : t("failedServer", { status }));

// The rest of the page follows: at once, but not more than once in two seconds.
let told = 0;
queue.answered.subscribe(() => {
  if (told) return;
  told = window.setTimeout(() => { told = 0; document.body.dispatchEvent(new Event("refresh")); }, 2000);
});
askBeforeClosing(() => queue.busy.value && !queue.paused.value);
// A file dropped beside the panel must not replace the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());

const root = document.getElementById("upload");
if (root) {
  root.replaceChildren();
  render(<Panel queue={queue} t={t} />, root);
}
