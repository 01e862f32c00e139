// Forms: a second press of the button does not send twice; data-confirm asks first; data-reveal shows
// a password; data-submits sends the form when its control changes; data-digits swaps the keyboard;
// data-prints prints the page.
const REST_MS = 10_000;

function busy(form: HTMLFormElement, submitter: HTMLElement | null): void {
  form.dataset["sent"] = "1";
  submitter?.setAttribute("aria-busy", "true");
  // An answer that is a download leaves this page standing.
  window.setTimeout(() => rest(form), REST_MS);
}

function rest(form: HTMLFormElement): void {
  delete form.dataset["sent"];
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const question = event.submitter?.dataset["confirm"] ?? form.dataset["confirm"];
  if (form.dataset["sent"] || (question && !window.confirm(question))) {
    event.preventDefault();
    return;
  }
  // A form that htmx sends is told to rest by htmx's own end of request.
  if (form.method !== "dialog" && form.method !== "get") busy(form, event.submitter);
}

function toggleSecret(button: HTMLElement): void {
  const field = document.getElementById(button.dataset["reveal"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  field.focus();
}

function toggleDigits(button: HTMLElement): void {
  const field = document.getElementById(button.dataset["digits"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const digits = field.inputMode !== "numeric";
  field.inputMode = digits ? "numeric" : "text";
  button.setAttribute("aria-pressed", String(digits));
  field.blur();
  field.focus();
}

export function wireForms(): void {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const secret = target.closest<HTMLElement>("[data-reveal]");
    if (secret) toggleSecret(secret);
    const digits = target.closest<HTMLElement>("[data-digits]");
    if (digits) toggleDigits(digits);
    if (target.closest("[data-prints]")) window.print();
  });
  document.addEventListener("change", (event) => {
    const control = event.target as HTMLInputElement;
    if (control.matches("[data-submits]")) control.form?.requestSubmit();
  });
  document.addEventListener("htmx:finally:request", (event) => {
    if (event.target instanceof HTMLFormElement) rest(event.target);
  });
  // A page that comes back from the browser's memory must be usable again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.querySelectorAll("form")) rest(form);
  });
}
