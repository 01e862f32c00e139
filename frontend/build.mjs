// Builds every script and style sheet into static/build/ and holds the workbench to its byte budget.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../static/build");
const watch = process.argv.includes("--watch");

// Gzip budgets in bytes: what a first visit may cost on a 400 kbps line. A script counts with the chunks it imports
// at once; what it imports when needed is not in it.
const BUDGETS = { "workbench.js": 45 * 1024, "workbench.css": 8 * 1024, "app.css": 20 * 1024, "app.js": 20 * 1024 };

const NAMES = { "workbench/main.tsx": "workbench", "workbench/sync/begin.ts": "begin", "workbench/shell/worker.ts": "shell" };

function entries() {
  const pages = join(here, "pages");
  const found = ["workbench/main.tsx", "workbench/sync/begin.ts", "workbench/shell/worker.ts", "styles/workbench.css", "styles/app.css", "styles/style_page.css", "styles/admin.css", "styles/admin_dark.css"];
  if (existsSync(pages)) {
    found.push(...readdirSync(pages).filter((n) => /^[^_].*\.tsx?$/.test(n)).map((n) => `pages/${n}`));
  }
  return found
    .filter((path) => existsSync(join(here, path)))
    .map((path) => ({
      in: join(here, path),
      out: NAMES[path] ?? path.replace(/^[^/]+\//, "").replace(/\.\w+$/, ""),
    }));
}

/** The workers that the build has bundled. */
const workerChunks = new Set();

// `import url from "worker:./painter"` bundles a worker by itself and gives its address.
const workers = {
  name: "workers",
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, ({ path, resolveDir }) => {
      return { path: resolve(resolveDir, `${path.slice("worker:".length)}.ts`), namespace: "worker" };
    });
    build.onLoad({ filter: /.*/, namespace: "worker" }, async ({ path }) => {
      const { outputFiles, metafile } = await esbuild.build({ ...common, entryPoints: [path], write: false, metafile: true });
      const bytes = outputFiles[0].contents;
      const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
      const name = `${basename(path, ".ts")}-${hash}.js`;
      workerChunks.add(`chunks/${name}`);
      mkdirSync(join(out, "chunks"), { recursive: true });
      writeFileSync(join(out, "chunks", name), bytes);
      const contents = `export default import.meta.url.replace(/(chunks\\/)?[^/]*$/, "chunks/${name}");`;
      return { contents, watchFiles: Object.keys(metafile.inputs).map((file) => resolve(file)) };
    });
  },
};

const common = {
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

/** A chunk's name is made before it is tightened, and browsers keep it for ever: how it is tightened belongs to the name. */
const tools = [fileURLToPath(import.meta.url), join(here, "../node_modules/terser/package.json")];
const how = tools.reduce((hash, file) => hash.update(readFileSync(file)), createHash("sha256")).digest("hex");

const isWorkbench = ({ out: name }) => name === "workbench" || name === "begin";
const options = { ...common, entryPoints: entries().filter((entry) => !isWorkbench(entry) || entry.in.endsWith(".css")), plugins: [workers] };

// The workbench alone is split: its tools come when a task first needs them. Chunks carry a hash in their names.
const split = {
  ...common,
  entryPoints: entries().filter((entry) => isWorkbench(entry) && !entry.in.endsWith(".css")),
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  banner: { js: `// ${how}` },
  metafile: true,
  plugins: [workers],
};

/**
 * esbuild puts what the entry shares with one part that comes later into one chunk, with another part into another:
 * twenty files to ask for at once, each compressed by itself. When every later part imports the entry, all of that
 * is one chunk; when it imports the first task's part too, so is what is shared with that. The words have nothing to
 * share. What the page begins with stays a chunk of its own: it runs before the rest is there.
 */
const together = {
  name: "together",
  setup(build) {
    const main = join(here, "workbench/main.tsx");
    const work = join(here, "workbench/panels/work.tsx");
    const first = ["work", "start", "pack"].map((panel) => join(here, `workbench/panels/${panel}.tsx`));
    const laterParts = new Set();
    build.onStart(async () => {
      const { metafile } = await esbuild.build({ ...split, plugins: [workers], entryPoints: [main], write: false });
      for (const { entryPoint } of Object.values(metafile.outputs)) if (entryPoint) laterParts.add(resolve(entryPoint));
    });
    build.onLoad({ filter: /workbench\/.*\.tsx?$/ }, ({ path }) => {
      if (path === main || !laterParts.has(path) || path.includes("/i18n/")) return undefined;
      const needed = first.includes(path) ? [main] : [main, work];
      const contents = [readFileSync(path, "utf8"), ...needed.map((one) => `import ${JSON.stringify(one)};`)].join("\n");
      return { contents, loader: path.endsWith("x") ? "tsx" : "ts", resolveDir: dirname(path) };
    });
  },
};
split.plugins = [workers, together];

/** A page is in one language: "workbench.js en" is what it needs together with its words. */
function spoken(modules, files) {
  return Object.fromEntries(
    ["en", "zh-hans"].flatMap((language) => {
      const words = files.filter((file) => new RegExp(`^chunks/${language}-[A-Z0-9]{8}\\.js$`).test(file));
      return Object.entries(modules).map(([script, chunks]) => [`${script} ${language}`, [...chunks, ...words]]);
    }),
  );
}

/** For each split script, the chunk that holds it and those that it imports at once, theirs included: what a page preloads. */
function modulesOf({ outputs }) {
  const atOnce = (file, seen = new Set()) => {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind !== "import-statement" || seen.has(path)) continue;
      seen.add(path);
      atOnce(path, seen);
    }
    return seen;
  };
  const scripts = Object.keys(outputs).filter((file) => outputs[file].entryPoint && !file.includes("/chunks/"));
  const short = (file) => relative(out, resolve(file));
  const holderOf = (file) => Object.keys(outputs).find((one) => outputs[one].inputs[outputs[file].entryPoint]);
  const chunksOf = (file) => [...new Set([holderOf(file), ...atOnce(file)])].map(short);
  const begin = short(beginOf({ outputs }));
  const modules = Object.fromEntries(scripts.map((file) => [short(file), chunksOf(file).filter((one) => one !== begin)]));
  // What a page opens with, a task or the choice of a project, it asks for at once.
  for (const [name, panel] of [["stage", "work"], ["start", "start"]]) {
    const part = Object.keys(outputs).find((file) => outputs[file].entryPoint?.endsWith(`workbench/panels/${panel}.tsx`));
    if (part) modules[name] = [part, ...atOnce(part)].map(short).filter((file) => !["workbench.js", begin, ...modules["workbench.js"]].includes(file));
  }
  modules["begin.js"] = [begin];
  const atOnceAll = new Set(Object.values(modules).flat());
  const rest = [...Object.keys(outputs).map(short), ...workerChunks].filter((name) => name.startsWith("chunks/") && !atOnceAll.has(name));
  return { ...modules, ...spoken(modules, Object.keys(outputs).map(short)), later: rest.sort() };
}

