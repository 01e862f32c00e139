// @vitest-environment happy-dom
/** A schema tried in its editor: the answer is the workbench's own, nothing is kept or sent, and what fits goes along. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { faultsOf } from "../portal/schema/check";
import { rename, type Spec as Made } from "../portal/schema/spec";
import { fitted } from "../portal/trial/fit";
import { Trial } from "../portal/trial/trial";
import { submit } from "../workbench/commands/answer";
import { chooseClass } from "../workbench/commands/boxes";
import { undo } from "../workbench/commands/commands";
import type { Payload, Shape, Spec } from "../workbench/contract";
import type { Desk } from "../workbench/desk";
import { fetchTools } from "../workbench/tools/tools";
import { FakeServer, newComputer, settled, workingDesk } from "./desk-at-work";
import { held, schema } from "./things";

const names = (en: string) => ({ en });
const option = (key: string) => ({ key, names: names(key) });
const spec: Spec = {
  classes: [
    {
      key: "car", names: names("Car"), color: "#d62728", geometries: ["box", "polygon"],
      attributes: [{ key: "state", names: names("State"), kind: "radio", required: true, options: [option("moving"), option("parked")] }],
    },
    { key: "person", names: names("Person"), color: "#1f77b4", geometries: ["skeleton"], skeleton: { points: [option("head"), option("foot")], edges: [[0, 1]] } },
  ],
  tags: [{ key: "light", names: names("Light"), kind: "single", required: true, options: [option("day"), option("night")] }],
};

const open = (answer: Payload | null = null): Promise<Trial> => Trial.open({ spec, language: "en", image: held(1).image, answer });

function at(desk: Desk, kind: "down" | "move" | "up", x: number, y: number): void {
  desk.stage.peek()!.chart.peek().send(kind, { point: { x, y }, screen: { x, y }, slack: 3, threshold: 3 });
}

const click = (desk: Desk, x: number, y: number): void => (["move", "down", "up"] as const).forEach((kind) => at(desk, kind, x, y));

function box(desk: Desk): void {
  at(desk, "down", 100, 100);
  at(desk, "move", 200, 180);
  at(desk, "up", 300, 260);
}

/** A box, an outline that is undone, an outline, a skeleton, and the answers. */
function draw(desk: Desk): void {
  desk.stage.peek()!.seen.value = true;
  box(desk);
  desk.useWay("polygon");
  for (const x of [500, 700]) {
    for (const [dx, dy] of [[0, 0], [150, 0], [150, 120]] as const) click(desk, x + dx, 300 + dy);
    desk.stage.peek()!.chart.peek().wish("finish");
    if (x === 500) undo(desk);
  }
  desk.session.work.peek()!.editor.selectedId.value = null;
  chooseClass(desk, "person");
  click(desk, 900, 200);
  click(desk, 900, 500);
  const { editor } = desk.session.work.peek()!;
  for (const { id } of editor.document.peek().shapes.filter((one) => one.class === "car")) {
    editor.update(id, (shape) => ({ ...shape, attributes: { ...shape.attributes, state: "parked" } }));
  }
  editor.setTag("light", "day");
}

/** Ids are made at random. */
const named = ({ tags, shapes }: Payload): unknown => ({ tags, shapes: shapes.map((shape, n) => ({ ...shape, id: n })) });
const answerOf = (desk: Desk): Payload => desk.session.work.peek()!.editor.document.peek();

let trial: Trial;
beforeEach(async () => {
  newComputer();
  await fetchTools();
  trial = await open();
});
afterEach(() => {
  trial.desk.sync.stop();
  trial.desk.tabs.close();
});

describe("what is drawn", () => {
  it("is stored as the workbench stores it", async () => {
    const server = new FakeServer();
    server.schema = schema(spec);
    const desk = await workingDesk(server);
    for (const one of [desk, trial.desk]) draw(one);
    expect(answerOf(trial.desk).shapes.map(({ type }) => type)).toEqual(["box", "polygon", "skeleton"]);
    expect(trial.verdict.value).toMatchObject({ state: "begun", problems: [] });
    for (const one of [desk, trial.desk]) submit(one);
    await settled(desk);
    await settled(trial.desk);
    const [stored] = server.stored.values();
    expect(trial.verdict.value.state).toBe("submitted");
    expect(named(trial.verdict.value.answer)).toEqual(named(stored!.payload));
    desk.sync.stop();
    desk.tabs.close();
  });

  it("could not be submitted for what the workbench says is missing", () => {
    trial.desk.stage.peek()!.seen.value = true;
    box(trial.desk);
    submit(trial.desk);
    const [said] = trial.desk.notices.list.peek();
    expect(said?.text).toMatch(/Light/);
    expect(trial.verdict.value.problems).toEqual([said?.text, "Still missing: State of Car"]);
    trial.desk.useWay("polygon");
    click(trial.desk, 500, 500);
    expect(trial.verdict.value.problems[0]).toMatch(/not finished/);
  });

  it("is kept nowhere and sent to nobody", async () => {
    const sent = vi.spyOn(globalThis, "fetch");
    draw(trial.desk);
    submit(trial.desk);
    await settled(trial.desk);
    await trial.desk.back();
    expect(await indexedDB.databases()).toEqual([]);
    expect(localStorage.length).toBe(0);
    expect(sent).not.toHaveBeenCalled();
  });
});

