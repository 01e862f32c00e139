/** One question about the whole draft, one key for the answer. */
import { nameOf } from "../contract";
import type { Desk } from "../desk";
import { refuse, takeAndSend, takeToMend } from "../drafts/acts";
import { toggleVerify } from "../drafts/commands";
import { namesOf } from "../drafts/said";
import { sayIn } from "../drafts/words";
import { open } from "../commands/commands";
import { Button, Swatch } from "../panels/parts";
import type { Stage } from "../view/stage";

interface Props {
  desk: Desk;
  stage: Stage;
}

/** How many of each class, and the answers to the image's questions. */
function Suggested({ desk, stage }: Props) {
  const { spec } = stage.work.schema;
  const { shapes, tags } = stage.work.editor.pending.value;
  const counts = new Map<string, number>();
  for (const shape of shapes) counts.set(shape.class, (counts.get(shape.class) ?? 0) + 1);
  if (shapes.length === 0 && Object.keys(tags).length === 0) return <p>{sayIn(desk.language)(stage.work.held.verify ? "nothingOfPerson" : "nothing")}</p>;
  return (
    <ul class="verify-list">
      {[...counts].map(([key, count]) => (
        <li key={key}>
          <Swatch color={stage.colors.get(key)} /> {nameOf(spec.classes?.find((one) => one.key === key) ?? { key }, desk.language)}
          <span class="number"> × {count}</span>
        </li>
      ))}
      {(spec.tags ?? []).map((group) => {
        const value = tags[group.key];
        if (value === undefined) return null;
        return (
          <li key={group.key}>
            {nameOf(group, desk.language)}: <strong>{namesOf(group, value, desk.language)}</strong>
          </li>
        );
      })}
    </ul>
  );
}

export function Verify({ desk, stage }: Props) {
  const say = sayIn(desk.language);
  return (
    <aside class="panel" id="panel" aria-label={desk.t("panel")}>
      <div class="panel-body verify">
        {stage.work.held.verify && <p class="faint">{say("draftsOfPerson")}</p>}
        <h2>{say("question")}</h2>
        <Suggested desk={desk} stage={stage} />
        <Button class="large block primary" chord="KeyY" onPress={() => takeAndSend(desk)}>{say("yes")}</Button>
        <Button class="large block" chord="KeyN" onPress={() => refuse(desk)}>{say("no")}</Button>
        <Button class="large block" chord="KeyE" onPress={() => takeToMend(desk)}>{say("fix")}</Button>
      </div>
      <div class="panel-foot">
        <Button chord="KeyS" onPress={() => open(desk, "skip")}>{desk.t("skip")}</Button>
        <Button class="bare" chord="Shift+KeyK" onPress={() => toggleVerify(desk)}>{say("verifyOff")}</Button>
      </div>
    </aside>
  );
}
