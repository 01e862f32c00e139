/** The panel beside the image: classes, the selected box's details, the image's questions, the boxes. */
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import type { Desk } from "../desk";
import { nameOf, type Shape } from "../contract";
import { attributesOfSelected, pressAttribute, pressTag, setAttribute, submit } from "../commands/answer";
import { open } from "../commands/commands";
import { deleteShape } from "../commands/boxes";
import { attributeKeys } from "../commands/options";
import { boundsOf } from "../model/bounds";
import { classOf } from "../model/check";
import type { Stage } from "../view/stage";
import { Classes } from "./classes";
import { Button, Icon, Kbd, Swatch } from "./parts";
import { QuestionField } from "./question";

interface Props {
  desk: Desk;
  stage: Stage;
}

function Details({ desk, stage }: Props) {
  const shape = stage.work.editor.selected.value;
  const questions = attributesOfSelected(desk);
  const shapeClass = shape && classOf(stage.work.schema.spec, shape.class);
  if (!shape || !shapeClass || questions.length === 0) return null;
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
          onType={(value) => editor.setTag(group.key, value, { settle: false })}
          onTyped={() => editor.settle()}
        />
      ))}
    </>
  );
}

const ROW_PX = 36;
const ROWS_SHOWN = 40;

function Row({ desk, stage, shape, at }: Props & { shape: Shape; at: number }) {
  const shapeClass = classOf(stage.work.schema.spec, shape.class);
  const name = shapeClass ? nameOf(shapeClass, desk.language) : shape.class;
  const [, , width, height] = boundsOf(shape);
  const chosen = stage.work.editor.selectedId.value === shape.id;
  return (
    <li class={chosen ? "row-chosen" : ""}>
      <Button class="bare row-name" pressed={chosen} onPress={() => (stage.work.editor.selectedId.value = shape.id)}>
        <Swatch color={stage.colors.get(shape.class)} />
        <span class="option-name" title={name}>
          {at + 1} · {name}
        </span>
        <span class="faint number">
          {Math.round(width)}×{Math.round(height)}
        </span>
      </Button>
      <Button class="bare row-delete" label={desk.t("deleteBoxOf", { name })} onPress={() => deleteShape(desk, shape.id)}>
        <Icon name="trash" />
      </Button>
    </li>
  );
}

/** Only the rows in sight exist: the list costs the same with ten boxes and with ten thousand. */
function Boxes({ desk, stage }: Props) {
  const top = useSignal(0);
  const list = useRef<HTMLUListElement>(null);
  const { shapes } = stage.work.editor.document.value;
  const selected = stage.work.editor.selectedId.value;
  const place = shapes.findIndex(({ id }) => id === selected);
  useEffect(() => {
    const element = list.current?.parentElement;
    if (!element || place < 0) return;
    const y = place * ROW_PX;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + ROW_PX > element.scrollTop + element.clientHeight) element.scrollTop = y + ROW_PX - element.clientHeight;
  }, [place]);
  const from = Math.max(0, Math.floor(top.value / ROW_PX) - 8);
  const shown = shapes.slice(from, from + ROWS_SHOWN);
  return (
    <section class="boxes">
      <h2>{desk.t("boxes", { n: shapes.length })}</h2>
      {shapes.length === 0 && <p class="faint">{desk.t("noBoxes")}</p>}
      <div class="rows" onScroll={(event) => (top.value = event.currentTarget.scrollTop)}>
        <ul ref={list} style={{ height: `${shapes.length * ROW_PX}px`, paddingTop: `${from * ROW_PX}px` }}>
          {shown.map((shape, at) => (
            <Row key={shape.id} desk={desk} stage={stage} shape={shape} at={from + at} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Banner({ desk, stage }: Props) {
  const { refusal, held, corrects } = stage.work;
  return (
    <>
      {corrects && (
        <p class="notice info" role="status">
          <strong>{desk.t("correcting")}</strong> {desk.t("correctingHelp")}
        </p>
      )}
      {refusal && <p class="notice bad">{desk.t("refusedHere", { detail: refusal.detail })}</p>}
      {desk.session.lost.value.has(held.assignment) && <p class="notice warn">{desk.t("lostHere")}</p>}
    </>
  );
}

export function Panel({ desk, stage }: Props) {
  return (
    <aside class="panel" id="panel" aria-label={desk.t("panel")}>
      <div class="panel-body">
        <Banner desk={desk} stage={stage} />
        {stage.canDraw && <Classes desk={desk} stage={stage} />}
        {stage.canDraw && <Details desk={desk} stage={stage} />}
        <Tags desk={desk} stage={stage} />
        {stage.canDraw && <Boxes desk={desk} stage={stage} />}
      </div>
      <div class="panel-foot">
        <Button chord="KeyB" label={desk.t("cmdBack")} onPress={() => void desk.back()}>
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
