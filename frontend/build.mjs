// Builds every script and style sheet into static/build/ and holds the workbench to its byte budget.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../static/build");
const watch = process.argv.includes("--watch");

// Gzip budgets in bytes: what a first visit may cost on a 400 kbps line.
const BUDGETS = { "workbench.js": 45 * 1024, "workbench.css": 8 * 1024, "app.css": 20 * 1024, "app.js": 20 * 1024 };

function entries() {
  const pages = join(here, "pages");
  const found = ["workbench/main.tsx", "styles/workbench.css", "styles/app.css", "styles/style_page.css", "styles/admin.css", "styles/admin_dark.css"];
  if (existsSync(pages)) {
    found.push(...readdirSync(pages).filter((n) => /^[^_].*\.tsx?$/.test(n)).map((n) => `pages/${n}`));
  }
  return found
    .filter((path) => existsSync(join(here, path)))
    .map((path) => ({
      in: join(here, path),
      out: path === "workbench/main.tsx" ? "workbench" : path.replace(/^[^/]+\//, "").replace(/\.\w+$/, ""),
    }));
}

const options = {
  entryPoints: entries(),
  outdir: out,
  bundle: true,
  format: "esm",
  target: ["chrome107", "firefox107", "safari16"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": watch ? '"development"' : '"production"' },
};

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

function sizes() {
  let over = false;
  console.log("file".padEnd(28), "raw KB".padStart(9), "gzip KB".padStart(9), "brotli KB".padStart(10), "budget".padStart(8));
  for (const name of readdirSync(out).sort()) {
    if (!statSync(join(out, name)).isFile()) continue;
    const bytes = readFileSync(join(out, name));
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const budget = BUDGETS[name];
    const row = [bytes.length, gzip, brotli(bytes)].map((n) => (n / 1024).toFixed(1));
    const limit = budget ? (budget / 1024).toFixed(0) : "";
    console.log(name.padEnd(28), row[0].padStart(9), row[1].padStart(9), row[2].padStart(10), limit.padStart(8));
    if (budget && gzip > budget) {
      console.error(`${name} is ${gzip - budget} bytes over its gzip budget.`);
      over = true;
    }
  }
  return over;
}

mkdirSync(out, { recursive: true });
if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
  console.log(`Watching ${relative(process.cwd(), here)} -> ${relative(process.cwd(), out)}`);
} else {
  await esbuild.build(options);
  if (sizes()) process.exitCode = 1;
}
