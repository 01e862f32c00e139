import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { SyncRequest } from "../workbench/contract";
import { fetchImage } from "../workbench/pack/pack";
import { fetchAll } from "../workbench/sync/patience";
import { HttpWire, WireError } from "../workbench/sync/wire";
import { boot } from "./desk-at-work";

type Act = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** So long a line may carry nothing here. */
const PATIENCE_MS = 400;
const request = { person: 7, want: 6, submissions: [{ id: "a" }] } as unknown as SyncRequest;
const answered = { tasks: [], submissions: [] };

let server: Server;
let act: Act;
let home: string;
let wire: HttpWire;

beforeEach(async () => {
  vi.stubGlobal("document", { cookie: "theme=dark; csrftoken=fresh" });
  server = createServer((asked, response) => {
    const parts: Buffer[] = [];
    asked.on("data", (part: Buffer) => parts.push(part));
    asked.on("end", () => act(asked, response, Buffer.concat(parts).toString()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls = { ...boot().urls, sync: `${home}/desk/sync`, answers: `${home}/desk/answers`, report: `${home}/desk/report` };
  wire = new HttpWire({ ...boot(), urls }, PATIENCE_MS);
});
afterEach(() => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  server.close();
});

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
  void response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));

/** What goes wrong with an exchange; null: nothing. */
const failure = (asked: Promise<unknown>): Promise<WireError | null> =>
  asked.then(
    () => null,
    (error: unknown) => {
      expect(error).toBeInstanceOf(WireError);
      return error as WireError;
    },
  );

test("an exchange goes out as JSON with the newest token, and its answer comes back", async () => {
  const seen: unknown[] = [];
  act = ({ method, url, headers }, response, body) => {
    seen.push(method, url, headers["content-type"], headers["x-csrftoken"], JSON.parse(body));
    json(response, 200, answered);
  };
  expect(await wire.sync(request)).toEqual(answered);
  expect(seen).toEqual(["POST", "/desk/sync", "application/json", "fresh", request]);
});

test("earlier answers are asked for, and a report has no answer to read", async () => {
  act = ({ method, url }, response) => (url === "/desk/report" ? response.writeHead(204).end() : json(response, 200, { answers: [method], schemas: {} }));
  expect((await wire.answers()).answers).toEqual(["GET"]);
  expect(await wire.report({ task: 1, kind: "image", note: "" })).toBeUndefined();
});

test("an answer without a body is one, also where the browser gives it an empty body", async () => {
  const none = new Response(null, { status: 204 });
  Object.defineProperty(none, "body", { value: new ReadableStream({ start: (body) => body.close() }) });
  vi.stubGlobal("fetch", async () => none);
  expect(await wire.report({ task: 1, kind: "image", note: "" })).toBeUndefined();
});

describe("what the server says no with has a name", () => {
  test.each([
    [302, "signed_out"],
    [400, "broken"],
    [401, "signed_out"],
    [403, "signed_out"],
    [404, "broken"],
    [408, "offline"],
    [409, "other_person"],
    [413, "broken"],
    [429, "offline"],
    [500, "offline"],
    [502, "offline"],
    [503, "offline"],
  ] as const)("%d: %s", async (status, kind) => {
    act = (_request, response) => json(response, status, { code: "x" }, { "Retry-After": "5", Location: "/sign-in" });
    const [sync, answers, report] = [wire.sync(request), wire.answers(), wire.report({ task: 1, kind: "image", note: "" })].map(failure);
    for (const error of await Promise.all([sync, answers, report])) expect([error?.kind, error?.status]).toEqual([kind, status]);
  });
});

describe("a body that is not ours is no answer", () => {
  test.each([
    ["a portal's page", "<html>Please pay</html>", "offline"],
    ["half a body", '{"tasks": [', "offline"],
    ["nothing", "", "offline"],
    ["null", "null", "broken"],
    ["an empty object", "{}", "broken"],
    ["a list", "[]", "broken"],
    ["a number", "7", "broken"],
    ["tasks that are no list", '{"tasks": 7}', "broken"],
  ] as const)("%s", async (_name, body, kind) => {
    act = (_request, response) => void response.writeHead(200).end(body);
    const errors = await Promise.all([wire.sync(request), wire.answers()].map(failure));
    expect(errors.map((error) => error?.kind)).toEqual([kind, kind]);
  });
});

describe("a line that has stopped", () => {
  const stops: [string, Act][] = [
    ["before the answer", () => {}],
    ["after the head", (_request, response) => void response.writeHead(200).flushHeaders()],
    ["half-way through the body", (_request, response) => void response.writeHead(200, { "Content-Length": "90" }).write('{"tasks": [')],
    ["drips", (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(" "), PATIENCE_MS / 10);
      response.on("close", () => clearInterval(drip));
    }],
  ];

  test.each(stops)("%s: is given up", async (_name, stop) => {
    act = stop;
    const began = performance.now();
    expect((await failure(wire.sync(request)))?.kind).toBe("offline");
    expect(performance.now() - began).toBeGreaterThan(PATIENCE_MS * 0.9);
  });

  test("an image of a pack: is given up too", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    const begun = new Promise<void>((done) => (act = (_request, response) => done(void response.writeHead(200).write("RIFF"))));
    const image = fetchImage(`${home}/media/a`).then(() => "here", () => "given up");
    await begun;
    // Nothing comes any more; the clock alone goes on.
    for (let seconds = 0; seconds < 40; seconds++) {
      vi.advanceTimersByTime(1000);
      await new Promise(setImmediate);
    }
    vi.useRealTimers();
    expect(await image).toBe("given up");
  });

  test("whoever asked wants it no more: is given up at once", async () => {
    const abort = new AbortController();
    act = () => abort.abort();
    await expect(fetchAll(`${home}/x`, { signal: abort.signal })).rejects.toThrow();
  });

  test("cut off in the middle: is a line that is down", async () => {
    act = (_request, response) => {
      response.writeHead(200, { "Content-Length": "90" }).write('{"tasks": [');
      setTimeout(() => response.destroy(), 20);
    };
    expect((await failure(wire.sync(request)))?.kind).toBe("offline");
  });

  test("nobody listens: is a line that is down", async () => {
    await new Promise((done) => server.close(done));
    expect((await failure(wire.sync(request)))?.kind).toBe("offline");
  });
});