/** The chunk of what the page begins with. */
const beginOf = ({ outputs }) => Object.keys(outputs).find((file) => Object.keys(outputs[file].inputs).some((one) => one.endsWith("sync/begin.ts")));

/**
 * What the page begins with becomes a script that exports nothing: such a one may stand within a page, where no other
 * module could import it. What the others take from it they find under one global name, with the value that it has then.
 */
function giveGlobally(metafile) {
  const begin = beginOf(metafile);
  const changing = Object.keys(metafile.outputs[begin].inputs).filter((file) => /^export (let|var) /m.test(readFileSync(file, "utf8")));
  if (changing.length > 0) throw new Error(`${changing}: the other chunks would not hear of what it exports anew.`);
  const imported = new RegExp(`import(?:\\{([^{}]*)\\}from)?"\\./(?:chunks/)?${basename(begin)}";`, "g");
  const taken = (_, names) => (names ? `const{${names.replaceAll(" as ", ":")}}=window.labelmill;` : "");
  const given = (_, names) => `window.labelmill={${names.replace(/([^\s,]+) as ([^\s,]+)/g, "$2:$1")}}`;
  for (const file of Object.keys(metafile.outputs).filter((one) => one.endsWith(".js"))) {
    const code = readFileSync(file, "utf8");
    const isBegin = file === begin;
    const text = isBegin ? `(()=>{"use strict";${code.replace(/export\{([^{}]*)\};?$/, given)}})();` : code.replace(imported, taken);
    if (text.includes(basename(begin)) || (isBegin && /\b(im|ex)port\b|<\/script|<!--/i.test(text))) {
      throw new Error(`${file} does not fit what the page begins with.`);
    }
    writeFileSync(file, text);
  }
}

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

function sizes(modules) {
  let over = false;
  console.log("file".padEnd(34), "raw KB".padStart(9), "gzip KB".padStart(9), "brotli KB".padStart(10), "budget".padStart(8));
  const files = [...readdirSync(out), ...new Set(Object.values(modules).flat())];
  for (const name of files.filter((file) => /\.(js|css)$/.test(file)).sort()) {
    const parts = [name, ...(name === "workbench.js" ? [...modules["begin.js"], ...modules["workbench.js zh-hans"]] : [])].map((file) => readFileSync(join(out, file)));
    const total = (size) => parts.reduce((sum, bytes) => sum + size(bytes), 0);
    const gzip = total((bytes) => gzipSync(bytes, { level: 9 }).length);
    const budget = BUDGETS[name];
    const row = [total(({ length }) => length), gzip, total(brotli)].map((n) => (n / 1024).toFixed(1));
    const limit = budget ? (budget / 1024).toFixed(0) : "";
    console.log(name.padEnd(34), row[0].padStart(9), row[1].padStart(9), row[2].padStart(10), limit.padStart(8));
    if (budget && gzip > budget) {
      console.error(`${name} is ${gzip - budget} bytes over its gzip budget.`);
      over = true;
    }
  }
  return over;
}

/** esbuild works file by file; seen as a whole, with a second and a third look, a chunk is a twentieth smaller. */
async function tighten({ outputs }) {
  const scripts = Object.keys(outputs).filter((file) => file.endsWith(".js"));
  await Promise.all(
    scripts.map(async (file) => {
      const { code } = await minify(readFileSync(file, "utf8"), { module: true, ecma: 2022, compress: { passes: 3 } });
      writeFileSync(file, code);
    }),
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Chunks of earlier builds stay a day: a page that is still open may ask for them. */
function removeOld() {
  for (const name of readdirSync(join(out, "chunks"))) {
    const file = join(out, "chunks", name);
    if (Date.now() - statSync(file).mtimeMs > DAY_MS) rmSync(file, { force: true });
  }
}

mkdirSync(join(out, "chunks"), { recursive: true });
if (watch) {
  // What is watched are modules and nothing else: annotator/static.py knows by this file what was built.
  rmSync(join(out, "modules.json"), { force: true });
  for (const each of [options, split]) await (await esbuild.context(each)).watch();
  console.log(`Watching ${relative(process.cwd(), here)} -> ${relative(process.cwd(), out)}`);
} else {
  removeOld();
  await esbuild.build(options);
  const { metafile } = await esbuild.build(split);
  await tighten(metafile);
  giveGlobally(metafile);
  const modules = modulesOf(metafile);
  writeFileSync(join(out, "modules.json"), JSON.stringify(modules));
  if (sizes(modules)) process.exitCode = 1;
}
