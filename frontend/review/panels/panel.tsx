/** Beside the image: why it is disputed, the competing answers, the verdict and its details. */
import { type Language, nameOf, type Payload, type Question, type Value } from "../../workbench/contract";
import { translator } from "../../workbench/i18n";
import "../../workbench/i18n/both";
import { press } from "../../workbench/model/answer";
import { classOf } from "../../workbench/model/check";
import { Button, optionList } from "../../workbench/panels/parts";
import { QuestionField } from "../../workbench/panels/question";
import type { Bench } from "../bench";
import { type Candidate, equal, type Style } from "../candidates";
import type { Review } from "../review";
import { Talk } from "./talk";

interface Props {
  review: Review;
  bench: Bench;
}

function Line({ style }: { style: Style }) {
  return (
    <svg class="line-sample" viewBox="0 0 40 12" aria-hidden="true">
      <path class="line-back" d="M2 6H38" />
      <path d="M2 6H38" stroke={style.color} stroke-dasharray={style.dash.join(" ")} />
    </svg>
  );
}

function valueText(question: Question, value: Value | undefined, language: Language, open: string): string {
  if (value === undefined) return open;
  const name = (key: string): string => {
    const option = question.options?.find((one) => one.key === key);
    return option ? nameOf(option, language) : key;
  };
  if (Array.isArray(value)) return value.map((key) => name(String(key))).join("、") || open;
  if (typeof value === "boolean") return value ? "✓" : "✗";
  return name(String(value));
}

/** What an answer says, in a line: its boxes, and its tags where people differ. */
function Summary({ review, bench, payload, all }: Props & { payload: Payload; all: boolean }) {
  const { t, boot } = review;
  const boxes = payload.shapes.length;
  const groups = (bench.spec.tags ?? []).filter(({ key }) => all || bench.disputedTags.has(key) || bench.disputedTags.size === 0);
  return (
    <span class="summary">
      {bench.canDraw && <span>{boxes === 0 ? t("nothing") : boxes === 1 ? t("oneBox") : t("boxes", { n: boxes })}</span>}
      {groups.map((group) => (
        <span key={group.key} class={bench.disputedTags.has(group.key) ? "differs" : ""}>
          {valueText(group, payload.tags[group.key], boot.language, t("leftOpen"))}
        </span>
      ))}
    </span>
  );
}

function Answer({ review, bench, candidate, digit }: Props & { candidate: Candidate; digit: number }) {
  const { t } = review;
  const name = candidate.submission === null ? t("proposal") : t("answer", { letter: candidate.letter });
  const taken = equal(candidate.payload, bench.editor.document.value);
  return (
    <Button class="option answer" chord={digit < 10 ? `Digit${digit}` : undefined} pressed={taken} onPress={() => bench.pick(candidate)}>
      {bench.canDraw && <Line style={candidate.style} />}
      <span class="option-name">
        {name}
        <Summary review={review} bench={bench} payload={candidate.payload} all={false} />
      </span>
    </Button>
  );
}

