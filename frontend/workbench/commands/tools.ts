/** Commands of the tools: which way to draw, vertices, polygons, the brush, what helps to be precise. */
import type { Desk } from "../desk";
import type { Shape } from "../contract";
import { boundsOf } from "../model/bounds";
import type * as Assists from "../assist/acts";
import type * as Edits from "../tools/edits";
import { editsAtHand, fetchTools, type PolygonTool, waysOf } from "../tools/tools";
import type { Command } from "./command";
import { turn } from "./boxes";
import { refuseReshape } from "./objects";

/** The next way to draw the class: box by a drag, by four extreme points; polygon, brush, eraser ... */
export function nextWay(desk: Desk): void {
  const work = desk.session.work.peek();
  const name = desk.shapeClass.peek();
  const ways = waysOf(work?.schema.spec.classes?.find(({ key }) => key === name));
  const next = ways[(ways.indexOf(desk.way.peek()) + 1) % ways.length];
  if (next) desk.withTool(next, () => desk.useWay(next));
}

export function usePolygonTool(desk: Desk, tool: PolygonTool): void {
  const shape = desk.stage.peek()?.work.editor.selected.peek();
  if (shape?.type !== "polygon") return desk.notices.say("info", desk.t("selectPolygon"));
  if (refuseReshape(desk, shape.id)) return;
  desk.withTool(tool, () => (desk.tool.value = desk.tool.peek() === tool ? "draw" : tool));
}

function zoomToSelected(desk: Desk): void {
  const shape = desk.stage.peek()?.work.editor.selected.peek();
  if (!shape) return desk.camera.fit();
  const [x, y, width, height] = boundsOf(shape);
  desk.camera.zoomTo({ x, y, width, height });
}

/** What acts on vertices and masks comes with the tools. Once there it acts at once: the next key builds on it. */
function edit(desk: Desk, act: (edits: typeof Edits) => void): void {
  const now = (): void => {
    if (editsAtHand) act(editsAtHand);
  };
  if (editsAtHand) now();
  else void fetchTools().then(now, () => desk.notices.say("bad", desk.t("toolsMissing")));
}

function assist(desk: Desk, act: (acts: typeof Assists) => void): void {
  void import("../assist/acts").then(act, () => desk.notices.say("bad", desk.t("toolsMissing")));
}

function ask(desk: Desk): void {
  void import("../assist/ask").then(({ askModel }) => askModel(desk), () => desk.notices.say("bad", desk.t("toolsMissing")));
}

const BRUSH_STEP = 1.25;
const BRUSH_PX = { least: 1, most: 200 } as const;

function resizeBrush(desk: Desk, factor: number): void {
  const brush = Math.min(Math.max(desk.brush.peek() * factor, BRUSH_PX.least), BRUSH_PX.most);
  desk.keep({ brush });
}

export function toolCommands(desk: Desk): Command[] {
  const draw = { scope: "desk", group: "groupTools" } as const;
  const settings = () => desk.settings.peek();
  const polygon = (id: PolygonTool, key: string, label: "cmdCut" | "cmdExtend" | "cmdSplit" | "cmdMerge"): Command => {
    return { ...draw, id: `tool.${id}`, keys: [key], label, run: () => usePolygonTool(desk, id) };
  };
  return [
    { ...draw, id: "way", keys: ["Backquote"], label: "cmdWay", run: () => nextWay(desk) },
    polygon("cut", "Shift+KeyC", "cmdCut"),
    polygon("extend", "Shift+KeyA", "cmdExtend"),
    polygon("split", "Shift+KeyX", "cmdSplit"),
    polygon("merge", "Shift+KeyM", "cmdMerge"),
    { ...draw, id: "convert", keys: ["Shift+KeyP"], label: "cmdConvert", run: () => edit(desk, ({ convert }) => convert(desk)) },
    { ...draw, id: "vertex.next", keys: ["Period"], label: "cmdNextVertex", repeats: true, run: () => edit(desk, ({ walk }) => walk(desk, 1)) },
    { ...draw, id: "vertex.previous", keys: ["Comma"], label: "cmdPreviousVertex", repeats: true, run: () => edit(desk, ({ walk }) => walk(desk, -1)) },
    { ...draw, id: "vertex.add", keys: ["Insert"], label: "cmdAddVertex", run: () => edit(desk, ({ addVertex }) => addVertex(desk)) },
    { ...draw, id: "vertex.visibility", keys: ["Shift+KeyV"], label: "cmdVisibility", run: () => edit(desk, ({ nextVisibility }) => nextVisibility(desk)) },
    { ...draw, id: "turn.right", keys: ["Ctrl+Period"], also: ["Ctrl+Shift+Period"], label: "cmdTurn", repeats: true, run: () => turn(desk, 1) },
    { ...draw, id: "turn.left", keys: ["Ctrl+Comma"], also: ["Ctrl+Shift+Comma"], label: "cmdTurnBack", repeats: true, run: () => turn(desk, -1) },
    { ...draw, id: "brush.smaller", keys: ["BracketLeft"], label: "cmdBrushSmaller", repeats: true, run: () => resizeBrush(desk, 1 / BRUSH_STEP) },
    { ...draw, id: "brush.larger", keys: ["BracketRight"], label: "cmdBrushLarger", repeats: true, run: () => resizeBrush(desk, BRUSH_STEP) },
    { ...draw, id: "snap", keys: ["Shift+KeyS"], label: "cmdSnap", run: () => desk.keep({ noSnap: settings().noSnap !== true }) },
    { ...draw, id: "zoom.object", keys: ["Shift+KeyF"], label: "cmdZoomTo", run: () => zoomToSelected(desk) },
    { ...draw, id: "grow", keys: ["Shift+KeyW"], label: "cmdGrow", run: () => assist(desk, ({ growHere }) => void growHere(desk)) },
    { ...draw, id: "edges", keys: ["Shift+KeyQ"], label: "cmdEdges", run: () => desk.toggleEdges() },
    { ...draw, id: "edges.fit", keys: ["Shift+KeyI"], label: "cmdFitEdges", run: () => assist(desk, ({ fitToEdges }) => void fitToEdges(desk)) },
    { ...draw, id: "model.ask", keys: ["Backslash"], label: "cmdAskModel", run: () => ask(desk) },
    { ...draw, id: "magnifier", keys: ["Shift+KeyZ"], label: "cmdMagnifier", run: () => desk.keep({ magnifier: settings().magnifier !== true }) },
  ];
}

/** Delete takes back a point of what is being drawn, else the vertex in hand, else the shape. */
export function deleteVertex(desk: Desk, otherwise: (shape: Shape) => void): void {
  const stage = desk.stage.peek();
  const shape = stage?.work.editor.selected.peek();
  if (!stage || stage.chart.peek().wish("back") || !shape) return;
  if (stage.vertex.peek() === null) return otherwise(shape);
  edit(desk, ({ removeVertex }) => removeVertex(desk));
}

