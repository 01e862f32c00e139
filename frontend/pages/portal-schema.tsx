// Label schema editor of a project; saving makes a new version through the API.
import { render } from "preact";
import { toast } from "../parts/toasts";
import { Editor } from "../portal/schema/editor";
import type { Spec } from "../portal/schema/spec";
import { makeStore, type ServerFault } from "../portal/schema/store";
import type { Picture } from "../portal/trial/contract";
import { boot, csrfToken } from "../portal/words";

interface Boot { readonly spec: Spec; readonly version: number; readonly save: string; readonly done: string; readonly language: string; readonly picture: Picture | null }
interface Problem { readonly detail?: string; readonly errors?: readonly ServerFault[] }

const { spec, version, save, done, language, picture } = boot<Boot>();
const store = makeStore(spec, language);

async function send(): Promise<void> {
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() };
  let answer: Response;
  try {
    answer = await fetch(save, { method: "POST", headers, body: JSON.stringify({ spec: store.spec.value }) });
  } catch {
    return toast(store.t("offline"), "bad", "save");
  }
  if (answer.ok) {
    store.saved();
    location.assign(done);
    return;
  }
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  store.refused.value = (problem.errors ?? []).map((fault) => ({ ...fault, where: fault.where.replace(/^spec\.?/, "") }));
  toast(problem.detail ?? store.t("failedServer", { status: answer.status }), "bad", "save");
}

const root = document.getElementById("schema-editor");
if (root) {
  root.replaceChildren();
  render(<Editor store={store} version={version} picture={picture} save={send} />, root);
}
