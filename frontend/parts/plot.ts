// What a chart looks like: colours from the tokens, grid of hairlines, clock of 24 hours.
import uPlot from "uplot";

export interface ChartSeries {
  name: string;
  values: (number | null)[];
  /** A colour token without its dashes: accent, good, info, bad. */
  tone?: string;
}
export interface ChartData {
  times: number[];
  series: ChartSeries[];
}

const TONES = ["accent", "info", "good", "bad"];
const HEIGHT = 220;

function colour(of: Element, token: string): string {
  return getComputedStyle(of).getPropertyValue(`--${token}`).trim();
}

function axes(of: Element): uPlot.Axis[] {
  const line = { stroke: colour(of, "line"), width: 1 };
  const font = `12px ${getComputedStyle(of).fontFamily}`;
  const common = { stroke: colour(of, "ink-soft"), font, grid: line, ticks: line };
  return [{ ...common, grid: { show: false } }, { ...common, size: 56 }];
}

export function options(of: HTMLElement, data: ChartData): uPlot.Options {
  const bars = of.getAttribute("kind") === "bars";
  const unit = of.getAttribute("unit") ?? "";
  const language = document.documentElement.lang;
  const clock = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hour12: false });
  const series: uPlot.Series[] = data.series.map((one, i) => {
    const stroke = colour(of, one.tone ?? TONES[i % TONES.length] ?? "accent");
    const shape = bars && uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.7, 48] }), fill: stroke } : {};
    return {
      label: one.name, stroke, width: bars ? 0 : 2, points: { show: false }, ...shape,
      value: (_plot: uPlot, value: number | null) => (value === null ? "–" : `${value.toLocaleString(language)}${unit}`),
    };
  });
  return {
    width: of.clientWidth || 600,
    height: Number(of.getAttribute("height") ?? HEIGHT),
    axes: axes(of),
    legend: { live: true },
    cursor: { points: { size: 7 }, drag: { setScale: false } },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high * 1.1, 1)] } },
    fmtDate: () => (date: Date) => date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false }),
    series: [{ label: "\u00a0", value: (_plot: uPlot, at: number | null) => (at === null ? "–" : clock.format(at * 1000)) }, ...series],
  };
}

/** The same figures as a table, hidden from sight but not from readers of screens. */
export function table(data: ChartData, label: string): HTMLTableElement {
  const element = document.createElement("table");
  element.className = "visually-hidden";
  element.createCaption().textContent = label;
  const head = element.createTHead().insertRow();
  head.insertCell();
  for (const one of data.series) head.insertCell().textContent = one.name;
  const body = element.createTBody();
  data.times.forEach((time, i) => {
    const row = body.insertRow();
    row.insertCell().textContent = new Date(time * 1000).toLocaleString(document.documentElement.lang);
    for (const one of data.series) row.insertCell().textContent = String(one.values[i] ?? "–");
  });
  return element;
}