function Answers({ review, bench }: Props) {
  const { t } = review;
  let digit = 0;
  return (
    <section>
      <h2>{t(review.boot.mends ? "yourAnswer" : "competing")}</h2>
      <div class="options">
        {bench.candidates.map((candidate) => (
          <Answer
            key={candidate.submission ?? "proposal"}
            review={review}
            bench={bench}
            candidate={candidate}
            digit={candidate.submission === null ? 0 : ++digit}
          />
        ))}
      </div>
      {bench.canDraw && (
        <div class="row toggles">
          <Button chord="KeyD" pressed={bench.differencesOnly.value} onPress={() => bench.toggle("differencesOnly")}>
            {t("differences")}
          </Button>
          <Button chord="KeyH" pressed={bench.overlaysHidden.value} onPress={() => bench.toggle("overlaysHidden")}>
            {t("hideOverlays")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Skips({ review, bench }: Props) {
  if (bench.dispute.skips.length === 0) return null;
  return (
    <section>
      <h2>{review.t("skippedBy")}</h2>
      <ul class="skips">
        {bench.dispute.skips.map(({ reason, note }, at) => (
          <li key={at}>
            {reason}
            {note && <span class="soft"> · {note}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const SHIFTED = [..."123456789"].map((digit) => `Shift+Digit${digit}`);

function Classes({ review, bench, chords }: Props & { chords: ReadonlyMap<string, string> }) {
  const { t, boot } = review;
  if (!bench.canDraw) return null;
  const selected = bench.editor.selected.value;
  const current = selected?.class ?? bench.shapeClass.value;
  return (
    <section>
      <h2>{t(selected ? "classOf" : "classNext")}</h2>
      <div class={optionList((bench.spec.classes ?? []).length)}>
        {(bench.spec.classes ?? []).map((one) => (
          <Button
            key={one.key}
            class="option"
            chord={chords.get(`class ${one.key}`)}
            pressed={one.key === current}
            onPress={() => bench.useClass(one.key)}
          >
            <span class="option-name">{nameOf(one, boot.language)}</span>
          </Button>
        ))}
      </div>
    </section>
  );
}

function Attributes({ review, bench }: Props) {
  const shape = bench.editor.selected.value;
  const shapeClass = shape && classOf(bench.spec, shape.class);
  const questions = shapeClass?.attributes ?? [];
  if (!shape || !shapeClass || questions.length === 0) return null;
  const set = (key: string, value: Value | null, settle: boolean): void => {
    const next = ({ ...attributes }: Record<string, Value>): Record<string, Value> => {
      if (value === null) delete attributes[key];
      else attributes[key] = value;
      return attributes;
    };
    bench.editor.update(shape.id, (one) => ({ ...one, attributes: next(one.attributes) }), { settle });
  };
  return (
    <section>
      <h2>{review.t("attributes", { name: nameOf(shapeClass, review.boot.language) })}</h2>
      {questions.map((question) => (
        <QuestionField
          key={`${shape.id} ${question.key}`}
          question={question}
          of="attribute"
          value={shape.attributes[question.key]}
          keys={new Map()}
          language={review.boot.language}
          t={translator(review.boot.language)}
          onPress={(option) => set(question.key, press(question, shape.attributes[question.key], option), true)}
          onType={(value) => set(question.key, value, false)}
          onTyped={() => bench.editor.settle()}
        />
      ))}
    </section>
  );
}

function Tags({ review, bench, chords }: Props & { chords: ReadonlyMap<string, string> }) {
  const { editor } = bench;
  return (
    <>
      {(bench.spec.tags ?? []).map((group) => (
        <div key={group.key} class={bench.disputedTags.has(group.key) ? "disputed" : ""}>
          <QuestionField
            key={`${bench.dispute.id} ${group.key}`}
            question={group}
            of="tag"
            value={editor.document.value.tags[group.key]}
            keys={chords}
            language={review.boot.language}
            t={translator(review.boot.language)}
            onPress={(option) => editor.setTag(group.key, press(group, editor.document.peek().tags[group.key], option))}
            onType={(value) => editor.setTag(group.key, value, { settle: false })}
            onTyped={() => editor.settle()}
          />
        </div>
      ))}
    </>
  );
}

function Foot({ review, bench }: Props) {
  const { t } = review;
  const asking = bench.asking.value;
  if (asking) {
    return (
      <div class="panel-foot asking" role="alertdialog">
        <p>{t(asking === "exclude" ? "confirmExclude" : "confirmEmpty")}</p>
        <Button onPress={() => (bench.asking.value = null)} chord="Escape">{t("back")}</Button>
        <Button class="danger submit" chord="Enter" onPress={() => review.accept()}>
          {t(asking === "exclude" ? "exclude" : "accept")}
        </Button>
      </div>
    );
  }
  return (
    <div class="panel-foot verdict">
      {!review.boot.mends && <div class="row">
        <Button chord="KeyS" onPress={() => review.later()}>{t("later")}</Button>
        <Button chord="KeyG" disabled={!bench.dispute.can_ask} onPress={() => review.ask()}>{t("ask")}</Button>
        <Button chord="KeyX" onPress={() => (bench.asking.value = "exclude")}>{t("exclude")}</Button>
      </div>}
      <Button class="primary submit" chord="Enter" onPress={() => review.accept()}>{t(review.boot.mends ? "send" : "accept")}</Button>
    </div>
  );
}

export function Panel({ review, bench }: Props) {
  const { t } = review;
  const picked = bench.picked.value;
  const source = !picked ? null : picked.submission === null ? t("proposal") : t("answer", { letter: picked.letter });
  const chords = new Map(review.options(bench).slice(0, 9).map(({ id }, at) => [id, SHIFTED[at] ?? ""]));
  return (
    <aside class="panel">
      <div class="panel-body">
        <p class="reason">{bench.dispute.reason_text}</p>
        <Skips review={review} bench={bench} />
        <Answers review={review} bench={bench} />
        <section class="mine" aria-live="polite">
          <h2>{t(review.boot.mends ? "asSent" : "yourVerdict")}</h2>
          <p>
            {source}
            {bench.isCorrected.value && <span class="corrected"> · {t("corrected")}</span>}
            <Summary review={review} bench={bench} payload={bench.editor.document.value} all={true} />
          </p>
        </section>
        <Classes review={review} bench={bench} chords={chords} />
        <Attributes review={review} bench={bench} />
        <Tags review={review} bench={bench} chords={chords} />
        <Talk review={review} bench={bench} />
      </div>
      <Foot review={review} bench={bench} />
    </aside>
  );
}

