/** A question whose options are a tree: the way down to the open level, its options, a field to find any. */
import { useSignal } from "@preact/signals";
import type { Chord } from "../commands/keys";
import { optionId, UP } from "../commands/options";
import { type Language, nameOf, type Option, type Question, type Value } from "../contract";
import { HITS, matches } from "../find/find";
import type { Translate } from "../i18n";
import { type Branches, levelOf, openPath, pathTo } from "../model/tree";
import { Find } from "./find";
import { Button, optionList } from "./parts";

interface Props {
  question: Question;
  value: Value | undefined;
  keys: ReadonlyMap<string, Chord>;
  language: Language;
  t: Translate;
  branches: Branches;
  onPress: (node: string) => void;
  onOpen: (node: string | null) => void;
}

/** From here on a person would rather type than walk. */
const MANY = 24;

interface Hit {
  readonly node: Option;
  readonly path: readonly Option[];
}

function allNodes(options: readonly Option[], path: readonly Option[] = []): Hit[] {
  return options.flatMap((node) => [{ node, path }, ...allNodes(node.options ?? [], [...path, node])]);
}

export function Tree({ question, value, keys, language, t, branches, onPress, onOpen }: Props) {
  const wanted = useSignal("");
  const path = openPath(question, value, branches);
  const chosen = typeof value === "string" ? pathTo(question.options ?? [], value) : [];
  const nodes = allNodes(question.options ?? []);
  const hits = wanted.value.trim() ? nodes.filter(({ node }) => matches(node, wanted.value)).slice(0, HITS) : null;
  const shown: readonly Hit[] = hits ?? levelOf(question, path).map((node) => ({ node, path: [] }));
  const up = path.at(-2)?.key ?? null;
  const press = (node: Option): void => {
    wanted.value = "";
    onPress(node.key);
  };
  const take = (): boolean => {
    const first = nodes.find(({ node }) => matches(node, wanted.peek()));
    if (first) press(first.node);
    return first !== undefined;
  };
  return (
    <>
      {chosen.length > 0 && <p class="tree-answer">{chosen.map((node) => nameOf(node, language)).join(" › ")}</p>}
      {nodes.length > MANY && (
        <Find
          label={t("findOption")}
          wanted={wanted.value}
          onInput={(text) => (wanted.value = text)}
          onTake={take}
        />
      )}
      {!hits && path.length > 0 && (
        <Button class="bare tree-up" chord={UP} onPress={() => onOpen(up)}>
          <span class="option-name">‹ {path.map((node) => nameOf(node, language)).join(" › ")}</span>
        </Button>
      )}
      <div class={optionList(shown.length)}>
        {shown.map(({ node, path: way }) => (
          <Button
            key={node.key}
            class="option"
            chord={hits ? undefined : keys.get(optionId(question.key, node.key))}
            pressed={chosen.some(({ key }) => key === node.key)}
            onPress={() => press(node)}
          >
            <span class="option-name">
              {nameOf(node, language)}
              {way.length > 0 && <span class="faint"> · {way.map((one) => nameOf(one, language)).join(" › ")}</span>}
            </span>
            {node.options?.length ? <span aria-hidden="true">›</span> : null}
          </Button>
        ))}
        {hits?.length === 0 && <p class="faint">{t("findNone")}</p>}
      </div>
    </>
  );
}
