/** The two screens of practice: the guide before it, and one's answer against the right one after each image. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { type Held, nameOf, type Option, type Payload, type Schema, type Value } from "../contract";
import type { Desk } from "../desk";
import { pathOf } from "../geometry/kinds";
import { SafeHtml } from "../panels/html";
import type { Practised } from "../session/practice";
import { PathText } from "../view/path_text";
import { answersOf, countsOf, type Feedback, fetchFeedback, isSent, nextOf, RETRY_MS } from "./feedback";
import { type Say, sayIn } from "./words";

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const GOOD = 0.95;
const FAIR = 0.8;

/** The only thing to do: it has the focus, so that Enter goes on. */
function Go({ onPress, children }: { onPress: () => void; children: ComponentChildren }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  return (
    <button type="button" class="button primary large" ref={button} onClick={onPress}>
      {children} <kbd class="kbd">↵</kbd>
    </button>
  );
}

export function Introduction({ desk, held, schema }: { desk: Desk; held: Held; schema: Schema }) {
  const say = sayIn(desk.language);
  const { guide_html: html } = desk.session.schemas.get(held.schema) ?? schema;
  return (
    <main class="start" id="main">
      <div class="start-card practice-card">
        <h1>{say("before")}</h1>
        <p>{say("beforeHelp")}</p>
        <div class="practice-guide" tabIndex={0}>
          {html ? <SafeHtml html={html} lang={desk.language} /> : <p class="soft">{say("noGuide")}</p>}
        </div>
        <Go onPress={() => desk.session.practice.introduce(held.project)}>{say("begin")}</Go>
      </div>
    </main>
  );
}

function Outlines({ payload, schema, kind, unit }: { payload: Payload; schema: Schema; kind: string; unit: number }) {
  const classes = new Map((schema.spec.classes ?? []).map((one) => [one.key, one]));
  return (
    <g class={kind}>
      {payload.shapes.map((shape) => {
        const edges = classes.get(shape.class)?.skeleton?.edges;
        const pen = new PathText();
        pathOf(shape, pen, { unit, ...(edges && { edges }) });
        return <path key={shape.id} d={pen.text} />;
      })}
    </g>
  );
}

function Picture({ practised, feedback }: { practised: Practised; feedback: Feedback | null }) {
  const { image } = practised.held;
  const unit = Math.max(image.width, image.height) / 900;
  return (
    <svg class="practice-picture" viewBox={`0 0 ${image.width} ${image.height}`} role="img" aria-label={image.name}>
      <image href={feedback?.image ?? image.url} width={image.width} height={image.height} />
      {feedback && <Outlines payload={feedback.right} schema={practised.schema} kind="right" unit={unit} />}
      <Outlines payload={practised.payload} schema={practised.schema} kind="yours" unit={unit} />
    </svg>
  );
}

/** A tree's choices with those below them. */
const flatten = (options: readonly Option[] = []): Option[] => options.flatMap((one) => [one, ...flatten(one.options)]);

function Answers({ desk, practised, right, say }: { desk: Desk; practised: Practised; right: Payload; say: Say }) {
  const groups = new Map((practised.schema.spec.tags ?? []).map((one) => [one.key, one]));
  const said = (group: string, value: Value | undefined): string => {
    const options = flatten(groups.get(group)?.options);
    const word = (key: string): string => nameOf(options.find((one) => one.key === key) ?? { key }, desk.language);
    return [value ?? []].flat().map((one) => word(String(one))).join(", ") || say("nothing");
  };
  const classes = new Map((practised.schema.spec.classes ?? []).map((one) => [one.key, one]));
  const answered = answersOf(practised.payload, right).map(({ key, yours, right }) => ({
    key,
    name: nameOf(groups.get(key) ?? { key }, desk.language),
    yours: said(key, yours),
    right: said(key, right),
  }));
  const drawn = countsOf(practised.payload, right).map(({ key, yours, right }) => ({
    key: `class ${key}`,
    name: nameOf(classes.get(key) ?? { key }, desk.language),
    yours: `×${yours}`,
    right: `×${right}`,
  }));
  const rows = [...drawn, ...answered];
  if (rows.length === 0) return null;
  return (
    <table class="practice-table">
      <thead>
        <tr>
          <th scope="col" />
          <th scope="col">{say("yours")}</th>
          <th scope="col">{say("right")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} class={row.yours === row.right ? "" : "practice-differs"}>
            <th scope="row">{row.name}</th>
            <td>{row.yours}</td>
            <td>{row.right}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Verdict({ desk, practised, feedback, say }: { desk: Desk; practised: Practised; feedback: Feedback; say: Say }) {
  const { score, standing, right } = feedback;
  const word = score >= GOOD ? "perfect" : score >= FAIR ? "near" : "far";
  const next = nextOf(standing);
  const shapes = right.shapes.length + practised.payload.shapes.length;
  return (
    <>
      <h1 class={`practice-${word}`}>{say(word)}</h1>
      <dl class="figures">
        <div>
          <dt>{say("match")}</dt>
          <dd class="number">{percent(score)}</dd>
        </div>
        {standing.mean !== null && (
          <div>
            <dt>{say("mean", { n: standing.counted })}</dt>
            <dd class="number">{percent(standing.mean)}</dd>
          </div>
        )}
        {standing.mark !== null && (
          <div>
            <dt>{say("needed")}</dt>
            <dd class="number">{percent(standing.mark)}</dd>
          </div>
        )}
      </dl>
      {shapes > 0 && (
        <p class="practice-legend">
          <span class="yours">{say("yours")}</span>
          <span class="right">{say("right")}</span>
        </p>
      )}
      <Answers desk={desk} practised={practised} right={right} say={say} />
      <p>{say(next, { n: standing.needed - standing.counted })}</p>
    </>
  );
}

export function Compared({ desk, practised }: { desk: Desk; practised: Practised }) {
  const say = sayIn(desk.language);
  const [feedback, setFeedback] = useState<Feedback | null | "offline">("offline");
  const [asked, setAsked] = useState(false);
  const sent = isSent(desk, practised);
  useEffect(() => {
    if (!sent) return;
    let timer = 0;
    let left = false;
    const ask = async (): Promise<void> => {
      const found = await fetchFeedback(desk.boot.urls.practice, practised.submission);
      if (left) return;
      setFeedback(found);
      setAsked(true);
      if (found === "offline") timer = window.setTimeout(() => void ask(), RETRY_MS);
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [sent]);
  const there = feedback === "offline" ? null : feedback;
  const goOn = (): void => void (desk.session.practice.shown.value = null);
  const isDown = desk.sync.state.value !== "online" || (asked && feedback === "offline");
  return (
    <main class="work practice-room" id="main">
      <div class="practice-stage">
        <Picture practised={practised} feedback={there} />
      </div>
      <aside class="practice-panel" aria-live="polite">
        <p class="label">{say("practice")}</p>
        {there ? (
          <Verdict desk={desk} practised={practised} feedback={there} say={say} />
        ) : feedback === null ? (
          <p>{say("gone")}</p>
        ) : (
          <p class="fetching">
            <span class="spinner" /> {say(isDown ? "waiting" : "comparing")}
          </p>
        )}
        {feedback !== "offline" && <Go onPress={goOn}>{say("next")}</Go>}
      </aside>
    </main>
  );
}
