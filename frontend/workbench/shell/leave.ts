/** Signing out. Nothing is deleted: what is not yet sent stays on this computer, for its person alone. */
import type { Desk } from "../desk";
import { csrfToken } from "../sync/wire";
import { setCookie } from "./cookie";
import { forgetBoot } from "./memory";

/** A line that hangs ends its exchange by itself, but later than who wants to leave would wait. */
export const LEAVE_AFTER_MS = 10_000;
/** After this the session has ended by itself (SESSION_COOKIE_AGE in annotator/settings.py). */
const SESSION_S = 12 * 3600;

const flush = (desk: Desk): Promise<unknown> =>
  Promise.race([desk.sync.flush(), new Promise((done) => setTimeout(done, LEAVE_AFTER_MS))]);

const isOffline = ({ sync }: Desk): boolean => sync.state.peek() === "offline";

/** Leaves when everything is sent; otherwise asks first, and gives nothing back before that is answered. */
export async function leave(desk: Desk): Promise<void> {
  desk.session.pause();
  // Also with nothing to send: it tells whether there is a line.
  await flush(desk);
  if (desk.outbox.unsent > 0 || isOffline(desk)) desk.dialog.value = "leave";
  else await signOut(desk);
}

/** Without a line the page is closed to whoever comes next, and the first request that gets through ends the session. */
export async function signOut(desk: Desk): Promise<void> {
  desk.session.release();
  if (!isOffline(desk)) await flush(desk);
  desk.sync.stop();
  forgetBoot();
  if (!isOffline(desk)) return post(desk);
  // annotator/middleware.py reads it; somebody who signs in meanwhile has another token.
  setCookie("left", csrfToken(desk.boot), { path: "/", ageS: SESSION_S });
  location.reload();
}

function post(desk: Desk): void {
  const form = document.createElement("form");
  form.method = "post";
  form.action = desk.boot.urls.sign_out;
  const fields = { csrfmiddlewaretoken: csrfToken(desk.boot), then: desk.leaving.peek() ?? "leave" };
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}
