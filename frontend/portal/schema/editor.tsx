// The label schema editor: classes, questions, their attributes and options, as cards of fields.
import { useEffect, useState } from "preact/hooks";
import { askBeforeClosing } from "../../parts/closing";
import type { Picture } from "../trial/contract";
import type { Key } from "../words";
import { Adder, Bound, Check, EntryTools, Field, moveKeys, Naming, Trouble } from "./fields";
import { Preview } from "./preview";
import { SkeletonFields } from "./skeleton";
import { ATTRIBUTE_KINDS, at, CHOICES, GEOMETRIES, type LabelClass, namesakes, newClass, newOption, newQuestion, type Option, type Path, place, put, type Question, TAG_KINDS, withGeometry, withKind } from "./spec";
import type { Store } from "./store";

interface Part { readonly store: Store; readonly path: Path; readonly index: number; readonly count: number }

/** In a tree each option may have finer ones below it. */
function Options({ store, path, options, tree = false }: { store: Store; path: Path; options: readonly Option[]; tree?: boolean }) {
  const make = () => newOption(namesakes(store.spec.value, path));
  return (
    <fieldset class="nested"><legend class="label">{store.t("options")}</legend>
      {options.map((option, i) => (
        <div class="stack tight wide" key={i}>
          <div class="entry" data-entry={place([...path, i])} onKeyDown={moveKeys({ store, path, index: i })}>
            <Naming store={store} path={[...path, i]} /><EntryTools store={store} path={path} index={i} count={options.length} />
          </div>
          <Trouble store={store} path={[...path, i]} />
          {tree && (option.options?.length
            ? <Options store={store} path={[...path, i, "options"]} options={option.options} tree />
            : <div class="below"><Adder store={store} path={[...path, i, "options"]} label="addBelow" make={make} /></div>)}
        </div>
      ))}
      <Trouble store={store} path={path} />
      <Adder store={store} path={path} label="addOption" make={make} />
    </fieldset>
  );
}

function QuestionFields({ store, path, kinds }: { store: Store; path: Path; kinds: readonly string[] }) {
  const question = at(store.spec.value, path) as Question;
  return (
    <>
      <Naming store={store} path={path} />
      <div class="row">
        <Field label={store.t("kind")}>
          <select class="select" value={question.kind} onChange={(event) => store.set(put(store.spec.value, path, withKind(question, event.currentTarget.value)))}>
            {kinds.map((kind) => <option value={kind} key={kind}>{store.t(kind as Key)}</option>)}
          </select>
        </Field>
        {question.kind === "checkbox" ? <Check store={store} path={[...path, "default"]} label="checkedFirst" /> : <Check store={store} path={[...path, "required"]} label="required" />}
        {question.kind === "single" && <Check store={store} path={[...path, "ordered"]} label="ordered" />}
        {question.kind === "tree" && <Check store={store} path={[...path, "leaves_only"]} label="leavesOnly" />}
        {question.kind === "number" && <><Bound store={store} path={[...path, "minimum"]} label="minimum" /><Bound store={store} path={[...path, "maximum"]} label="maximum" /></>}
      </div>
      {CHOICES.has(question.kind) && <Options store={store} path={[...path, "options"]} options={question.options ?? []} tree={question.kind === "tree"} />}
    </>
  );
}

function Attributes({ store, path, attributes }: { store: Store; path: Path; attributes: readonly Question[] }) {
  return (
    <fieldset class="nested"><legend class="label">{store.t("attributes")}</legend>
      {attributes.map((_, i) => (
        <div class="entry tall" key={i} data-entry={place([...path, i])} onKeyDown={moveKeys({ store, path, index: i })}>
          <div class="grow stack tight"><QuestionFields store={store} path={[...path, i]} kinds={ATTRIBUTE_KINDS} /></div>
          <EntryTools store={store} path={path} index={i} count={attributes.length} />
        </div>
      ))}
      <Adder store={store} path={path} label="addAttribute" make={() => newQuestion("checkbox", attributes)} />
    </fieldset>
  );
}

function ClassCard({ store, path, index, count }: Part) {
  const here = [...path, index];
  const one = at(store.spec.value, here) as LabelClass;
  return (
    <section class="card stack tight" data-entry={place([...path, index])} aria-label={store.t("classNumber", { n: index + 1 })} onKeyDown={moveKeys({ store, path, index })}>
      <div class="card-head"><kbd class="kbd">{index < 9 ? index + 1 : "–"}</kbd><h3>{store.t("classNumber", { n: index + 1 })}</h3><EntryTools store={store} path={path} index={index} count={count} /></div>
      <Naming store={store} path={here} />
      <div class="row">
        <Field label={store.t("color")} narrow>
          <input class="input" type="color" value={one.color} onInput={(event) => store.set(put(store.spec.value, [...here, "color"], event.currentTarget.value))} />
          <Trouble store={store} path={[...here, "color"]} />
        </Field>
        <fieldset class="field"><legend>{store.t("geometries")}</legend><div class="choices">
          {GEOMETRIES.map((kind) => (
            <label class="check" key={kind}><input type="checkbox" checked={one.geometries.includes(kind)}
              onChange={(event) => store.set(put(store.spec.value, here, withGeometry(one, kind, event.currentTarget.checked)))} /><span>{store.t(kind)}</span></label>
          ))}</div><Trouble store={store} path={[...here, "geometries"]} />
        </fieldset>
      </div>
      {one.geometries.includes("skeleton") && <SkeletonFields store={store} path={[...here, "skeleton"]} skeleton={one.skeleton} />}
      <Attributes store={store} path={[...here, "attributes"]} attributes={one.attributes ?? []} />
    </section>
  );
}

