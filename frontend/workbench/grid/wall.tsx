/** The wall of small images, and beside it the options and what one key confirms. */
import { computed } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { toggleGrid } from "../commands/commands";
import { useCommands } from "../commands/more";
import { keyOf } from "../commands/keys";
import { optionId } from "../commands/options";
import { nameOf } from "../contract";
import type { Desk } from "../desk";
import { LongList } from "../panels/long_list";
import { Button, Kbd, Swatch } from "../panels/parts";
import { wallCommands } from "./commands";
import { type Cell, PAGE, Sheet } from "./sheet";
import { sayIn } from "./words";

/** Told apart on photographs and by most colour-blind eyes. */
const COLORS = ["#ffb000", "#648fff", "#dc267f", "#2ec4a0", "#fe6100", "#a87bff", "#d9e021", "#00b5e2"];

interface Props {
  desk: Desk;
  sheet: Sheet;
}

function nameIn({ desk, sheet }: Props, key: string | null): string {
  const option = sheet.question.options?.find((one) => one.key === key);
  return option ? nameOf(option, desk.language) : sayIn(desk.language)("unlabelled");
}

function colorIn({ question }: Sheet, key: string | null): string {
  const at = question.options?.findIndex((one) => one.key === key) ?? -1;
  return at < 0 ? "#888" : (COLORS[at % COLORS.length] ?? "#888");
}

function CellView({ desk, sheet, cell, at }: Props & { cell: Cell; at: number }) {
  const say = sayIn(desk.language);
  // Each cell hears of the frame only when it comes or goes.
  const state = useMemo(
    () =>
      computed(() => {
        const [from, to] = sheet.range.value;
        return `${at >= from && at <= to ? "chosen " : ""}${sheet.cursor.value === at ? "current" : ""}`;
      }),
    [sheet, at],
  ).value;
  const { value: label } = cell.label;
  const given = cell.given.value !== null;
  const name = cell.aside.value ? say("aside") : nameIn({ desk, sheet }, label);
  const spoken = given || label === null ? name : say("guessed", { label: name });
  return (
    <div
      id={`cell-${at}`}
      class={`cell ${state}${given ? " given" : ""}${cell.aside.value ? " aside" : ""}`}
      data-at={at}
      role="option"
      aria-selected={state.includes("chosen")}
      aria-label={say("cell", { n: at + 1, label: spoken })}
    >
      <img src={cell.held.image.thumb} alt="" draggable={false} onLoad={() => (cell.seen.value = true)} onError={() => desk.sync.refresh()} />
      <svg class="cell-mark" viewBox="0 0 4 4" aria-hidden="true">
        <rect width="4" height="4" fill={colorIn(sheet, label)} />
      </svg>
      <span class="cell-name">{name}</span>
    </div>
  );
}

/** Images in a row, as they are laid out. */
function columnsOf(wall: HTMLElement | null): number {
  const cells = [...(wall?.children ?? [])] as HTMLElement[];
  const top = cells[0]?.offsetTop;
  const next = cells.findIndex(({ offsetTop }) => offsetTop !== top);
  return Math.max(next < 0 ? cells.length : next, 1);
}

const cellAt = (x: number, y: number): number | null => {
  const at = document.elementFromPoint(x, y)?.closest<HTMLElement>(".cell")?.dataset["at"];
  return at === undefined ? null : Number(at);
};

const STEP_PX = 24;

