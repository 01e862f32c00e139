/** After each exchange: what this browser knows of schemas, and their guides' pictures, is what it still needs. */
import { effect } from "@preact/signals";
import type { Desk } from "../desk";
import { writeAll } from "../sync/db";
import { keepPictures } from "./kept";

/** Of schemas that nothing here is answered by any more so many are kept: their project's next image may come. */
export const RECENT = 20;

function schemasInUse({ session, outbox }: Desk): Set<number> {
  const inUse = new Set([...session.held.peek(), ...session.past.list.peek()].map(({ schema }) => schema));
  for (const parcel of outbox.parcels.peek()) {
    // What the server does not take comes back.
    if (parcel.kind === "submission") inUse.add(parcel.held.schema);
    if (parcel.kind === "correction") inUse.add(parcel.answered.schema);
  }
  return inUse;
}

function prune(desk: Desk): void {
  const { schemas } = desk.session;
  const inUse = schemasInUse(desk);
  const others = [...schemas.keys()].filter((id) => !inUse.has(id));
  const gone = others.slice(0, -RECENT);
  if (gone.length === 0) return;
  for (const id of gone) schemas.delete(id);
  void desk.saver.run(() =>
    writeAll(desk.db, ["schemas"], (writes) => {
      for (const id of gone) void writes.objectStore("schemas").delete(id);
    }),
  );
}

export function keepTidy(desk: Desk): void {
  const { session, pack } = desk;
  let isFirst = true;
  let hasAsked = false;
  let kept: string | null = null;
  // One at a time: exchanges come faster than a thin line brings pictures, which would be fetched twice.
  let turn = Promise.resolve();
  const keep = async (): Promise<void> => {
    const along = new Set(pack.left.peek().map(({ schema }) => schema));
    const guides = [...along].map((id) => session.schemas.get(id)?.guide_html ?? "");
    if (guides.join() === kept) return;
    await keepPictures(desk.boot.person.id, guides);
    kept = guides.join();
  };
  const tidy = (): void => {
    prune(desk);
    // One that was let go of while an answer that takes it for known was under way.
    if (!hasAsked && session.held.peek().some(({ schema }) => !session.schemas.has(schema))) {
      hasAsked = true;
      desk.sync.refresh();
    }
    // What the line did not bring is fetched after the next exchange.
    turn = turn.then(keep).catch(() => {});
  };
  effect(() => {
    // Each exchange brings it, before its seats and schemas; when those are here none is under way.
    void session.today.value;
    if (!isFirst) queueMicrotask(tidy);
    isFirst = false;
  });
}
