// Codes and decodes masks with the workbench's own code: a JSON list of {width, height, bits, counts} comes in,
// one of {coded, decoded} goes out. Bits are "0" and "1", column by column.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../../frontend/workbench/geometry/rle.ts", import.meta.url));
const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
const code = Buffer.from(outputFiles[0].contents).toString("base64");
const { columnRuns, encode } = await import(`data:text/javascript;base64,${code}`);

const vectors = JSON.parse(readFileSync(0, "utf8"));
function drawn({ width, height, counts }) {
  const data = new Uint8Array(width * height);
  for (const { x, from, to } of columnRuns({ size: [height, width], counts })) data.fill(1, x * height + from, x * height + to);
  return data.join("");
}

const answers = vectors.map(({ width, height, bits, counts }) => ({
  coded: encode({ width, height, data: Uint8Array.from(bits, Number) }).counts,
  decoded: drawn({ width, height, counts }),
}));
process.stdout.write(JSON.stringify(answers));
