/** The classes to choose from. */
import type { Chord } from "../commands/keys";
import { type Language, nameOf, type ShapeClass } from "../contract";
import type { Translate } from "../i18n";
import { LongList } from "./long_list";
import { Button, Swatch } from "./parts";

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
  const option = (one: ShapeClass, chord: Chord | undefined) => {
    const name = nameOf(one, language);
    return (
      <Button key={one.key} class="option" chord={chord} pressed={one.key === current} onPress={() => onTake(one.key)}>
        <Swatch color={colors.get(one.key)} />
        <span class="option-name" title={name}>{name}</span>
      </Button>
    );
  };
  return (
    <section aria-label={t("classes")}>
      <h2>{t("classes")}</h2>
      <LongList
        label={t("findClass")}
        entries={classes}
        current={current}
        t={t}
        chordOf={({ key }) => keys.get(key)}
        option={option}
        onTake={onTake}
      />
    </section>
  );
}
