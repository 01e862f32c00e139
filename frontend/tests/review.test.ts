import { afterEach, describe, expect, it, vi } from "vitest";
import { Bench, replaceAll } from "../review/bench";
import { candidatesOf, contested, contestedTags, equal } from "../review/candidates";
import type { Boot, Dispute } from "../review/contract";
import { alike, iou } from "../review/likeness";
import { Line, type News } from "../review/line";
import { en } from "../review/words/en";
import { zhHans } from "../review/words/zh-hans";
import type { Payload, Shape } from "../workbench/contract";
import { apply, invert } from "../workbench/model/document";
import { Camera } from "../workbench/view/camera";
import { image, shape, spec } from "./things";

const answer = (payload: Partial<Payload>): Payload => ({ tags: { light: "good" }, shapes: [], ...payload });
const near = answer({ shapes: [shape("a", [100, 100, 200, 100])] });
const shifted = answer({ shapes: [shape("b", [104, 102, 200, 100])] });
const elsewhere = answer({ tags: { light: "dark" }, shapes: [shape("a", [600, 500, 100, 100]), shape("c", [100, 100, 200, 100])] });

function dispute(id = 7, answers: Payload[] = [near, shifted, elsewhere]): Dispute {
  return {
    id,
    task: 70 + id,
    schema: 5,
    reason: "existence",
    reason_text: "Some saw an object that others did not",
    where: "shapes[0]",
    image: { url: `/media/${id}`, original: `/media/o${id}`, ...image, name: `${id}.jpg` },
    answers: answers.map((payload, at) => ({ submission: `s${at}`, letter: "ABC"[at] ?? "", payload, threads: [] })),
    proposal: {
      tags: { light: { value: "good", confidence: 0.7 }, flags: { value: null, confidence: 1 } },
      shapes: [{ ...shape("c1", [102, 101, 200, 100]), confidence: 0.9 }],
    },
    skips: [],
    can_ask: true,
  };
}

