// The workbench in a frame, on the schema as it stands: what is drawn there, and whether it could be submitted.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { toast } from "../../parts/toasts";
import type { Language, Spec } from "../../workbench/contract";
import type { FromFrame, Picture, ToFrame, Verdict } from "../trial/contract";
import type { Key } from "../words";
import type { Store } from "./store";

/** With these the workbench can still be drawn: it shows the key where a name is missing. */
const HARMLESS = new Set<Key>(["fault_names", "fault_key_shape", "fault_range"]);
/** A word that is being typed is not followed letter by letter. */
const TYPING_MS = 300;
const UNTOUCHED: Verdict = { is: "verdict", answer: { tags: {}, shapes: [] }, problems: [], state: "untouched" };

/** A document of its own: no key that is typed here acts there, nor the other way round. */
function frameOf(language: Language): string {
  const { trialScript = "", panelStyles = "" } = document.getElementById("schema-editor")?.dataset ?? {};
  const { theme } = document.documentElement.dataset;
  const lang = language === "en" ? "en" : "zh-Hans";
  return `<!doctype html><html lang="${lang}"${theme ? ` data-theme="${theme}"` : ""}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Labelmill</title>
<link rel="stylesheet" href="${panelStyles}"></head>
<body><div id="workbench"></div><script type="module" src="${trialScript}"></script></body></html>`;
}

async function pictureOf(file: File): Promise<Picture> {
  const url = URL.createObjectURL(file);
  const image = Object.assign(new Image(), { src: url });
  try {
    await image.decode();
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
  return { url, name: file.name, width: image.naturalWidth, height: image.naturalHeight };
}

/** The last schema that could be drawn. */
function useDrawable(store: Store): { spec: Spec; waits: boolean } {
  const last = useRef<Spec>({});
  const waits = store.faults.value.some(({ code }) => !HARMLESS.has(code));
  if (!waits) last.current = store.spec.value as unknown as Spec;
  return { spec: last.current, waits };
}

/** Numbers stand side by side: an outline is one line. */
const written = (answer: unknown): string => JSON.stringify(answer, null, 2).replace(/\[[-\d.,\s]+\]/g, (numbers) => numbers.replace(/\s+/g, " "));

function Verdicted({ store, verdict: { state, problems, answer }, language }: { store: Store; verdict: Verdict; language: Language }) {
  const { t } = store;
  const tone = problems.length ? "warn" : state === "untouched" ? "info" : "good";
  return (
    <>
      <div class={`notice ${tone}`} role="status">
        {problems.length === 0 ? t(state === "submitted" ? "trySubmitted" : state === "begun" ? "tryFits" : "tryUntouched") : (
          <>{t("tryMissing")}<ul class="plain" lang={language === "en" ? "en" : "zh-Hans"}>{problems.map((problem, i) => <li key={i}>{problem}</li>)}</ul></>
        )}
      </div>
      <details><summary>{t("tryStored")}</summary><pre class="mono stored" tabIndex={0} role="region" aria-label={t("tryStored")}>{written(answer)}</pre></details>
    </>
  );
}

interface BenchProps {
  store: Store;
  /** One of the project's images, where it has any. */
  offered: Picture | null;
  language: Language;
}

export function Bench({ store, offered, language }: BenchProps) {
  const { t } = store;
  const { spec, waits } = useDrawable(store);
  const [picture, setPicture] = useState<Picture | null>(null);
  const [verdict, setVerdict] = useState(UNTOUCHED);
  const frame = useRef<HTMLIFrameElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const say = (word: ToFrame) => frame.current?.contentWindow?.postMessage(word, origin);
  const source = useMemo(() => frameOf(language), [language]);

  // Before the frame can have spoken.
  useLayoutEffect(() => {
    const hear = ({ source: from, data }: MessageEvent<FromFrame | null>) => {
      if (from !== frame.current?.contentWindow) return;
      if (data?.is === "verdict") setVerdict(data);
      if (data?.is !== "ready") return;
      say({ is: "begin", spec, language, picture, answer: verdict.state === "begun" ? verdict.answer : null });
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  });
  useEffect(() => {
    const timer = setTimeout(() => say({ is: "schema", spec }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [spec]);
  useEffect(() => () => { if (picture) URL.revokeObjectURL(picture.url); }, [picture]);

  const show = (next: Picture | null) => {
    if (next === picture) return;
    setVerdict(UNTOUCHED);
    setPicture(next);
  };
  const own = picture !== null && picture !== offered;
  const choose = (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (file) pictureOf(file).then(show, () => toast(t("tryUnreadable"), "bad", "picture"));
    // The same file may be chosen again.
    input.value = "";
  };
  return (
    <>
      <div class="row">
        <button type="button" class="button" aria-pressed={picture === null} onClick={() => show(null)}>{t("trySample")}</button>
        {offered && <button type="button" class="button" aria-pressed={picture === offered} onClick={() => show(offered)}>{t("tryProject")}</button>}
        <button type="button" class="button" aria-pressed={own} title={t("tryOwnHelp")} onClick={() => chooser.current?.click()}>{own ? picture.name : t("tryOwn")}</button>
        <input ref={chooser} type="file" accept="image/*" hidden onChange={(event) => choose(event.currentTarget)} />
        <p class="soft">{t("tryHelp")}</p>
      </div>
      <iframe key={`${language} ${picture?.url}`} ref={frame} class="schema-trial" title={t("tryFrame")} srcdoc={source} />
      {waits && <p class="notice warn" role="status">{t("tryWaits")}</p>}
      <Verdicted store={store} verdict={verdict} language={language} />
    </>
  );
}
