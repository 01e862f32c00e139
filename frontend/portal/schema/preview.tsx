// How the schema will look to an annotator: classes with their keys and colours, questions with options.
import { useState } from "preact/hooks";
import { CHOICES, type LabelClass, type Names, type Question } from "./spec";
import type { Store } from "./store";

const LANGUAGES = [["zh-hans", "中文"], ["en", "English"]] as const;

function spoken(names: Names | undefined, key: string, language: string): string {
  return names?.[language] || names?.["zh-hans"] || names?.["en"] || key;
}

function Ask({ one, language }: { one: Question; language: string }) {
  const said = spoken(one.names, one.key, language);
  if (one.kind === "checkbox") {
    return <label class="check"><input type="checkbox" disabled checked={one.default === true} />{said}</label>;
  }
  const options = CHOICES.has(one.kind) ? one.options ?? [] : [];
  return (
    <div class="stack tight">
      <span class="label">{said}{one.required && " *"}</span>
      <div class="row">
        {options.map((option, i) => <span class="button" key={i}>{i < 9 && <kbd class="kbd">{i + 1}</kbd>}{spoken(option.names, option.key, language)}</span>)}
        {one.kind === "number" && <input class="input number narrow-field" disabled placeholder={[one.minimum, one.maximum].map((n) => n ?? "").join(" – ")} />}
        {one.kind === "text" && <input class="input" disabled />}
      </div>
    </div>
  );
}

function Drawn({ one, index, language }: { one: LabelClass; index: number; language: string }) {
  return (
    <li class="stack tight">
      <span class="row"><kbd class="kbd">{index < 9 ? index + 1 : "–"}</kbd>
        <svg class="swatch" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill={one.color} /></svg>
        <strong>{spoken(one.names, one.key, language)}</strong></span>
      {(one.attributes ?? []).map((attribute, i) => <Ask one={attribute} language={language} key={i} />)}
    </li>
  );
}

export function Preview({ store }: { store: Store }) {
  const [language, setLanguage] = useState<string>("zh-hans");
  const { classes, tags } = store.spec.value;
  return (
    <section class="card stack tight" aria-label={store.t("preview")}>
      <div class="card-head"><h2>{store.t("preview")}</h2>
        <div class="segments" role="group">{LANGUAGES.map(([code, name]) => <button type="button" class="button" key={code} lang={code} aria-pressed={language === code} onClick={() => setLanguage(code)}>{name}</button>)}</div></div>
      {!classes.length && !tags.length && <p class="soft">{store.t("previewEmpty")}</p>}
      <ul class="plain stack tight">{classes.map((one, i) => <Drawn one={one} index={i} language={language} key={i} />)}</ul>
      {tags.map((one, i) => <Ask one={one} language={language} key={i} />)}
    </section>
  );
}
