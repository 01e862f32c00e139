// The upload panel: where files are dropped, how far they are, and what went wrong with which.
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../icon";
import type { Key, Translate } from "../words";
import { type Found, fromChooser, fromDrop, sort } from "./collect";
import type { Queue } from "./queue";

const SHOWN = 100;
const UNITS = ["B", "KB", "MB", "GB", "TB"];

function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power ? 1 : 0)} ${UNITS[power] ?? ""}`;
}

/** Bytes a second over the last half minute, and from it the time left. */
function usePace(queue: Queue): { rate: number; left: number } {
  const samples = useRef<{ at: number; bytes: number }[]>([]);
  const [pace, setPace] = useState({ rate: 0, left: 0 });
  useEffect(() => {
    const timer = window.setInterval(() => {
      const now = performance.now();
      samples.current = [...samples.current.filter((one) => now - one.at < 30_000), { at: now, bytes: queue.sentBytes.value }];
      const first = samples.current[0];
      const rate = first && now > first.at ? Math.max(0, (queue.sentBytes.value - first.bytes) / (now - first.at) * 1000) : 0;
      setPace({ rate, left: rate ? (queue.totals.value.bytes - queue.sentBytes.value) / rate : 0 });
    }, 1000);
    return () => window.clearInterval(timer);
  }, []);
  return pace;
}

function Progress({ queue, t }: { queue: Queue; t: Translate }) {
  const { rate, left } = usePace(queue);
  const { counts, totals, answered, busy, paused, offline, stopped } = queue;
  const share = totals.value.bytes ? queue.sentBytes.value / totals.value.bytes : 1;
  const time = left < 90 ? t("seconds", { n: Math.ceil(left) }) : t("minutes", { n: Math.ceil(left / 60) });
  const figure = (label: Key, n: number) => <><dt>{t(label)}</dt><dd class="number">{n.toLocaleString("en")}</dd></>;
  return (
    <div class="stack tight">
      <div class="progress"><span class="label">{busy.value ? t(paused.value ? "paused" : "sending") : ""}</span><span class="number">{t("sentOf", { done: answered.value, total: totals.value.files })}</span>
        <progress max={1} value={share} aria-label={t("sending")} /><span class="number">{t("bytesOf", { done: size(queue.sentBytes.value), total: size(totals.value.bytes) })}</span></div>
      {busy.value && <div class="row apart"><span class="soft number">{rate > 0 && !paused.value && <>{t("perSecond", { rate: size(rate) })} · {t("left", { time })}</>}</span>
        <button type="button" class="button" onClick={paused.value ? queue.goOn : queue.pause}><Icon name={paused.value ? "play" : "pause"} />{t(paused.value ? "goOn" : "pause")}</button></div>}
      {offline.value && busy.value && <p class="notice warn" role="status">{t("offline")}</p>}
      {stopped.value && <p class="notice bad" role="alert">{t(stopped.value)}</p>}
      {!busy.value && !stopped.value && <p class={`notice ${counts.value.failed + counts.value.refused ? "warn" : "good"}`} role="status">{counts.value.failed + counts.value.refused ? t("allSentBut", { n: counts.value.failed + counts.value.refused }) : t("allSent")}</p>}
      <dl class="facts inline">{figure("newFiles", counts.value.received)}{figure("already", counts.value.already)}{figure("refused", counts.value.refused)}{figure("failed", counts.value.failed)}</dl>
    </div>
  );
}

function Troubles({ queue, t }: { queue: Queue; t: Translate }) {
  const list = queue.troubles.value;
  if (!list.length) return null;
  return (
    <div class="stack tight">
      {queue.counts.value.failed > 0 && <div><button type="button" class="button primary" onClick={queue.retry}><Icon name="refresh" />{t("retry")}</button></div>}
      <div class="table-wrap"><table class="table dense"><tbody>
        {list.slice(0, SHOWN).map((one) => <tr key={one.name}><th scope="row">{one.name}</th><td><span class={`badge dot ${one.refused ? "bad" : "warn"}`}>{t(one.refused ? "refused" : "failed")}</span></td><td>{one.words}</td></tr>)}
      </tbody></table></div>
      {list.length > SHOWN && <p class="faint">{t("more", { n: list.length - SHOWN })}</p>}
    </div>
  );
}

export function Panel({ queue, t }: { queue: Queue; t: Translate }) {
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState(-1);
  const [others, setOthers] = useState<readonly string[]>([]);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const take = (found: readonly Found[]) => {
    const sorted = sort(found);
    setReading(-1);
    setOthers(sorted.others);
    if (sorted.images.length) queue.add(sorted.images);
    if (sorted.archives.length) queue.add(sorted.archives, true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!event.dataTransfer) return;
    setReading(0);
    fromDrop(event.dataTransfer, setReading).then(take, () => setReading(-1));
  };
  const chosen = (input: HTMLInputElement) => {
    if (input.files) take(fromChooser(input.files));
    input.value = "";
  };
  useEffect(() => folder.current?.setAttribute("webkitdirectory", ""), []);
  return (
    <div class="stack">
      <div class={over ? "dropzone over" : "dropzone"} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <Icon name="upload" />
        <h2>{t("dropHere")}</h2>
        <p class="soft">{t("dropHelp")}</p>
        <div class="row">
          <button type="button" class="button primary" onClick={() => files.current?.click()}>{t("chooseFiles")}</button>
          <button type="button" class="button" onClick={() => folder.current?.click()}>{t("chooseFolder")}</button>
        </div>
        <input ref={files} class="visually-hidden" tabIndex={-1} type="file" multiple aria-label={t("chooseFiles")} onChange={(event) => chosen(event.currentTarget)} />
        <input ref={folder} class="visually-hidden" tabIndex={-1} type="file" multiple aria-label={t("chooseFolder")} onChange={(event) => chosen(event.currentTarget)} />
        {reading >= 0 && <p role="status"><span class="spinner" /> {t("reading", { n: reading })}</p>}
      </div>
      {others.length > 0 && <p class="notice info">{t("skippedNames", { n: others.length, sample: others.slice(0, 3).join(", ") })}</p>}
      {queue.totals.value.files > 0 && <Progress queue={queue} t={t} />}
      <Troubles queue={queue} t={t} />
    </div>
  );
}
