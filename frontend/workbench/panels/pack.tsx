/** Taking images along for hours without a line: how many, how far, until when, and giving them back. */
import type { Desk } from "../desk";
import { dayTime } from "../i18n";
import { SIZES } from "../pack/pack";
import { sayIn } from "./pack_words";
import { Button } from "./parts";

function Offer({ desk }: { desk: Desk }) {
  const say = sayIn(desk.language);
  return (
    <>
      <p class="pack-line">{say("packOffer")}</p>
      <div class="pack-sizes">
        {SIZES.map((size) => (
          <Button key={size} disabled={desk.chosenProject.value === null} onPress={() => desk.takePack(size)}>
            {say("packTake", { n: size })}
          </Button>
        ))}
      </div>
      <p class="faint">{say("packRule")}</p>
    </>
  );
}

/** How far the pack has come, in one sentence. */
function line(desk: Desk): string {
  const { pack, language } = desk;
  const say = sayIn(language);
  const row = pack.row.value;
  if (!row?.until) return say(desk.sync.state.value === "online" ? "packAsking" : "packAskingOffline");
  const left = pack.left.value.length;
  const until = dayTime(language, Date.parse(row.until));
  if (pack.ready.value === left) return say("packReady", { n: left, until });
  return say(pack.stalled.value ? "packStalled" : "packLoading", { n: pack.ready.value, of: left });
}

export function PackPanel({ desk }: { desk: Desk }) {
  const { pack } = desk;
  const say = sayIn(desk.language);
  const row = pack.row.value;
  if (!row) return <Offer desk={desk} />;
  const left = pack.left.value.length;
  const loading = row.until === null || pack.ready.value < left;
  return (
    <>
      <p class="pack-line" role="status">
        {line(desk)}
      </p>
      {loading && <progress class="pack-progress" max={Math.max(left, 1)} value={pack.ready.value} />}
      <Button onPress={() => pack.giveBack()}>{say("packGiveBack")}</Button>
    </>
  );
}

/** The same from within the work. */
export function PackMenu({ desk }: { desk: Desk }) {
  const { pack } = desk;
  const say = sayIn(desk.language);
  const row = pack.row.value;
  return (
    <details class="pack">
      <summary class="button bare" aria-label={say("packTitle")}>
        {row ? say("packShort", { n: pack.ready.value }) : say("packTitle")}
      </summary>
      <div class="pack-list">
        <PackPanel desk={desk} />
      </div>
    </details>
  );
}
