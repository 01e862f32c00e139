/** The classes to choose from; a list longer than the keys has a field to find one by its name. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { chooseClass } from "../commands/boxes";
import { POOL } from "../commands/options";
import { nameOf, type ShapeClass } from "../contract";
import type { Desk } from "../desk";
import type { Stage } from "../view/stage";
import { Button, optionList, Swatch } from "./parts";

/** By any of its names or its key, whatever the language of the page. */
export function matches({ key, names }: ShapeClass, wanted: string): boolean {
  const part = wanted.trim().toLowerCase();
  return [key, ...Object.values(names)].some((name) => name.toLowerCase().includes(part));
}

interface FindProps {
  desk: Desk;
  wanted: string;
  onInput: (wanted: string) => void;
  /** Enter: the first class that is left. */
  onTake: () => void;
}

function Find({ desk, wanted, onInput, onTake }: FindProps) {
  const leave = (): void => {
    onInput("");
    document.getElementById("stage")?.focus();
  };
  const key = (event: KeyboardEvent): void => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    // Here Enter chooses a class; it must not submit the image.
    event.preventDefault();
    if (event.key === "Enter") onTake();
    leave();
  };
  return (
    <input
      id="find-class"
      class="input find"
      value={wanted}
      placeholder={`${desk.t("findClass")}${matchMedia("(pointer: fine)").matches ? " (Ctrl+F)" : ""}`}
      aria-label={desk.t("findClass")}
      autocomplete="off"
      onInput={(event) => onInput(event.currentTarget.value)}
      onKeyDown={key}
    />
  );
}

export function Classes({ desk, stage }: { desk: Desk; stage: Stage }) {
  const wanted = useSignal("");
  const list = useRef<HTMLDivElement>(null);
  const all = stage.work.schema.spec.classes ?? [];
  const left = all.filter((one) => matches(one, wanted.value));
  const current = stage.work.editor.selected.value?.class ?? desk.shapeClass.value;
  useEffect(() => {
    const [box, chosen] = [list.current, list.current?.querySelector<HTMLElement>('[aria-pressed="true"]')];
    if (!box || !chosen) return;
    const [top, bottom] = [chosen.offsetTop, chosen.offsetTop + chosen.offsetHeight];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }, [current, wanted.value]);
  return (
    <section aria-label={desk.t("classes")}>
      <h2>{desk.t("classes")}</h2>
      {all.length > POOL.length && (
        <Find
          desk={desk}
          wanted={wanted.value}
          onInput={(text) => (wanted.value = text)}
          onTake={() => left[0] && chooseClass(desk, left[0].key)}
        />
      )}
      <div class={optionList(all.length)} ref={list}>
        {left.map((one) => (
          <Button
            key={one.key}
            class="option"
            chord={desk.optionKeys.value.classes.get(one.key)}
            pressed={one.key === current}
            onPress={() => chooseClass(desk, one.key)}
          >
            <Swatch color={stage.colors.get(one.key)} />
            <span class="option-name" title={nameOf(one, desk.language)}>{nameOf(one, desk.language)}</span>
          </Button>
        ))}
        {left.length === 0 && <p class="faint">{desk.t("findNone")}</p>}
      </div>
    </section>
  );
}
