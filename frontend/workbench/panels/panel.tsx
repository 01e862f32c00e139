/** The panel beside the image: classes, the selected box's details, the image's questions, the boxes. */
import type { Desk } from "../desk";
import { nameOf } from "../contract";
import { attributesOfSelected, noteChosen, openBranch, pressAttribute, pressTag, setAttribute, submit } from "../commands/answer";
import { chooseClass } from "../commands/boxes";
import { open, toggleGrid } from "../commands/commands";
import { keyOf } from "../commands/keys";
import { attributeKeys } from "../commands/options";
import { classOf, isSorting } from "../model/check";
import type { Stage } from "../view/stage";
import { ClassList } from "./classes";
import { later } from "./later";
import { Objects } from "./objects";
import { Button, Kbd } from "./parts";
import { QuestionField } from "./question";

interface Props {
  desk: Desk;
  stage: Stage;
}

const DraftPanel = later(() => import("../drafts/panel").then((module) => module.DraftPanel));
const Verify = later(() => import("../verify/panel").then((module) => module.Verify));

const Relations = later(() => import("./relations").then((module) => module.Relations));

function Classes({ desk, stage }: Props) {
  return (
    <ClassList
      classes={stage.work.schema.spec.classes ?? []}
      current={stage.work.editor.selected.value?.class ?? desk.shapeClass.value}
      keys={desk.optionKeys.value.classes}
      colors={stage.colors}
      language={desk.language}
      t={desk.t}
      onTake={(key) => chooseClass(desk, key)}
    />
  );
}

function Details({ desk, stage }: Props) {
  const shape = stage.work.editor.selected.value;
  const questions = attributesOfSelected(desk);
  const shapeClass = shape && classOf(stage.work.schema.spec, shape.class);
  if (!shape || !shapeClass) return null;
  const keys = attributeKeys(questions);
  return (
    <section>
      <h2>{desk.t("attributesOf", { name: nameOf(shapeClass, desk.language) })}</h2>
      {questions.map((question) => (
        <QuestionField
          // The box's id too: a text still being typed belongs to the box it was begun for.
          key={`${shape.id} ${question.key}`}
          question={question}
          of="attribute"
          value={shape.attributes[question.key]}
          keys={keys}
          language={desk.language}
          t={desk.t}
          onPress={(option) => pressAttribute(desk, question, option)}
          onType={(value) => setAttribute(desk, question.key, value, { settle: false })}
          onTyped={() => stage.work.editor.settle()}
        />
      ))}
      <Relations desk={desk} stage={stage} shape={shape} />
    </section>
  );
}

function Tags({ desk, stage }: Props) {
  const { editor, schema, held } = stage.work;
  return (
    <>
      {(schema.spec.tags ?? []).map((group) => (
        <QuestionField
          key={`${held.task} ${group.key}`}
          question={group}
          of="tag"
          value={editor.document.value.tags[group.key]}
          keys={desk.optionKeys.value.options}
          language={desk.language}
          t={desk.t}
          onPress={(option) => pressTag(desk, group, option)}
          onAgain={(option) => noteChosen(desk, group, option)}
          onType={(value) => editor.setTag(group.key, value, { settle: false })}
          onTyped={() => editor.settle()}
          branches={editor.branches.value}
          onOpen={(node) => openBranch(editor, group.key, node)}
        />
      ))}
    </>
  );
}

function Banner({ desk, stage }: Props) {
  const { refusal, held, corrects } = stage.work;
  return (
    <>
      {corrects && (
        <p class="notice info" role="status">
          <strong>{desk.t("correcting")}</strong> {desk.t("correctingHelp", { key: keyOf("KeyB") })}
        </p>
      )}
      {refusal && <p class="notice bad">{desk.t("refusedHere", { detail: refusal.detail })}</p>}
      {desk.session.lost.value.has(held.assignment) && <p class="notice warn">{desk.t("lostHere")}</p>}
    </>
  );
}

export function Panel({ desk, stage }: Props) {
  if (desk.verifying.value) return <Verify desk={desk} stage={stage} />;
  return (
    <aside class="panel" id="panel" aria-label={desk.t("panel")}>
      <div class="panel-body">
        <Banner desk={desk} stage={stage} />
        {stage.work.held.draft && <DraftPanel desk={desk} stage={stage} />}
        {stage.canDraw && <Classes desk={desk} stage={stage} />}
        {stage.canDraw && <Details desk={desk} stage={stage} />}
        <Tags desk={desk} stage={stage} />
        {!desk.boot.oneByOne && isSorting(stage.work.schema.spec) && (
          <Button class="bare" chord="Shift+KeyJ" onPress={() => toggleGrid(desk)}>
            {desk.t("cmdGrid")}
          </Button>
        )}
        {stage.canDraw && <Objects desk={desk} stage={stage} />}
      </div>
      <div class="panel-foot">
        <Button chord="KeyB" hint={desk.t("cmdBack")} onPress={() => void desk.back()}>
          {desk.t("back")}
        </Button>
        {stage.work.corrects ? (
          <Button onPress={() => desk.session.toTheTask()}>{desk.t("leaveCorrection")}</Button>
        ) : (
          <Button chord="KeyS" onPress={() => open(desk, "skip")}>
            {desk.t("skip")}
          </Button>
        )}
        <Button class="primary submit" onPress={() => submit(desk)}>
          {desk.t(stage.work.corrects ? "sendCorrection" : "submit")} <Kbd chord="Enter" />
        </Button>
      </div>
    </aside>
  );
}
