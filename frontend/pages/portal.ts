// Portal pages: copy buttons, and dialogs that open again when their form came back with errors.
import { toast } from "../parts/toasts";

function copied(button: HTMLElement): void {
  toast(button.dataset["copied"] ?? "", "good", "copied");
}

async function copy(button: HTMLElement): Promise<void> {
  const field = document.getElementById(button.dataset["copy"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  field.select();
  // Without https the clipboard is closed to scripts; the older command still works on the selection.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy");
  copied(button);
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
  if (button) void copy(button);
});

for (const dialog of document.querySelectorAll<HTMLDialogElement>("dialog[data-open]")) dialog.showModal();