/** Every image on the pointer's way, however fast it goes. */
function useSweep(sheet: Sheet) {
  const last = useRef<{ x: number; y: number } | null>(null);
  const lift = (): void => {
    if (last.current) sheet.lift();
    last.current = null;
  };
  return {
    onPointerDown(event: PointerEvent): void {
      const at = cellAt(event.clientX, event.clientY);
      if (at === null || event.button !== 0) return;
      last.current = { x: event.clientX, y: event.clientY };
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      if (event.shiftKey) sheet.move(at, true);
      else sheet.press(at);
    },
    onPointerMove(event: PointerEvent): void {
      const from = last.current;
      if (!from || event.shiftKey) return;
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      const steps = Math.max(Math.ceil(Math.hypot(dx, dy) / STEP_PX), 1);
      for (let n = 1; n <= steps; n++) {
        const at = cellAt(from.x + (dx * n) / steps, from.y + (dy * n) / steps);
        if (at !== null && at !== sheet.cursor.peek()) sheet.sweep(at);
      }
      last.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: lift,
    onPointerCancel: lift,
  };
}

function Options({ desk, sheet }: Props) {
  const keys = sheet.keys.value;
  return (
    <LongList
      label={desk.t("findOption")}
      entries={sheet.question.options ?? []}
      current={sheet.brush.value}
      t={desk.t}
      chordOf={({ key }) => keys.get(optionId(sheet.question.key, key))}
      option={(one, chord) => (
        <Button
          key={one.key}
          class="option"
          chord={chord}
          pressed={sheet.brush.value === one.key}
          onPress={() => sheet.arm(one.key)}
        >
          <Swatch color={colorIn(sheet, one.key)} />
          <span class="option-name">{nameOf(one, desk.language)}</span>
        </Button>
      )}
      onTake={(option) => sheet.label(option)}
    />
  );
}

function Side({ desk, sheet }: Props) {
  const say = sayIn(desk.language);
  const asides = sheet.asides.value.size;
  return (
    <aside class="panel" id="panel" aria-label={desk.t("panel")}>
      <div class="panel-body">
        <section>
          <h2>{nameOf(sheet.question, desk.language)}</h2>
          <Options desk={desk} sheet={sheet} />
        </section>
        <label class="field">
          <span class="label">{say("usual")}</span>
          <select class="input" value={sheet.usual.value ?? ""} onChange={({ currentTarget }) => sheet.setUsual(currentTarget.value || null)}>
            <option value="">{say("none")}</option>
            {sheet.question.options?.map((option) => (
              <option key={option.key} value={option.key}>
                {nameOf(option, desk.language)}
              </option>
            ))}
          </select>
        </label>
        <p class="faint">{say("usualHelp")}</p>
        <p class="faint">{say("help")}</p>
        {asides > 0 && <p role="status">{say("asides", { n: asides })}</p>}
      </div>
      <div class="panel-foot">
        <Button chord="Digit0" onPress={() => sheet.setAside()}>{say("setAside")}</Button>
        <Button class="bare" chord="Shift+KeyJ" onPress={() => toggleGrid(desk)}>{say("leave")}</Button>
        <Button class="primary submit" onPress={() => sheet.confirm()}>
          {say("confirm", { n: sheet.ready.value.length })} <Kbd chord="Enter" />
        </Button>
      </div>
    </aside>
  );
}

/** The next page's images are fetched while this one is being answered. */
function useNextPage(desk: Desk, sheet: Sheet): void {
  const coming = useRef<HTMLImageElement[]>([]);
  const held = desk.session.held.value;
  useEffect(() => {
    const shown = new Set(sheet.cells.peek().map((cell) => cell.held.assignment));
    const next = held.filter(({ assignment }) => !shown.has(assignment)).slice(0, PAGE);
    const known = new Map(coming.current.map((image) => [image.src, image]));
    coming.current = next.map(({ image: { thumb } }) => {
      const src = new URL(thumb, document.baseURI).href;
      return known.get(src) ?? Object.assign(new Image(), { src });
    });
  }, [held]);
}

function Closer({ desk, sheet }: Props) {
  const cell = sheet.cells.value[sheet.cursor.value];
  if (!sheet.closer.value || !cell) return null;
  return <img class="closer" src={cell.held.image.url} alt={nameIn({ desk, sheet }, cell.label.value)} />;
}

function Wall({ desk, sheet }: Props) {
  const say = sayIn(desk.language);
  const wall = useRef<HTMLDivElement>(null);
  const sweep = useSweep(sheet);
  useCommands(desk, () => wallCommands(desk, sheet, () => columnsOf(wall.current)), sheet.keys.value);
  useNextPage(desk, sheet);
  useLayoutEffect(() => wall.current?.focus({ preventScroll: true }), []);
  const cells = sheet.cells.value;
  const current = sheet.cursor.value;
  useEffect(() => wall.current?.children[current]?.scrollIntoView({ block: "nearest" }), [current, cells]);
  return (
    <main class="work" id="main">
      <h1 class="hidden-label">{say("wall", { n: cells.length, name: nameOf(sheet.question, desk.language) })}</h1>
      <div class="stage-frame wall-frame">
        <div
          class="wall"
          id="stage"
          ref={wall}
          tabIndex={0}
          role="listbox"
          aria-multiselectable="true"
          aria-activedescendant={cells.length > 0 ? `cell-${current}` : undefined}
          aria-label={say("wall", { n: cells.length, name: nameOf(sheet.question, desk.language) })}
          {...sweep}
        >
          {cells.map((cell, at) => (
            <CellView key={cell.held.assignment} desk={desk} sheet={sheet} cell={cell} at={at} />
          ))}
        </div>
        <Closer desk={desk} sheet={sheet} />
        {cells.length === 0 && <p class="hint">{sheet.onlyAsides.value ? say("onlyAsides", { key: keyOf("Shift+KeyJ") }) : desk.t("fetching")}</p>}
      </div>
      <Side desk={desk} sheet={sheet} />
    </main>
  );
}

export function WallView({ desk }: { desk: Desk }) {
  const sheet = useMemo(() => (desk.session.work.peek() ? new Sheet(desk) : null), [desk]);
  useEffect(() => () => sheet?.leave(), [sheet]);
  return sheet && <Wall desk={desk} sheet={sheet} />;
}
