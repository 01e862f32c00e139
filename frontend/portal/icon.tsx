/** One drawing of the page's icon file, whose address the template left in data-icons. */
export function Icon({ name }: { name: string }) {
  const href = document.querySelector("[data-icons]")?.getAttribute("data-icons") ?? "";
  return <svg class="icon" aria-hidden="true"><use href={`${href}#${name}`} /></svg>;
}
