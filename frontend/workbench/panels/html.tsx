/** The one door for HTML: the guide, which the server has made of Markdown. */
import { bringKept } from "../guides/kept";

export function SafeHtml({ html, lang }: { html: string; lang: string }) {
  return <div class="guide" lang={lang} onErrorCapture={bringKept} dangerouslySetInnerHTML={{ __html: html }} />;
}
