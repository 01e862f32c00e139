// The picture to try a schema on: drawn here, so that nothing is fetched. Something for every kind of shape.
import type { Picture } from "./contract";

const SIZE = { width: 1280, height: 960 } as const;

type Stroke = readonly [color: string, path: string, lineWidth?: number];

const circle = (x: number, y: number, r: number): string => `M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0`;
const rectangle = (x: number, y: number, width: number, height: number): string => `M${x} ${y}h${width}v${height}h${-width}z`;

const car = (x: number, y: number, color: string): Stroke[] => [
  [color, `M${x} ${y + 70}q5 -32 40 -36l34 -2 42 -44q6 -8 18 -8h92q12 0 20 8l44 46 34 8q22 6 22 34v20h-346z`],
  ["#cfe3ee", `M${x + 90} ${y + 30}l36 -36q4 -4 10 -4h34v40zM${x + 184} ${y - 10}h38q8 0 13 5l33 35h-84z`],
  ["#22272b", circle(x + 76, y + 92, 34) + circle(x + 268, y + 92, 34)],
  ["#c9cdd1", circle(x + 76, y + 92, 15) + circle(x + 268, y + 92, 15)],
];

const tree = (x: number, y: number, green: string): Stroke[] => [
  ["#6d4a30", rectangle(x - 12, y, 24, 150)],
  [green, circle(x, y - 50, 74) + circle(x - 52, y, 56) + circle(x + 54, y + 4, 54)],
];

const person = (x: number, y: number, shirt: string): Stroke[] => [
  ["#2f3b57", `M${x - 6} ${y + 96}L${x - 40} ${y + 214}M${x + 6} ${y + 96}L${x + 34} ${y + 214}`, 26],
  [shirt, `M${x - 22} ${y + 20}L${x - 68} ${y + 84}M${x + 22} ${y + 20}L${x + 74} ${y - 24}`, 20],
  [shirt, `M${x - 34} ${y + 4}q34 -12 68 0l-6 104h-56z`],
  ["#c98f6b", circle(x, y - 34, 29) + circle(x - 70, y + 88, 12) + circle(x + 78, y - 30, 12)],
  ["#3a2a20", `M${x - 30} ${y - 36}q0 -32 30 -32t30 32q-12 -18 -30 -18t-30 18z`],
];

const SCENE: readonly Stroke[] = [
  ["#a9d3ea", rectangle(0, 0, SIZE.width, 560)],
  ["#f5c84b", circle(1130, 120, 62)],
  ["#f4f8fa", circle(250, 130, 44) + circle(310, 112, 56) + circle(376, 134, 42) + rectangle(250, 130, 126, 46)],
  ["#8fb98a", "M0 470q210 -150 440 -40t430 -60 410 60v150h-1280z"],
  ["#7aa56a", rectangle(0, 540, SIZE.width, 150)],
  ["#d9b48a", rectangle(500, 300, 300, 270)],
  ["#a8483a", "M470 310L650 180L830 310z"],
  ["#5d4030", rectangle(620, 440, 66, 130)],
  ["#dff0f7", rectangle(536, 350, 70, 64) + rectangle(702, 350, 70, 64)],
  ...tree(210, 420, "#3f7d3c"),
  ...tree(960, 440, "#57913f"),
  ["#e0556b", "M905 190l70 42 -26 90 -84 -30z"],
  ["#8a3d4c", "M949 322q20 60 -14 110", 4],
  ["#5b6066", rectangle(0, 690, SIZE.width, 220)],
  ["#b9bdc0", rectangle(0, 670, SIZE.width, 22) + rectangle(0, 908, SIZE.width, 52)],
  ["#f2f2ea", "M0 806H1280", 8],
  ...car(110, 672, "#2f6fb0"),
  ...car(820, 790, "#c7402f"),
  ...person(640, 640, "#e9a23b"),
];

function paint(context: CanvasRenderingContext2D, [color, path, lineWidth]: Stroke): void {
  context.fillStyle = context.strokeStyle = color;
  context.lineCap = "round";
  context.lineWidth = lineWidth ?? 0;
  if (lineWidth === undefined) context.fill(new Path2D(path));
  else context.stroke(new Path2D(path));
}

export async function samplePicture(): Promise<Picture> {
  const canvas = Object.assign(document.createElement("canvas"), SIZE);
  const context = canvas.getContext("2d")!;
  for (const stroke of SCENE) paint(context, stroke);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  return { ...SIZE, url: URL.createObjectURL(blob!), name: "sample.png" };
}
