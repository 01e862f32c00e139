/** A page that was left in the middle of work goes on with it: no start page, no request before the image. */
import { computed, effect } from "@preact/signals";
import type { Boot } from "../contract";
import { ANY, type Desk } from "../desk";

const key = (person: number): string => `labelmill-desk-paused-${person}`;

export const removePreview = (): void => document.querySelectorAll(".preview").forEach((image) => image.remove());

/** The preview that came with the page stays above it until there is something to see below. */
function uncover({ session, stage, scope }: Desk): void {
  const isAtWork = computed(() => scope.value === "desk" || scope.value === "verify");
  const stop = effect(() => {
    if (session.started.value && (!stage.value || (isAtWork.value && !stage.value.seen.value))) return;
    removePreview();
    queueMicrotask(() => stop());
  });
}

/** Remembers whether the person paused, and otherwise goes on with the seats that they hold. */
export function goOn(desk: Desk, { person, resume }: Boot): void {
  const { session, tabs, journal } = desk;
  const paused = sessionStorage.getItem(key(person.id)) !== null;
  if (resume) session.receive(resume.tasks, resume.schemas);
  const isReady = effect(() => {
    if (tabs.working.value === null) return;
    const seats = session.held.peek();
    const first = seats.find(({ task }) => journal.has(task)) ?? seats[0];
    if (tabs.working.value && first && !paused && !session.started.peek()) desk.start(desk.settings.peek().project === ANY ? ANY : first.project);
    // Not in the middle of the effect that it would end.
    queueMicrotask(() => {
      isReady();
      uncover(desk);
      effect(() => {
        // A tab that gives way to another one has not been paused by anybody.
        if (session.started.value) sessionStorage.removeItem(key(person.id));
        else if (tabs.working.peek()) sessionStorage.setItem(key(person.id), "");
      });
    });
  });
}