function TagCard({ store, path, index, count }: Part) {
  return (
    <section class="card stack tight" data-entry={place([...path, index])} aria-label={store.t("tagNumber", { n: index + 1 })} onKeyDown={moveKeys({ store, path, index })}>
      <div class="card-head"><h3>{store.t("tagNumber", { n: index + 1 })}</h3><EntryTools store={store} path={path} index={index} count={count} /></div>
      <QuestionFields store={store} path={[...path, index]} kinds={TAG_KINDS} />
    </section>
  );
}

function Form({ store }: { store: Store }) {
  const { classes, tags } = store.spec.value;
  return (
    <div class="stack loose">
      <Trouble store={store} path={[]} />
      <section class="stack"><h2>{store.t("classes")}</h2><p class="soft">{store.t("classesHelp")}</p>
        {classes.map((_, i) => <ClassCard key={i} store={store} path={["classes"]} index={i} count={classes.length} />)}
        <div><Adder store={store} path={["classes"]} label="addClass" make={() => newClass(store.spec.value)} /></div></section>
      <section class="stack"><h2>{store.t("tags")}</h2><p class="soft">{store.t("tagsHelp")}</p>
        {tags.map((_, i) => <TagCard key={i} store={store} path={["tags"]} index={i} count={tags.length} />)}
        <div><Adder store={store} path={["tags"]} label="addTag" make={() => newQuestion("single", tags)} /></div></section>
    </div>
  );
}

function Json({ store }: { store: Store }) {
  const [draft, setDraft] = useState(() => JSON.stringify(store.spec.value, null, 2));
  const [problem, setProblem] = useState("");
  const typed = (text: string) => {
    setDraft(text);
    try {
      const parsed: unknown = JSON.parse(text);
      const { classes, tags } = (parsed ?? {}) as Record<string, unknown>;
      if (!isEntries(classes) || !isEntries(tags)) return setProblem(store.t("jsonShape"));
      setProblem("");
      store.set(parsed as Store["spec"]["value"]);
    } catch (error) {
      setProblem(store.t("jsonBroken", { problem: (error as Error).message }));
    }
  };
  return (
    <div class="field"><label for="json">{store.t("jsonHelp")}</label>
      <textarea class="textarea mono" id="json" rows={30} spellcheck={false} value={draft} aria-invalid={problem !== ""} onInput={(event) => typed(event.currentTarget.value)} />
      {problem && <span class="error">{problem}</span>}
      {[...store.words.value].map(([where, words]) => <span class="error" key={where}><code>{where}</code> {words}</span>)}
    </div>
  );
}

/** A list of objects whose own lists are lists: enough for the form to draw without falling over. */
function isEntries(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry: unknown) => typeof entry === "object" && entry !== null
    && (!("skeleton" in entry) || isEntries((entry.skeleton as Record<string, unknown> | null)?.["points"]))
    && ["options", "attributes", "geometries"].every((name) => !(name in entry) || Array.isArray((entry as Record<string, unknown>)[name])));
}

interface EditorProps { store: Store; version: number; picture: Picture | null; save: () => Promise<void> }

export function Editor({ store, version, picture, save }: EditorProps) {
  const [view, setView] = useState<"edit" | "json">("edit");
  const [busy, setBusy] = useState(false);
  const [trying, setTrying] = useState(false);
  const { t, faults, refused, changed } = store;
  const wrong = faults.value.length + refused.value.length;
  useEffect(() => askBeforeClosing(() => changed.value), []);
  const press = () => { setBusy(true); void save().finally(() => setBusy(false)); };
  return (
    <div class={trying ? "schema-editor trying" : "schema-editor"}>
      <div class="stack">
        <div><div class="segments" role="group">
          {(["edit", "json"] as const).map((one) => <button type="button" class="button" key={one} aria-pressed={view === one} onClick={() => setView(one)}>{t(one)}</button>)}
        </div></div>
        {view === "edit" ? <Form store={store} /> : <Json store={store} />}
      </div>
      <aside class="stack sticky">
        <Preview store={store} picture={picture} trying={trying} onTry={setTrying} />
        <div class="card stack tight">
          <p role="status">{wrong ? t("faults", { n: wrong }) : changed.value ? t("noFaults") : t("unchanged")}</p>
          <div class="row"><button type="button" class="button primary" disabled={wrong > 0 || !changed.value} aria-busy={busy} onClick={press}>{t("save", { n: version + 1 })}</button>
            <button type="button" class="button" disabled={!store.past.value.length} onClick={store.undo}>{t("undo")}</button></div>
        </div>
      </aside>
    </div>
  );
}
