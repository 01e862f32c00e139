/** A page that was left in the middle of work goes on with it: no start page, no request before the image. */
import { effect } from "@preact/signals";
import type { Boot } from "../contract";
import { ANY, type Desk } from "../desk";

const key = (person: number): string => `labelmill-desk-paused-${person}`;

/** The preview that came with the page stays above it until there is something to see below. */
function uncover({ session, stage }: Desk): void {
  const preview = document.querySelector(".preview");
  const stop = effect(() => {
    if (session.started.value && !stage.value) return;
    preview?.remove();
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