describe("competing answers", () => {
  const all = candidatesOf(dispute());

  it("begin with the machine's proposal, as an answer without doubts", () => {
    expect(all.map(({ submission }) => submission)).toEqual([null, "s0", "s1", "s2"]);
    expect(all[0]?.payload).toEqual({ tags: { light: "good" }, shapes: [shape("c1", [102, 101, 200, 100])] });
  });

  it("are told apart by colour and by dashes", () => {
    expect(new Set(all.map(({ style }) => style.color)).size).toBe(all.length);
    expect(new Set(all.map(({ style }) => style.dash.join())).size).toBe(all.length);
  });

  it("differ where not everybody has the same box", () => {
    expect(contested(all[1]!, all)).toEqual([]);
    expect(contested(all[3]!, all).map(({ id }) => id)).toEqual(["a"]);
    expect(contestedTags(all)).toEqual(new Set(["light"]));
  });

  it("differ in class even when the boxes lie on each other", () => {
    const renamed = answer({ shapes: [shape("a", [100, 100, 200, 100], "chip")] });
    const both = candidatesOf({ ...dispute(), proposal: null, answers: dispute(1, [near, renamed]).answers });
    expect(contested(both[0]!, both)).toHaveLength(1);
  });

  it("are equal whatever their shapes are called", () => {
    expect(equal(near, answer({ shapes: [shape("z", [100, 100, 200, 100])] }))).toBe(true);
    expect(equal(near, shifted)).toBe(false);
  });

  it("overlap by their share of the union", () => {
    expect(iou([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3);
    expect(iou([0, 0, 10, 10], [10, 0, 10, 10])).toBe(0);
  });
});

describe("the bench", () => {
  const open = (): Bench => new Bench(dispute(), spec, new Camera());

  it("are compared by what they cover, whatever their kind", () => {
    const made = (type: string, geometry: unknown): Shape =>
      ({ id: "x", class: "board", type, [type]: geometry, attributes: {} }) as unknown as Shape;
    const square = made("polygon", [[0, 0, 100, 0, 100, 100, 0, 100]]);
    const half = made("polygon", [[0, 0, 100, 0, 100, 50, 0, 50]]);
    expect(alike(square, square)).toBe(1);
    expect(alike(square, half)).toBeCloseTo(0.5, 1);
    expect(alike(square, made("box", [0, 0, 100, 100]))).toBe(0);
    const turned = made("rotated_box", [50, 50, 80, 20, 0]);
    expect(alike(turned, made("rotated_box", [50, 50, 20, 80, 90]))).toBe(1);
    expect(alike(turned, made("rotated_box", [50, 50, 20, 80, 0]))).toBeLessThan(0.3);
    const line = made("polyline", [0, 0, 100, 0]);
    expect(alike(line, made("polyline", [100, 1, 0, 1]))).toBeGreaterThan(0.75);
    expect(alike(line, made("polyline", [0, 60, 100, 60]))).toBeLessThan(0.1);
    const pose = made("skeleton", [10, 10, 2, 60, 60, 2, 0, 0, 0]);
    expect(alike(pose, made("skeleton", [10, 10, 2, 60, 60, 1, 0, 0, 0]))).toBe(1);
    expect(alike(pose, made("skeleton", [10, 10, 2, 0, 0, 0, 0, 0, 0]))).toBeCloseTo(0.5);
    expect(alike(made("point", [5, 5]), made("point", [5, 5]))).toBe(1);
  });

  it("starts from the proposal with the doubtful box selected", () => {
    const bench = open();
    expect(bench.picked.value?.submission).toBeNull();
    expect(bench.isCorrected.value).toBe(false);
    expect(bench.editor.selectedId.value).toBe("c1");
  });

  it("takes an answer over in one step that undo takes back", () => {
    const bench = open();
    const before = bench.editor.document.value;
    bench.pick(bench.candidates[3]!);
    expect(bench.editor.document.value).toEqual(elsewhere);
    expect(bench.picked.value?.submission).toBe("s2");
    bench.editor.undo();
    expect(bench.editor.document.value).toEqual(before);
    expect(bench.picked.value?.submission).toBeNull();
  });

  it("remembers the answer that a correction began from", () => {
    const bench = open();
    bench.pick(bench.candidates[1]!);
    bench.editor.selectedId.value = "a";
    bench.useClass("chip");
    expect(bench.isCorrected.value).toBe(true);
    expect(bench.picked.value?.submission).toBe("s0");
  });

  it("shows no second line around what the verdict repeats", () => {
    const bench = open();
    expect(bench.layers.value.map(({ candidate }) => candidate.submission)).toEqual(["s0", "s1", "s2"]);
    bench.toggle("differencesOnly");
    expect(bench.layers.value.flatMap(({ shapes }) => shapes.map(({ id }) => id))).toEqual(["a"]);
    bench.toggle("overlaysHidden");
    expect(bench.layers.value).toEqual([]);
  });

  it("copies the box of another answer that lies under the pointer", () => {
    const bench = open();
    bench.pointer.value = { x: 650, y: 550 };
    expect(bench.takeUnderPointer()).toBe(true);
    expect(bench.editor.document.value.shapes).toHaveLength(2);
    bench.pointer.value = { x: 1000, y: 900 };
    expect(bench.takeUnderPointer()).toBe(false);
  });

  it("copies an object without the parent that it had in the other answer", () => {
    const child = answer({ shapes: [shape("p", [600, 500, 100, 100]), { ...shape("q", [620, 520, 20, 20]), parent: "p" }] });
    for (const take of ["takeUnderPointer", "takeNext"] as const) {
      const bench = new Bench({ ...dispute(), answers: dispute(1, [child]).answers }, spec, new Camera());
      bench.pointer.value = { x: 630, y: 530 };
      for (let times = 0; times < 3 && bench[take](); times++);
      const copy = bench.editor.document.value.shapes.find((one) => "box" in one && one.box[0] === 620);
      expect(copy).toMatchObject({ class: "board", box: [620, 520, 20, 20] });
      expect(copy).not.toHaveProperty("parent");
    }
  });

  it("sends no verdict in the middle of a drag, and one with the shape once that is let go", () => {
    const bench = open();
    bench.deleteSelected();
    bench.useClass("chip");
    bench.tool.value = "draw";
    const send = (kind: "down" | "move" | "up", x: number, y: number): void =>
      bench.chart.peek().send(kind, { point: { x, y }, screen: { x, y }, slack: 1, threshold: 3 });
    send("down", 700, 700);
    send("move", 750, 760);
    expect([bench.verdict(), bench.problems.value]).toEqual([null, []]);
    send("up", 750, 760);
    expect(bench.verdict()?.payload.shapes).toMatchObject([{ class: "chip", box: [700, 700, 50, 60] }]);
  });

  it("sends no verdict that lacks a required answer, and says which", () => {
    const bench = open();
    bench.editor.setTag("light", null);
    expect(bench.verdict()).toBeNull();
    expect(bench.problems.value.map(({ question }) => question.key)).toContain("light");
  });

  it("sets aside without any answer", () => {
    const bench = open();
    bench.asking.value = "exclude";
    expect(bench.verdict()).toMatchObject({ excluded: true, payload: { tags: {}, shapes: [] }, picked: null });
  });

  it("asks before it says that there is nothing where nobody has answered", () => {
    const bench = new Bench({ ...dispute(), answers: [], proposal: null }, { classes: spec.classes! }, new Camera());
    expect(bench.verdict()).toBeNull();
    expect(bench.asking.value).toBe("empty");
    expect(bench.verdict()).toMatchObject({ excluded: false, payload: { shapes: [] } });
  });

  it("replaces one answer by another and back", () => {
    const there = replaceAll(near, elsewhere);
    expect(apply(near, there)).toEqual(elsewhere);
    expect(apply(elsewhere, invert(there))).toEqual(near);
  });
});

describe("the line of disputes", () => {
  afterEach(() => vi.unstubAllGlobals());

  const boot: Boot = {
    language: "en",
    csrf: "x",
    project: "Boards",
    urls: { next: "/next", verdict: "/disputes/0/verdict", ask: "/disputes/0/ask", let_go: "/let-go", thread: "/answers/0/threads", comments: "/answers/0/comments/", queues: "/" },
  };
  type Call = { url: string; body: Record<string, unknown> };

  /** A server that answers each path by a function. */
  function serve(answers: Record<string, (body: Record<string, unknown>) => Response | Promise<Response>>) {
    const calls: Call[] = [];
    vi.stubGlobal("fetch", (url: string, { body }: { body: string }) => {
      const sent = JSON.parse(body) as Record<string, unknown>;
      calls.push({ url, body: sent });
      const reply = answers[url];
      return reply ? Promise.resolve(reply(sent)) : Promise.reject(new Error("offline"));
    });
    const news: News[] = [];
    return { calls, news, line: new Line(boot, (item) => news.push(item)) };
  }

  const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status });
  const three = (): Response => json({ disputes: [dispute(1), dispute(2), dispute(3)], schemas: { 5: spec }, waiting: 3 });
  const verdict = { id: "v", payload: near, picked: null, excluded: false };
  const quiet = (): Promise<void> => new Promise((done) => setTimeout(done, 20));

  it("shows the next one at once and sends the verdict behind", async () => {
    const { line, calls } = serve({ "/next": three, "/disputes/1/verdict": () => json({}, 201) });
    await line.fill();
    line.settle(line.current.value!, verdict);
    expect(line.current.value?.id).toBe(2);
    expect(line.unsent.value).toBe(1);
    await quiet();
    expect(line.unsent.value).toBe(0);
    expect(calls.map(({ url }) => url)).toContain("/disputes/1/verdict");
  });

  it("never takes back in what is being sent or was put off", async () => {
    const { line, calls } = serve({ "/next": three, "/let-go": () => json({}) });
    await line.fill();
    line.settle(line.current.value!, verdict);
    line.later(line.current.value!);
    await quiet();
    await line.fill();
    expect(line.disputes.value.map(({ id }) => id)).toEqual([3]);
    expect(calls.filter(({ url }) => url === "/next").at(-1)?.body["besides"]).toEqual([2, 1]);
  });

  it("does not take back in what was settled while the server was being asked", async () => {
    const answers: ((reply: Response) => void)[] = [];
    const held = (): Promise<Response> => new Promise((reply) => answers.push(reply));
    const { line } = serve({ "/next": held, "/disputes/1/verdict": () => json({}, 201) });
    void line.fill();
    answers[0]?.(three());
    await quiet();
    void line.fill();
    line.settle(line.current.value!, verdict);
    await quiet();
    expect(line.unsent.value).toBe(0);
    answers[1]?.(three());
    await quiet();
    expect(line.disputes.value.map(({ id }) => id)).toEqual([2, 3]);
    answers[2]?.(three());
    await quiet();
    expect(line.disputes.value.map(({ id }) => id), "asked afterwards: it is open again").toEqual([2, 3, 1]);
  });

  it("takes up again what was put off while an answer is on its way", async () => {
    const one = ({ besides }: Record<string, unknown>): Response => {
      const disputes = (besides as number[]).includes(1) ? [] : [dispute(1)];
      return json({ disputes, schemas: { 5: spec }, waiting: 1 });
    };
    const { line, calls } = serve({ "/next": one, "/let-go": () => json({}) });
    await line.fill();
    line.later(line.current.value!);
    line.takeUpAgain();
    await quiet();
    expect(line.current.value?.id).toBe(1);
    expect(calls.filter(({ url }) => url === "/next")).toHaveLength(3);
  });

  it("keeps the verdict while the line is down", async () => {
    const { line } = serve({ "/next": three });
    await line.fill();
    line.settle(line.current.value!, verdict);
    await quiet();
    expect(line.unsent.value).toBe(1);
  });

  it("brings a refused verdict back, and drops one that came second", async () => {
    const { line, news } = serve({
      "/next": three,
      "/disputes/1/verdict": () => json({ detail: "No such class.", where: "shapes[0]" }, 422),
      "/disputes/2/verdict": () => json({ detail: "Another was first." }, 409),
    });
    await line.fill();
    const [first, second] = line.disputes.value;
    line.settle(second!, verdict);
    line.settle(first!, verdict);
    await quiet();
    expect(line.current.value?.id).toBe(1);
    expect(news).toEqual([
      { kind: "gone", detail: "Another was first." },
      { kind: "refused", detail: "No such class. shapes[0]", name: "1.jpg" },
    ]);
  });
});

it("has each word in both languages, with the same values to fill in", () => {
  const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(zhHans[key]).toBeTruthy();
    expect(holes(zhHans[key])).toEqual(holes(en[key]));
  }
});
