/** Asks the worker that looks at the picture; it is sent each picture once. */
import seeingWorker from "worker:./seeing_worker";
import type { Ask, Found, Question } from "./seeing_worker";

/** A worker that has not answered by then never will; whoever asked goes on without. */
const PATIENCE_MS = 4_000;

let worker: Worker | null = null;
let pictureOf: HTMLImageElement | null = null;
let sending: Promise<void> = Promise.resolve();
let asked = 0;
const waiting = new Map<number, (found: Found["runs"]) => void>();

function start(): Worker {
  const fresh = new Worker(seeingWorker);
  fresh.onmessage = ({ data: { n, runs } }: MessageEvent<Found>) => {
    waiting.get(n)?.(runs);
    waiting.delete(n);
  };
  return fresh;
}

async function send(to: Worker, picture: HTMLImageElement): Promise<void> {
  const bitmap = await createImageBitmap(picture);
  to.postMessage({ picture: bitmap } satisfies Ask, [bitmap]);
}

/** Runs of points in pixels of the picture as the browser has it; null: there is nothing to be found. Fails in time. */
export async function see(picture: HTMLImageElement, question: Question): Promise<Found["runs"]> {
  worker ??= start();
  const to = worker;
  if (pictureOf !== picture) {
    pictureOf = picture;
    sending = send(to, picture).catch((error: unknown) => {
      pictureOf = null;
      throw error;
    });
  }
  await sending;
  const n = ++asked;
  return new Promise((done, fail) => {
    const over = setTimeout(() => {
      waiting.delete(n);
      fail(new Error("no answer"));
    }, PATIENCE_MS);
    waiting.set(n, (runs) => {
      clearTimeout(over);
      done(runs);
    });
    to.postMessage({ n, ...question } satisfies Ask);
  });
}
