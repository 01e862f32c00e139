// What annotators see: the workbench's own panel, drawn from the schema as it stands, to be tried out.
import { render, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { attributeKeys, type OptionKeys, optionKeys } from "../../workbench/commands/options";
import { type Language, nameOf, type Question, type ShapeClass, type Spec, type Value, type Values } from "../../workbench/contract";
import { loadWords, translator } from "../../workbench/i18n";
import { press } from "../../workbench/model/answer";
import { type Branches, levelOf, openPath, take } from "../../workbench/model/tree";
import { ClassList } from "../../workbench/panels/classes";
import { QuestionField } from "../../workbench/panels/question";
import type { Picture } from "../trial/contract";
import { fitting } from "../trial/fit";
import type { Store } from "./store";
import { Bench } from "./trial";

const LANGUAGES = [["zh-hans", "中文"], ["en", "English"]] as const;

/** Keeps the workbench's style sheet and the portal's out of each other's way. */
function Shadow({ children }: { children: ComponentChildren }) {
  const host = useRef<HTMLDivElement>(null);
  const sheet = document.getElementById("schema-editor")?.dataset["panelStyles"] ?? "";
  useLayoutEffect(() => {
    const root = host.current && (host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" }));
    if (root) render(<><link rel="stylesheet" href={sheet} />{children}</>, root);
  });
  return <div ref={host} class="schema-preview" />;
}

interface AskProps { questions: readonly Question[]; of: "tag" | "attribute"; keys: OptionKeys["options"]; language: Language; start?: Values; branches?: Branches; onOpen?: (branches: Branches) => void }

/** Questions that remember what is tried. */
function Ask({ questions, of, keys, language, start = {}, branches = {}, onOpen = () => {} }: AskProps) {
  const [values, setValues] = useState<Values>(start);
  const set = (key: string, value: Value | null) => setValues(({ [key]: _before, ...rest }) => (value === null ? rest : { ...rest, [key]: value }));
  const pressed = (question: Question, now: Value | undefined, option: string) => {
    if (question.kind !== "tree") return set(question.key, press(question, now, option));
    const { value, open } = take(question, now, option);
    onOpen({ ...branches, [question.key]: open });
    if (value !== undefined) set(question.key, value);
  };
  return (
    <>
      {questions.map((question, i) => {
        const now = fitting(question, values[question.key] ?? (of === "attribute" ? question.default : undefined));
        return (
          <QuestionField key={i} question={question} of={of} value={now} keys={keys} language={language} t={translator(language)}
            onPress={(option) => pressed(question, now, option)} onType={(value) => set(question.key, value)} onTyped={() => {}}
            branches={branches} onOpen={(node) => onOpen({ ...branches, [question.key]: node })} />
        );
      })}
    </>
  );
}

function PanelPreview({ spec, language }: { spec: Spec; language: Language }) {
  const [chosen, setChosen] = useState("");
  const [branches, setBranches] = useState<Branches>({});
  const classes = spec.classes ?? [];
  const current: ShapeClass | undefined = classes.find(({ key }) => key === chosen) ?? classes[0];
  const keys = optionKeys(spec, (tree) => levelOf(tree, openPath(tree, undefined, branches)));
  const colors = new Map(classes.map(({ key, color }) => [key, color ?? "#888888"]));
  const t = translator(language);
  return (
    <div class="panel panel-preview" lang={language === "en" ? "en" : "zh-Hans"}>
      <div class="panel-body">
        {classes.length > 0 && <ClassList classes={classes} current={current?.key ?? ""} keys={keys.classes} colors={colors} language={language} t={t} onTake={setChosen} />}
        {current && (current.attributes?.length ?? 0) > 0 && (
          <section>
            <h2>{t("attributesOf", { name: nameOf(current, language) })}</h2>
            <Ask key={current.key} questions={current.attributes ?? []} of="attribute" keys={attributeKeys(current.attributes ?? [])} language={language} />
          </section>
        )}
        <Ask questions={spec.tags ?? []} of="tag" keys={keys.options} language={language} branches={branches} onOpen={setBranches} />
      </div>
    </div>
  );
}

interface PreviewProps { store: Store; picture: Picture | null; trying: boolean; onTry: (trying: boolean) => void }

export function Preview({ store, picture, trying, onTry }: PreviewProps) {
  const { t } = store;
  const [language, setLanguage] = useState<Language>(store.language === "en" ? "en" : "zh-hans");
  const [ready, setReady] = useState(false);
  useEffect(() => void Promise.all(LANGUAGES.map(([code]) => loadWords(code))).then(() => setReady(true)), []);
  const spec = store.spec.value as unknown as Spec;
  const empty = !spec.classes?.length && !spec.tags?.length;
  return (
    <section class="card stack tight" aria-label={t("preview")}>
      <div class="card-head"><h2>{t("preview")}</h2>
        <div class="segments" role="group">{LANGUAGES.map(([code, name]) => <button type="button" class="button" key={code} lang={code} aria-pressed={language === code} onClick={() => setLanguage(code)}>{name}</button>)}</div>
        {trying && <button type="button" class="button" onClick={() => onTry(false)}>{t("tryEnd")}</button>}</div>
      {trying ? <Bench store={store} offered={picture} language={language} /> : (
        <>
          <p class="soft">{t(empty ? "previewEmpty" : "previewHelp")}</p>
          {!empty && <div><button type="button" class="button" onClick={() => onTry(true)}>{t("tryIt")}</button></div>}
          {ready && !empty && <Shadow><PanelPreview spec={spec} language={language} /></Shadow>}
        </>
      )}
    </section>
  );
}
