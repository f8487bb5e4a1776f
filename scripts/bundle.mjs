// Bundles the front end into static/dist under content-hashed names, with a manifest for the server.
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "static/dist");

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["static/css/main.css", "static/js/main.js"],
  outdir: dist,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  // The browsers that know light-dark(), nesting and cascade layers; nothing is polyfilled.
  target: ["chrome123", "edge123", "firefox121", "safari17.5"],
  external: ["/static/*"],
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [path, output] of Object.entries(metafile.outputs)) {
  if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path);
}
await mkdir(dist, { recursive: true });
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// A running server and open pages still name yesterday's bundles; older ones go.
const kept = new Set([...Object.values(manifest), "manifest.json"]);
const yesterday = Date.now() - 24 * 60 * 60 * 1000;
for (const name of await readdir(dist)) {
  const path = join(dist, name);
  if (!kept.has(name) && (await stat(path)).mtimeMs < yesterday) await rm(path);
}

for (const [path, output] of Object.entries(metafile.outputs)) {
  console.log(`${basename(path)}  ${(output.bytes / 1024).toFixed(1)} KiB`);
}
