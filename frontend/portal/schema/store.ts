// The editor's one state: the spec with its past, and what the server said of the last try to save.
import { computed, signal } from "@preact/signals";
import { type Key, type Translate, translator } from "../words";
import { faultsOf } from "./check";
import type { Spec } from "./spec";

export interface ServerFault { readonly where: string; readonly detail: string }
const PAST = 200;

export function makeStore(start: Spec, language: string) {
  const t: Translate = translator(language);
  const spec = signal(start);
  const past = signal<readonly Spec[]>([]);
  const refused = signal<readonly ServerFault[]>([]);
  const faults = computed(() => faultsOf(spec.value));
  const words = computed(() => {
    const found = new Map<string, string>();
    for (const fault of refused.value) found.set(fault.where, fault.detail);
    for (const fault of faults.value) found.set(fault.where, t(fault.code as Key));
    return found;
  });

  function set(next: Spec): void {
    if (JSON.stringify(next) === JSON.stringify(spec.value)) return;
    past.value = [...past.value.slice(-PAST), spec.value];
    spec.value = next;
    refused.value = [];
  }

  function undo(): void {
    const before = past.value.at(-1);
    if (!before) return;
    past.value = past.value.slice(0, -1);
    spec.value = before;
    refused.value = [];
  }

  const kept = signal(JSON.stringify(start));
  const changed = computed(() => JSON.stringify(spec.value) !== kept.value);
  const saved = (): void => { kept.value = JSON.stringify(spec.value); };
  return { t, language, spec, past, refused, faults, words, changed, set, undo, saved };
}

export type Store = ReturnType<typeof makeStore>;
