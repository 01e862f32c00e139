// The upload queue: nothing lost when the line drops, nothing counted twice, names of what failed.
import { describe, expect, it } from "vitest";
import { sort } from "../portal/upload/collect";
import { type Answer, portions, Queue, type Send } from "../portal/upload/queue";

const file = (name: string, size = 10) => ({ name, file: new File([new Uint8Array(size)], name) });
const files = (count: number) => Array.from({ length: count }, (_, i) => file(`image-${i}.jpg`));
const ok = (names: readonly { name: string }[], status = "received"): Answer =>
  ({ status: 200, body: { files: names.map(({ name }) => ({ name, status, detail: "" })) } });
const line = (answers: (names: readonly { name: string }[], call: number) => Answer): Send => {
  let call = 0;
  return (found) => ({ done: Promise.resolve(answers(found, call++)), abort: () => undefined });
};
const soon = () => Promise.resolve();
const rest = () => new Promise((resolve) => setTimeout(resolve, 20));
const said = (status: number) => `status ${status}`;

describe("an upload", () => {
  it("answers for every file once", async () => {
    const queue = new Queue(line((names) => ok(names)), soon, said);
    queue.add(files(50));
    await rest();
    expect(queue.counts.value).toMatchObject({ received: 50, failed: 0, bytes: 500 });
    expect(queue.busy.value).toBe(false);
  });

  it("sends again what got no answer, until it has one", async () => {
    const queue = new Queue(line((names, call) => call < 7 ? { status: 0, body: null } : ok(names)), soon, said);
    queue.add(files(20));
    await rest();
    expect(queue.counts.value).toMatchObject({ received: 20, failed: 0 });
    expect(queue.offline.value).toBe(false);
  });

  it("gives up on a server that keeps failing, names the files, and sends them when asked", async () => {
    let broken = true;
    const queue = new Queue(line((names) => broken ? { status: 500, body: null } : ok(names)), soon, said);
    queue.add(files(3));
    await rest();
    expect(queue.counts.value).toMatchObject({ received: 0, failed: 3 });
    expect(queue.troubles.value.map((one) => one.words)).toEqual(["status 500", "status 500", "status 500"]);
    broken = false;
    queue.retry();
    await rest();
    expect(queue.counts.value).toMatchObject({ received: 3, failed: 0, bytes: 30 });
    expect(queue.troubles.value).toEqual([]);
  });

  it("keeps what the server refused apart from what could not be sent", async () => {
    const queue = new Queue(line((names) => ok(names, "refused")), soon, said);
    queue.add(files(2));
    await rest();
    expect(queue.counts.value).toMatchObject({ refused: 2, failed: 0 });
    queue.retry();
    await rest();
    expect(queue.counts.value).toMatchObject({ refused: 2, failed: 0 });
  });

  it.each([[401, "signedOut"], [409, "closed"]] as const)("stops at %i and says why", async (status, why) => {
    const queue = new Queue(line(() => ({ status, body: null })), soon, said);
    queue.add(files(9));
    await rest();
    expect(queue.stopped.value).toBe(why);
    expect(queue.answered.value).toBe(0);
  });

  it("sends nothing while it is paused, and everything afterwards", async () => {
    let calls = 0;
    const queue = new Queue(line((names) => { calls++; return ok(names); }), soon, said);
    queue.pause();
    queue.add(files(30));
    await rest();
    expect(calls).toBe(0);
    queue.goOn();
    await rest();
    expect(queue.counts.value.received).toBe(30);
  });
});

describe("portions", () => {
  it("are of few files and of few bytes, and lose none", () => {
    const found = [...files(20), file("large.tif", 17 * 2 ** 20), ...files(3)];
    const made = portions(found, false);
    expect(made.flatMap((one) => one.files)).toEqual(found);
    expect(Math.max(...made.map((one) => one.files.length))).toBeLessThanOrEqual(8);
    expect(made.find((one) => one.bytes > 16 * 2 ** 20)?.files.length).toBe(1);
  });

  it("hold one archive each", () => {
    expect(portions([file("a.zip"), file("b.zip")], true).length).toBe(2);
  });
});

describe("sorting what was dropped", () => {
  it("tells images, archives, litter and the rest apart", () => {
    const names = ["a.jpg", "b/C.PNG", "scan", "all.tar.gz", "x.zip", "notes.txt", ".DS_Store", "b/Thumbs.db", "__MACOSX/a.jpg"];
    const sorted = sort(names.map((name) => file(name)));
    expect(sorted.images.map((one) => one.name)).toEqual(["a.jpg", "b/C.PNG", "scan"]);
    expect(sorted.archives.map((one) => one.name)).toEqual(["all.tar.gz", "x.zip"]);
    expect(sorted.others).toEqual(["notes.txt"]);
  });
});
