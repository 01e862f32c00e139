/** Signing out. Nothing is deleted: what is not yet sent stays on this computer, for its person alone. */
import type { Desk } from "../desk";
import { csrfToken } from "../sync/wire";
import { forgetBoot } from "./memory";

/** A line that hangs ends its exchange by itself, but later than who wants to leave would wait. */
export const LEAVE_AFTER_MS = 10_000;

/** Leaves when everything is sent; otherwise asks first. */
export async function leave(desk: Desk): Promise<void> {
  desk.session.pause();
  desk.session.release();
  await Promise.race([desk.sync.flush(), new Promise((done) => setTimeout(done, LEAVE_AFTER_MS))]);
  if (desk.outbox.unsent > 0) desk.dialog.value = "leave";
  else signOut(desk);
}

export function signOut(desk: Desk): void {
  desk.sync.stop();
  forgetBoot();
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
