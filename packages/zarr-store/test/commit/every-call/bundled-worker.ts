// Makes one file of a worker and the sources that it loads, because thousands of its processes are started.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { buildSync } from "esbuild";

/** Below the package, so that the worker finds the dependencies, which stay as they are. */
const FOLDER = join(import.meta.dirname, "../../../node_modules/.cache/workers");
const bundled = new Map<string, string>();

/**
 * The path of the bundled worker, made from the sources of now at the first call of a process. With it a process takes two
 * thirds of the time that it takes with a hundred files of TypeScript.
 */
export function bundledWorker(path: string): string {
  const known = bundled.get(path);
  if (known !== undefined) {
    return known;
  }
  const { outputFiles } = buildSync({
    entryPoints: [path],
    bundle: true,
    conditions: ["@kym/source"],
    format: "esm",
    logLevel: "silent",
    packages: "external",
    platform: "node",
    write: false,
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 16);
  const file = join(FOLDER, `${basename(path, ".ts")}-${hash}.mjs`);
  if (!existsSync(file)) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, contents);
    renameSync(`${file}.${process.pid}`, file);
  }
  bundled.set(path, file);
  return file;
}
