// Fields that know their place in the spec, so that a fault found by us or by the server shows beside them.
import type { ComponentChildren } from "preact";
import { Icon } from "../icon";
import type { Key } from "../words";
import { append, at, duplicate, move, type Path, place, put, removeAt, rename } from "./spec";
import type { Store } from "./store";

interface At { readonly store: Store; readonly path: Path }

export function Trouble({ store, path }: At) {
  const words = store.words.value.get(place(path));
  return words ? <span class="error" id={`e-${place(path)}`}>{words}</span> : null;
}

function marks({ store, path }: At) {
  const wrong = store.words.value.has(place(path));
  return wrong ? { "aria-invalid": true, "aria-describedby": `e-${place(path)}` } : {};
}

export function Field({ label, children, narrow }: { label: string; children: ComponentChildren; narrow?: boolean }) {
  return <label class={narrow ? "field narrow-field" : "field"}><span class="label">{label}</span>{children}</label>;
}

export function Text({ store, path, label, mono }: At & { label: Key; mono?: boolean }) {
  const value = String(at(store.spec.value, path) ?? "");
  return (
    <Field label={store.t(label)}>
      <input class={mono ? "input mono" : "input"} value={value} spellcheck={false} maxLength={mono ? 64 : 200} {...marks({ store, path })}
        onInput={(event) => store.set(put(store.spec.value, path, event.currentTarget.value))} />
      <Trouble store={store} path={path} />
    </Field>
  );
}

/** Names in both languages and the key, of anything that has them. */
export function Naming({ store, path }: At) {
  const names = (at(store.spec.value, path) as { names: Record<string, string> }).names ?? {};
  const where = [...path, "names"];
  const name = (language: string, label: Key) => (
    <Field label={store.t(label)}>
      <input class="input" lang={language === "en" ? "en" : "zh-Hans"} value={names[language] ?? ""} maxLength={200} {...marks({ store, path: where })}
        onInput={(event) => store.set(rename(store.spec.value, path, language, event.currentTarget.value))} />
    </Field>
  );
  return (
    <div class="naming">
      {name("zh-hans", "nameZh")}{name("en", "nameEn")}
      <Text store={store} path={[...path, "key"]} label="key" mono />
      <Trouble store={store} path={where} />
    </div>
  );
}

export function Check({ store, path, label }: At & { label: Key }) {
  return (
    <label class="check"><input type="checkbox" checked={at(store.spec.value, path) === true}
      onChange={(event) => store.set(put(store.spec.value, path, event.currentTarget.checked))} /><span>{store.t(label)}</span></label>
  );
}

export function Bound({ store, path, label }: At & { label: Key }) {
  const value = at(store.spec.value, path) as number | undefined;
  return (
    <Field label={store.t(label)} narrow>
      <input class="input number" type="number" step="any" value={value ?? ""} {...marks({ store, path })}
        onInput={(event) => store.set(put(store.spec.value, path, event.currentTarget.value === "" ? undefined : event.currentTarget.valueAsNumber))} />
      <Trouble store={store} path={path} />
    </Field>
  );
}

/** Move, duplicate, delete: of the entry `index` of the list at `path`. */
export function EntryTools({ store, path, index, count }: At & { index: number; count: number }) {
  const { t, spec, set } = store;
  const tool = (label: Key, name: string, act: () => void, off = false) => (
    <button type="button" class="button bare" aria-label={t(label)} title={t(label)} disabled={off} onClick={act}><Icon name={name} /></button>
  );
  return (
    <div class="row nowrap tools">
      {tool("up", "up", () => shift(store, path, index, -1), index === 0)}
      {tool("down", "down", () => shift(store, path, index, 1), index === count - 1)}
      {tool("duplicate", "copy", () => set(duplicate(spec.value, path, index)))}
      {tool("remove", "trash", () => set(removeAt(spec.value, path, index)))}
    </div>
  );
}

export function Adder({ store, path, label, make }: At & { label: Key; make: () => unknown }) {
  return (
    <button type="button" class="button" onClick={() => store.set(append(store.spec.value, path, make()))}>
      <Icon name="plus" />{store.t(label)}
    </button>
  );
}

/** Alt+Up and Alt+Down move the entry in which the keys are pressed. */
export function moveKeys({ store, path, index }: At & { index: number }) {
  return (event: KeyboardEvent) => {
    if (!event.altKey || event.isComposing || !["ArrowUp", "ArrowDown"].includes(event.code)) return;
    event.preventDefault();
    event.stopPropagation();
    shift(store, path, index, event.code === "ArrowUp" ? -1 : 1);
  };
}

/** Moves an entry, and the focus with it: the same control of the entry at its new place. */
function shift(store: Store, path: Path, index: number, by: -1 | 1): void {
  const focused = document.activeElement;
  const entry = focused?.closest<HTMLElement>(`[data-entry="${place([...path, index])}"]`);
  const position = entry && focused ? controls(entry).indexOf(focused as HTMLElement) : -1;
  store.set(move(store.spec.value, path, index, by));
  requestAnimationFrame(() => {
    const target = document.querySelector<HTMLElement>(`[data-entry="${place([...path, index + by])}"]`);
    if (target && position >= 0) nearest(controls(target), position)?.focus();
  });
}

function controls(entry: HTMLElement): HTMLElement[] {
  return [...entry.querySelectorAll<HTMLElement>("input, select, button, textarea")];
}

/** At either end of a list one arrow is switched off; the control after it does as well. */
function nearest(list: HTMLElement[], position: number): HTMLElement | undefined {
  return list.slice(position).find((one) => !one.matches(":disabled"));
}
