/** The classes to choose from; a list longer than the keys has a field to find one by its name. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Chord } from "../commands/keys";
import { POOL } from "../commands/options";
import { type Language, nameOf, type ShapeClass } from "../contract";
import { matches } from "../find/find";
import type { Translate } from "../i18n";
import { Find } from "./find";
import { Button, optionList, Swatch } from "./parts";
import { Rows } from "./rows";

/** From here on only the rows in sight are drawn, each on one line. */
const VERY_MANY = 100;
const ROW_PX = 36;

interface Props {
  classes: readonly ShapeClass[];
  current: string;
  keys: ReadonlyMap<string, Chord>;
  colors: ReadonlyMap<string, string>;
  language: Language;
  t: Translate;
  onTake: (key: string) => void;
}

/** The same on the workbench and in the schema editor's preview. */
export function ClassList({ classes, current, keys, colors, language, t, onTake }: Props) {
  const wanted = useSignal("");
  const left = wanted.value.trim() ? classes.filter((one) => matches(one, wanted.value)) : classes;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const [box, chosen] = [list.current, list.current?.querySelector<HTMLElement>('[aria-pressed="true"]')];
    if (!box || !chosen) return;
    const [top, bottom] = [chosen.offsetTop, chosen.offsetTop + chosen.offsetHeight];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }, [current, wanted.value]);
  const option = (one: ShapeClass) => {
    const name = nameOf(one, language);
    return (
      <Button key={one.key} class="option" chord={keys.get(one.key)} pressed={one.key === current} onPress={() => onTake(one.key)}>
        <Swatch color={colors.get(one.key)} />
        <span class="option-name" title={name}>{name}</span>
      </Button>
    );
  };
  const row = (at: number) => {
    const one = left[at];
    return one && <li key={one.key}>{option(one)}</li>;
  };
  const keyHint = typeof matchMedia === "function" && matchMedia("(pointer: fine)").matches ? " (Ctrl+F)" : "";
  return (
    <section aria-label={t("classes")}>
      <h2>{t("classes")}</h2>
      {classes.length > POOL.length && (
        <Find
          id="find-class"
          label={t("findClass")}
          hint={keyHint}
          wanted={wanted.value}
          onInput={(text) => (wanted.value = text)}
          onTake={() => left[0] && onTake(left[0].key)}
        />
      )}
      {left.length > VERY_MANY ? (
        <div class="very-many">
          <Rows count={left.length} height={ROW_PX} place={left.findIndex(({ key }) => key === current)} row={row} />
        </div>
      ) : (
        <div class={optionList(left.length)} ref={list}>
          {left.map(option)}
          {left.length === 0 && <p class="faint">{t("findNone")}</p>}
        </div>
      )}
    </section>
  );
}
