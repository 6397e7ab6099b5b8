// Measures of one build: the time of short commands, as published, from start to end.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { BuildError } from "../against/build-error.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";

const execute = promisify(execFile);

export async function measureStart({ root, inputs, folder }: MeasurePlace): Promise<readonly Measure[]> {
  const main = publishedMain(root);
  const study = join(folder, "study.zarr");
  const kym = (...args: readonly string[]) => execute(process.execPath, [main, ...args]);
  if (!existsSync(study)) {
    await kym("ingest", inputs, study);
  }
  return [["--help"], ["--version"], ["ls", study]].map((args) => ({
    name: `kym ${args[0]}`,
    run: () => kym(...args),
  }));
}

/** Returns the program that a tree's `kym` runs. */
function publishedMain(root: string): string {
  const manifest: { readonly bin?: { readonly kym?: string } } = JSON.parse(
    readFileSync(join(root, "apps/cli/package.json"), "utf8"),
  );
  const main = join(root, "apps/cli", manifest.bin?.kym ?? "");
  if (!main.endsWith(".js") || !existsSync(main)) {
    throw new BuildError(`the build in ${root} has no kym: ${main} is not a program`);
  }
  return main;
}
