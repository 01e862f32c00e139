/** One question with its ways to answer: options to press, a number or a text to type. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Language, Question, Value } from "../contract";
import { nameOf } from "../contract";
import { optionId, POOL } from "../commands/options";
import { capOf, type Chord } from "../commands/keys";
import { HITS, matches } from "../find/find";
import type { Translate } from "../i18n";
import { typed } from "../model/answer";
import type { Branches } from "../model/tree";
import { later } from "./later";
import { Find } from "./find";
import { LongList } from "./long_list";
import { Button } from "./parts";

const Tree = later(() => import("./tree").then((module) => module.Tree));

interface Props {
  question: Question;
  /** "tag" or "attribute": the field's id begins with it. */
  of: string;
  value: Value | undefined;
  keys: ReadonlyMap<string, Chord>;
  language: Language;
  t: Translate;
  onPress: (option: string) => void;
  /** What is chosen already was found once more. */
  onAgain?: (option: string) => void;
  onType: (value: Value | null) => void;
  /** A piece of typing is complete. */
  onTyped: () => void;
  /** Of a tree: which level is open, and what opens another one. */
  branches?: Branches;
  onOpen?: (node: string | null) => void;
}

const isChosen = (value: Value | undefined, option: string): boolean =>
  Array.isArray(value) ? value.includes(option) : value === option;

function Options({ question, value, keys, language, t, onPress, onAgain }: Props) {
  const options = question.options ?? [];
  return (
    <LongList
      label={t("findOption")}
      entries={options}
      current={[value].flat().at(-1)}
      ordered={question.ordered === true}
      t={t}
      chordOf={({ key }) => keys.get(optionId(question.key, key))}
      option={(option, chord) => (
        <Button
          key={option.key}
          class="option"
          chord={chord}
          pressed={isChosen(value, option.key)}
          onPress={() => onPress(option.key)}
        >
          <span class="option-name" title={nameOf(option, language)}>{nameOf(option, language)}</span>
        </Button>
      )}
      onTake={(option) => (isChosen(value, option) ? onAgain?.(option) : onPress(option))}
    />
  );
}

/** A drop-down list: one line, however many options; the keys of the first ones stand behind their names. */
function Select(props: Props) {
  const { question, of, value, keys, language, t, onPress, onAgain, onType, onTyped } = props;
  const wanted = useSignal("");
  const options = question.options ?? [];
  const choose = (option: string): void => {
    wanted.value = "";
    if (option !== "") return onPress(option);
    onType(null);
    onTyped();
  };
  const take = (): boolean => {
    const first = options.find((option) => matches(option, wanted.peek()));
    if (first && isChosen(value, first.key)) onAgain?.(first.key);
    else if (first) choose(first.key);
    return first !== undefined;
  };
  const hits = wanted.value.trim() ? options.filter((option) => matches(option, wanted.value)).slice(0, HITS) : null;
  return (
    <>
      {options.length > POOL.length && (
        <Find
          label={t("findOption")}
          wanted={wanted.value}
          onInput={(text) => (wanted.value = text)}
          onTake={take}
        />
      )}
      {hits ? (
        <Options {...props} question={{ ...question, options: hits }} onPress={choose} />
      ) : (
        <select
          class="select"
          aria-labelledby={`${of}-${question.key}-name`}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <option value="">{t("choose")}</option>
          {options.map((option) => {
            const chord = keys.get(optionId(question.key, option.key));
            return (
              <option key={option.key} value={option.key}>
                {nameOf(option, language)}
                {chord ? ` (${capOf(chord)})` : ""}
              </option>
            );
          })}
        </select>
      )}
    </>
  );
}

const PAUSE_MS = 400;

/**
 * What is typed is taken over while typing, and settled as one step at a pause or on leaving the field.
 * The input keeps its own text ("1.0" on the way to "1.05"); it follows undo while it is not in use.
 */
function Field({ question, of, value, onType, onTyped, t }: Props) {
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const { minimum, maximum } = question;
  const number = question.kind === "number";
  const range = number && (minimum !== undefined || maximum !== undefined);
  const text = value === undefined ? "" : String(value);
  useLayoutEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = text;
  }, [text]);
  const take = (): void => {
    const written = input.current?.value ?? "";
    const taken = typed(question, written);
    input.current?.setAttribute("aria-invalid", String(taken === null && written.trim() !== ""));
    onType(taken);
    clearTimeout(pause.current);
    pause.current = setTimeout(onTyped, PAUSE_MS);
  };
  const leave = (): void => {
    clearTimeout(pause.current);
    onTyped();
  };
  const shared = {
    ref: input,
    "aria-labelledby": `${of}-${question.key}-name`,
    maxLength: 2000,
    autocomplete: "off",
    onInput: (event: InputEvent) => !event.isComposing && take(),
    onCompositionEnd: take,
    onBlur: leave,
  } as const;
  return (
    <>
      {/* Enter submits; Shift and Enter begin a new line of what is transcribed. */}
      {number ? <input class="input number" inputMode="decimal" {...shared} /> : <textarea class="textarea words" rows={1} {...shared} />}
      {range && <span class="faint number">{t("range", { low: minimum ?? "−∞", high: maximum ?? "∞" })}</span>}
    </>
  );
}

function Answer(props: Props) {
  const { question, value, keys, language, t, onPress, branches = {}, onOpen = () => {} } = props;
  if (question.kind === "number" || question.kind === "text") return <Field {...props} />;
  if (question.kind === "select") return <Select {...props} />;
  if (question.kind !== "tree") return <Options {...props} />;
  return <Tree question={question} value={value} keys={keys} language={language} t={t} branches={branches} onPress={onPress} onOpen={onOpen} />;
}

export function QuestionField(props: Props) {
  const { question, of, value, keys, language, t, onPress } = props;
  const id = `${of}-${question.key}`;
  const name = nameOf(question, language);
  if (question.kind === "checkbox") {
    return (
      <div class="question" id={id} tabIndex={-1}>
        <Button
          class="option"
          chord={keys.get(optionId(question.key, ""))}
          pressed={value === true}
          onPress={() => onPress("")}
        >
          <span class="option-name">{name}</span>
        </Button>
      </div>
    );
  }
  return (
    <div class="question" id={id} tabIndex={-1} role="group" aria-labelledby={`${id}-name`}>
      <h3 id={`${id}-name`}>
        {name}
        {question.required && <span class="must"> · {t("required")}</span>}
        {question.kind === "multiple" && <span class="faint"> · {t("severalAllowed")}</span>}
      </h3>
      <Answer {...props} />
    </div>
  );
}
