/** What the selected object belongs to: a parent, named by its number in the list, and a group. */
import { keyOf } from "../commands/keys";
import { setGroup, setParent } from "../commands/object_acts";
import { startRelating } from "../commands/objects";
import { LIMITS, type Shape } from "../contract";
import type { Desk } from "../desk";
import type { Stage } from "../view/stage";
import { Button } from "./parts";

interface Props {
  desk: Desk;
  stage: Stage;
  shape: Shape;
}

interface NumberProps {
  id: string;
  label: string;
  value: number | undefined;
  most: number;
  /** False: the number cannot be taken, and the field goes back to what it was. */
  onTake: (value: number | null) => boolean;
}

function NumberField({ id, label, value, most, onTake }: NumberProps) {
  const take = (event: { currentTarget: HTMLInputElement }): void => {
    const field = event.currentTarget;
    const text = field.value.trim();
    const number = Number(text);
    const fits = text === "" || (Number.isInteger(number) && number >= 1 && number <= most);
    if (!fits || !onTake(text === "" ? null : number)) field.value = value === undefined ? "" : String(value);
  };
  return (
    <label class="relation" for={id}>
      <span>{label}</span>
      <input id={id} class="input number" inputMode="numeric" autocomplete="off" value={value ?? ""} onChange={take} />
    </label>
  );
}

export function Relations({ desk, stage, shape }: Props) {
  const { editor } = stage.work;
  const { shapes } = editor.document.value;
  const { t } = desk;
  const place = shapes.findIndex(({ id }) => id === shape.parent);
  const relating = editor.relating.value;
  const parentAt = (number: number | null): boolean => setParent(desk, shape.id, number === null ? null : (shapes[number - 1]?.id ?? null));
  const groupTo = (number: number | null): boolean => {
    setGroup(desk, shape.id, number);
    return true;
  };
  return (
    <div class="relations">
      <NumberField id="relation-parent" label={t("parent")} value={place < 0 ? undefined : place + 1} most={shapes.length} onTake={parentAt} />
      <Button class="bare" hint={`${t("cmdParent")} (${keyOf("Shift+KeyU")})`} pressed={relating?.what === "parent"} onPress={() => startRelating(desk, "parent")}>
        {t("pick")}
      </Button>
      <NumberField id="relation-group" label={t("group")} value={shape.group} most={LIMITS.group} onTake={groupTo} />
      <Button class="bare" hint={`${t("cmdGroup")} (${keyOf("Shift+KeyG")})`} pressed={relating?.what === "group"} onPress={() => startRelating(desk, "group")}>
        {t("pick")}
      </Button>
      {relating && <p class="faint" role="status">{t(relating.what === "parent" ? "pickParent" : "pickGroup")}</p>}
    </div>
  );
}
