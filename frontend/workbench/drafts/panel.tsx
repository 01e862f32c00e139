/** The draft beside the image: how much waits for a decision, and what can be decided. */
import { type Question, nameOf, type Value } from "../contract";
import type { Desk } from "../desk";
import { Button } from "../panels/parts";
import type { Stage } from "../view/stage";
import { decideOne, refuse, takeAndSend, takeToMend } from "./acts";
import { toggleVerify } from "./commands";
import { namesOf } from "./said";
import { sayIn } from "./words";

interface Props {
  desk: Desk;
  stage: Stage;
}

/** The suggested answers to the image's questions, each taken by a press. */
function Answers({ desk, stage }: Props) {
  const { editor, schema } = stage.work;
  const { tags } = editor.pending.value;
  const asked = (schema.spec.tags ?? []).flatMap((group): [Question, Value][] => {
    const value = tags[group.key];
    return value === undefined ? [] : [[group, value]];
  });
  return (
    <>
      {asked.map(([group, value]) => (
        <Button key={group.key} class="option suggested-answer" onPress={() => editor.setTag(group.key, value)}>
          <span class="option-name">
            {nameOf(group, desk.language)}: {namesOf(group, value, desk.language)}
          </span>
        </Button>
      ))}
    </>
  );
}

export function DraftPanel({ desk, stage }: Props) {
  const say = sayIn(desk.language);
  const { pending, selectedId } = stage.work.editor;
  const { shapes, tags } = pending.value;
  const n = shapes.length + Object.keys(tags).length;
  const chosen = shapes.find(({ id }) => id === selectedId.value);
  if (n === 0) return null;
  const title = say(stage.work.held.verify ? "draftsOfPerson" : "drafts");
  return (
    <section class="drafts" aria-label={title}>
      <h2>{title}</h2>
      <p role="status">{say("waiting", { n })}</p>
      <p class="faint">{say(stage.work.held.verify ? "helpOfPerson" : "help")}</p>
      <Answers desk={desk} stage={stage} />
      {shapes.length > 0 && (
        <div class="drafts-row">
          <Button chord="Shift+KeyY" onPress={() => decideOne(desk, true)}>{say("take")}</Button>
          <Button chord="Shift+KeyD" onPress={() => decideOne(desk, false)}>{say("leave")}</Button>
        </div>
      )}
      {chosen?.confidence !== undefined && (
        <p class="faint number">{say("sure", { share: `${Math.round(chosen.confidence * 100)} %` })}</p>
      )}
      <div class="drafts-row">
        <Button chord="Shift+KeyT" onPress={() => takeToMend(desk)}>{say("takeAll")}</Button>
        <Button chord="Shift+Delete" onPress={() => refuse(desk)}>{say("leaveAll")}</Button>
      </div>
      <Button class="block" chord="Shift+Enter" onPress={() => takeAndSend(desk)}>{say("send")}</Button>
      <Button class="bare" chord="Shift+KeyK" onPress={() => toggleVerify(desk)}>{say("verifyOn")}</Button>
    </section>
  );
}
