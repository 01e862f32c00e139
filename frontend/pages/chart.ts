// <lm-chart>: lines or bars over time, drawn by uPlot in the page's own colours.
//
//   <lm-chart kind="bars" label="Submissions an hour" unit="" src="/floor/throughput.json"></lm-chart>
//   <lm-chart label="..."><script type="application/json">{"times": [...], "series": [...]}</script></lm-chart>
//
// Data: {"times": [seconds since 1970], "series": [{"name": "...", "values": [number | null], "tone": "accent"}]}.
// With `src` the element fetches it, and again every `every` seconds (attribute) while the page is shown.
// A table with the same figures goes along for readers of screens and for printing.
import uPlot from "uplot";
import { options, table, type ChartData } from "../parts/plot";

class LabelmillChart extends HTMLElement {
  private plot: uPlot | undefined;
  private data: ChartData | undefined;
  private timer: number | undefined;
  private readonly sizes = new ResizeObserver(() => this.resize());
  private readonly theme = matchMedia("(prefers-color-scheme: dark)");
  private readonly redraw = (): void => this.draw();

  connectedCallback(): void {
    const inline = this.querySelector("script")?.textContent;
    if (inline) this.show(JSON.parse(inline) as ChartData);
    else void this.fetch();
    this.sizes.observe(this);
    this.theme.addEventListener("change", this.redraw);
    const every = Number(this.getAttribute("every") ?? 0);
    if (every > 0) this.timer = window.setInterval(() => void this.fetch(), every * 1000);
  }

  disconnectedCallback(): void {
    window.clearInterval(this.timer);
    this.sizes.disconnect();
    this.theme.removeEventListener("change", this.redraw);
    this.plot?.destroy();
  }

  private async fetch(): Promise<void> {
    const source = this.getAttribute("src");
    if (!source || document.hidden) return;
    try {
      const answer = await window.fetch(source, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) this.show((await answer.json()) as ChartData);
    } catch {
      // The line is down: the last picture stays, and the page itself says that it is offline.
    }
  }

  private show(data: ChartData): void {
    this.data = data;
    this.draw();
  }

  private draw(): void {
    if (!this.data) return;
    this.plot?.destroy();
    const picture = document.createElement("div");
    picture.setAttribute("aria-hidden", "true");
    this.replaceChildren(picture, table(this.data, this.getAttribute("label") ?? ""));
    const columns: uPlot.AlignedData = [this.data.times, ...this.data.series.map((one) => one.values)];
    this.plot = new uPlot(options(this, this.data), columns, picture);
  }

  private resize(): void {
    if (this.plot && this.clientWidth > 0 && this.plot.width !== this.clientWidth) {
      this.plot.setSize({ width: this.clientWidth, height: this.plot.height });
    }
  }
}

customElements.define("lm-chart", LabelmillChart);
