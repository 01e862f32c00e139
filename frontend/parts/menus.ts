// Menus (<details data-menu>) close by Escape, by a click outside and when focus leaves; dialogs open
// by a button with data-opens="<id of the dialog>" and close by one with data-closes.
function openMenus(): HTMLDetailsElement[] {
  return [...document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")];
}

function onClick(event: MouseEvent): void {
  const target = event.target as Element;
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
  const opener = target.closest<HTMLElement>("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset["opens"] ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  }
  if (target.closest("[data-closes]")) target.closest("dialog")?.close();
}

export function wireMenus(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
}