test("a large answer over a thin line is given the time that it needs", async () => {
  // Four times the patience; each piece of 2 KB that is announced buys 200 ms.
  const last = JSON.stringify(answered);
  act = (_request, response) => {
    response.writeHead(200, { "Content-Length": 20 * 2000 + last.length });
    let pieces = 0;
    const carry = setInterval(() => {
      if (pieces++ < 20) return response.write(" ".repeat(2000));
      clearInterval(carry);
      response.end(last);
    }, PATIENCE_MS / 5);
  };
  expect(await wire.sync(request)).toEqual(answered);
});

test("a large request is given the time that it needs on its way", async () => {
  act = (_request, response) => setTimeout(() => json(response, 200, answered), 3 * PATIENCE_MS);
  expect((await failure(wire.sync(request)))?.kind).toBe("offline");
  expect(await wire.sync({ ...request, note: "x".repeat(20_000) } as SyncRequest)).toEqual(answered);
});

test("what was fetched is whole, and of its kind", async () => {
  act = (_request, response) => void response.writeHead(200, { "Content-Type": "image/webp" }).end("RIFF....WEBP");
  const image = await fetchImage(`${home}/media/a`);
  expect([image.type, await image.text()]).toEqual(["image/webp", "RIFF....WEBP"]);
  act = (_request, response) => void response.writeHead(403).end();
  await expect(fetchImage(`${home}/media/a`)).rejects.toThrow("403");
  expect((await fetchAll(`${home}/x`)).status).toBe(403);
});
