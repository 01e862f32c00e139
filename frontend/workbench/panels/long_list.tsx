/** Entries to press; where there are more than keys, a field finds one by its name. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Chord } from "../commands/keys";
import { POOL } from "../commands/options";
import { type Findable, matches } from "../find/find";
import type { Translate } from "../i18n";
import { Find } from "./find";
import { optionList } from "./parts";
import { Rows } from "./rows";

/** From here on only the rows in sight are drawn, each on one line. */
const VERY_MANY = 100;
const ROW_PX = 36;

interface Props<T> {
  /** What the field finds. */
  label: string;
  entries: readonly T[];
  /** The entry to keep in sight. */
  current: unknown;
  /** A scale: its order says something. */
  ordered?: boolean;
  t: Translate;
  chordOf: (entry: T) => Chord | undefined;
  /** The entry's button. */
  option: (entry: T, chord: Chord | undefined) => ComponentChildren;
  onTake: (key: string) => void;
}

/** Those with a key first: a key that the person has given is read where it is looked for. */
function byKey<T>(entries: readonly T[], chordOf: Props<T>["chordOf"]): readonly T[] {
  const place = (entry: T): number => POOL.indexOf(chordOf(entry) ?? "");
  const keyed = entries.filter(chordOf).sort((a, b) => place(a) - place(b));
  return [...keyed, ...entries.filter((entry) => !chordOf(entry))];
}

export function LongList<T extends Findable>({ label, entries: all, current, ordered = false, t, chordOf, option, onTake }: Props<T>) {
  const wanted = useSignal("");
  const isLong = all.length > POOL.length;
  const entries = isLong && !ordered ? byKey(all, chordOf) : all;
  const left = wanted.value.trim() ? entries.filter((one) => matches(one, wanted.value)) : entries;
  const place = left.findIndex(({ key }) => key === current);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = list.current;
    const chosen = box?.children[place];
    if (!box || !(chosen instanceof HTMLElement)) return;
    const [top, bottom] = [chosen.offsetTop, chosen.offsetTop + chosen.offsetHeight];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }, [current, wanted.value, place]);
  const take = (): boolean => {
    const first = entries.find((one) => matches(one, wanted.peek()));
    if (first) onTake(first.key);
    return first !== undefined;
  };
  const row = (at: number) => {
    const one = left[at];
    return one && <li key={one.key}>{option(one, chordOf(one))}</li>;
  };
  return (
    <>
      {isLong && (
        <Find
          label={label}
          wanted={wanted.value}
          onInput={(text) => (wanted.value = text)}
          onTake={take}
        />
      )}
      {left.length > VERY_MANY ? (
        <div class="very-many">
          <Rows count={left.length} height={ROW_PX} place={place} row={row} />
        </div>
      ) : (
        <div class={`${optionList(left.length)} ${ordered ? "scale" : ""}`} ref={list}>
          {left.map((one) => option(one, chordOf(one)))}
          {left.length === 0 && <p class="faint">{t("findNone")}</p>}
        </div>
      )}
    </>
  );
}
