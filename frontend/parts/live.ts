// htmx: the CSRF token, honest words when the line is down, and the way to the sign-in page when the
// session is over (a fragment must never be replaced by that page).
import { dropToast, phrase, toast } from "./toasts";

interface RequestContext {
  request: { method: string; headers: Record<string, string> };
  response?: { raw: Response };
}

const SIGN_IN = "/sign-in";

function context(event: Event): RequestContext {
  return (event as CustomEvent<{ ctx: RequestContext }>).detail.ctx;
}

function token(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

function onConfigure(event: Event): void {
  const { request } = context(event);
  const reads = request.method === "GET";
  // Nobody looks at a hidden page: what polls waits until it is shown again.
  if (reads && document.hidden) {
    event.preventDefault();
    return;
  }
  if (!reads) request.headers["X-CSRFToken"] = token();
}

function onResponse(event: Event): void {
  const response = context(event).response?.raw;
  if (!response) return;
  if (response.redirected && new URL(response.url).pathname === SIGN_IN) {
    event.preventDefault();
    location.assign(`${SIGN_IN}?next=${encodeURIComponent(location.pathname + location.search)}`);
    return;
  }
  online();
  if (response.status >= 500) {
    event.preventDefault();
    toast(phrase("failed"), "bad", "failed");
  } else {
    dropToast("failed");
  }
}

function offline(): void {
  document.body.dataset["offline"] = "";
  toast(phrase("offline"), "warn", "line");
}

function online(): void {
  if (!("offline" in document.body.dataset)) return;
  delete document.body.dataset["offline"];
  toast(phrase("online"), "good", "line");
}

export function wireHtmx(): void {
  document.addEventListener("htmx:config:request", onConfigure);
  document.addEventListener("htmx:before:response", onResponse);
  document.addEventListener("htmx:error", (event) => {
    if ((event as CustomEvent<{ error: unknown }>).detail.error instanceof TypeError) offline();
  });
  window.addEventListener("offline", offline);
  window.addEventListener("online", online);
}