describe("another schema", () => {
  const change = (next: (one: Spec) => Spec): void => trial.follow(next(structuredClone(spec)));

  it("leaves what still fits, with its undo", () => {
    draw(trial.desk);
    const before = answerOf(trial.desk);
    change((one) => ({ ...one, classes: [...one.classes!, { key: "tree", names: names("Tree") }] }));
    expect(answerOf(trial.desk)).toEqual(before);
    expect(trial.desk.session.work.peek()!.schema.spec.classes).toHaveLength(3);
    undo(trial.desk);
    expect(answerOf(trial.desk).tags).toEqual({});
  });

  it("takes away what it has no place for", () => {
    draw(trial.desk);
    change((one) => ({ ...one, classes: [{ ...one.classes![0]!, geometries: ["polygon"] }], tags: [] }));
    expect(answerOf(trial.desk)).toMatchObject({ tags: {}, shapes: [{ type: "polygon", class: "car" }] });
    expect(trial.verdict.value.problems).toEqual([]);
  });

  it("is followed in the middle of an outline", () => {
    trial.desk.useWay("polygon");
    click(trial.desk, 500, 500);
    change((one) => ({ ...one, tags: [] }));
    expect(trial.desk.session.work.peek()!.editor.sketch.peek()?.points).toEqual([500, 500]);
    change((one) => ({ ...one, classes: one.classes!.slice(1) }));
    expect(trial.desk.session.work.peek()!.editor.sketch.peek()).toBeNull();
  });

  it("has no answers to go back to", async () => {
    draw(trial.desk);
    submit(trial.desk);
    await settled(trial.desk);
    await trial.desk.back();
    expect(trial.desk.session.work.peek()!.corrects).not.toBeNull();
    change((one) => ({ ...one, classes: [...one.classes!, { key: "tree", names: names("Tree") }] }));
    expect(trial.desk.session.work.peek()!.corrects).toBeNull();
    expect(trial.desk.session.back()).toBe(false);
  });

  it("fits what is drawn on the image that a correction was left for", async () => {
    draw(trial.desk);
    submit(trial.desk);
    await settled(trial.desk);
    draw(trial.desk);
    const drawn = trial.desk.session.work.peek()!.editor.document.peek().shapes[0]!.class;
    await trial.desk.back();
    change((one) => ({ ...one, classes: [...one.classes!.filter(({ key }) => key !== drawn), { key: "tree", names: names("Tree") }, { key: "bush", names: names("Bush") }] }));
    expect(trial.desk.session.work.peek()!.editor.document.peek().shapes.filter((one) => one.class === drawn)).toEqual([]);
  });

  it("has no wall of many images", () => {
    change((one) => ({ tags: one.tags!.slice(0, 1) }));
    trial.desk.keep({ grid: true });
    expect(trial.desk.gridding.peek()).toBe(false);
  });
});

describe("an answer under the next schema", () => {
  const boxed = (more: Partial<Shape> = {}): Shape => ({ id: "a", class: "car", type: "box", box: [1, 2, 3, 4], attributes: { state: "parked" }, ...more }) as Shape;
  const answer: Payload = { tags: { light: "day" }, shapes: [boxed()] };

  it("goes along with a class, a question and an option that are given another key", () => {
    const next = structuredClone(spec);
    next.classes![0]!.key = "vehicle";
    next.classes![0]!.attributes![0]!.options![1]!.key = "standing";
    next.tags![0]!.key = "daylight";
    expect(fitted(spec, next, answer)).toEqual({ tags: { daylight: "day" }, shapes: [boxed({ class: "vehicle", attributes: { state: "standing" } })] });
    const renamed = rename(spec as unknown as Made, ["classes", 0], "en", "Bus");
    expect(faultsOf(renamed)).toEqual([]);
    expect(fitted(spec, renamed as unknown as Spec, answer).shapes).toEqual([boxed({ class: "bus" })]);
  });

  it("does not go over to a neighbour", () => {
    const bike = { key: "bike", names: names("Bike") };
    const both: Spec = { classes: [spec.classes![0]!, bike] };
    expect(fitted(both, { classes: [bike] }, { tags: {}, shapes: [boxed()] }).shapes).toEqual([]);
  });

  it("loses a value that is no choice any more, and a parent that is gone", () => {
    const next = structuredClone(spec);
    next.classes![0]!.attributes![0]!.options!.pop();
    expect(fitted(spec, next, answer).shapes).toEqual([boxed({ attributes: {} })]);
    const child = { ...boxed({ id: "b" }), parent: "c" } as Shape;
    const person: Shape = { id: "c", class: "person", type: "skeleton", skeleton: [1, 1, 2, 2, 2, 2], attributes: {} };
    next.classes!.pop();
    expect(fitted(spec, next, { tags: {}, shapes: [child, person] }).shapes).toEqual([boxed({ id: "b", attributes: {} })]);
  });

  it("has of a skeleton only what has all its points", () => {
    const next = structuredClone(spec);
    next.classes![1]!.skeleton!.points.push(option("hand"));
    const person: Shape = { id: "c", class: "person", type: "skeleton", skeleton: [1, 1, 2, 2, 2, 2], attributes: {} };
    expect(fitted(spec, spec, { tags: {}, shapes: [person] }).shapes).toEqual([person]);
    expect(fitted(spec, next, { tags: {}, shapes: [person] }).shapes).toEqual([]);
  });
});
