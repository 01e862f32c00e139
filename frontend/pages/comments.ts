// The page of comments: a click into the image chooses the object or the place that a new comment is about.
const picture = document.querySelector<SVGSVGElement>("#pinned");
const about = document.querySelector<HTMLSelectElement>("#about");
const mark = document.querySelector<SVGCircleElement>("#mark");
const place = document.querySelector<HTMLElement>("#place");
const x = document.querySelector<HTMLInputElement>("#x");
const y = document.querySelector<HTMLInputElement>("#y");

function show(): void {
  const value = about?.value ?? "";
  if (place) place.hidden = value !== "place";
  for (const field of [x, y]) if (field) field.required = value === "place";
  for (const object of picture?.querySelectorAll<SVGGElement>("[data-shape]") ?? []) {
    object.classList.toggle("chosen", value === `shape:${object.dataset["shape"] ?? ""}`);
  }
  const isPlaced = value === "place" && x?.value !== "" && y?.value !== "";
  mark?.setAttribute("visibility", isPlaced ? "visible" : "hidden");
  mark?.setAttribute("cx", x?.value || "0");
  mark?.setAttribute("cy", y?.value || "0");
}

picture?.addEventListener("click", (event) => {
  if (!about || !x || !y) return;
  const object = (event.target as Element).closest<SVGGElement>("[data-shape]");
  if (object) about.value = `shape:${object.dataset["shape"] ?? ""}`;
  else {
    const matrix = picture.getScreenCTM();
    if (!matrix) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    const { width, height } = picture.viewBox.baseVal;
    about.value = "place";
    x.value = String(Math.round(Math.min(Math.max(at.x, 0), width)));
    y.value = String(Math.round(Math.min(Math.max(at.y, 0), height)));
  }
  show();
  document.querySelector<HTMLTextAreaElement>("#words")?.focus();
});

for (const field of [about, x, y]) field?.addEventListener("input", show);
show();
