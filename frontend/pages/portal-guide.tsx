// Pictures of a project's guide, beside its two texts.
import { render } from "preact";
import { Panel, Shelf, type Text } from "../portal/guide/panel";
import { boot, translator } from "../portal/words";

interface Boot { readonly pictures: string; readonly language: string }

const { pictures, language } = boot<Boot>();
const t = translator(language);

const texts = ([["id_guide_zh", "intoZh"], ["id_guide_en", "intoEn"]] as const).flatMap(([id, name]): Text[] => {
  const field = document.getElementById(id);
  return field instanceof HTMLTextAreaElement ? [{ field, name }] : [];
});
// A file dropped beside the panel must not replace the page.
for (const name of ["dragover", "drop"] as const) {
  document.addEventListener(name, (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}

const root = document.getElementById("guide-pictures");
if (root) {
  root.replaceChildren();
  render(<Panel shelf={new Shelf(pictures, t)} texts={texts} t={t} />, root);
}
