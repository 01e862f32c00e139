/** The one door for HTML: the guide, which the server has sanitised before it was stored. */
export function SafeHtml({ html, lang }: { html: string; lang: string }) {
  return <div class="guide" lang={lang} dangerouslySetInnerHTML={{ __html: html }} />;
}
