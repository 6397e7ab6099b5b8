// Makes the golden datasets anew: each by the oldest program that writes its version.
/**
 *     node test/golden-datasets/make-golden-datasets.ts [version-1] [version-2] [version-3] [version-3-folders]
 *
 * Version 1 is written by zarr-python, version 2 by the build of the last commit that writes it, version 3 by this tree. A dataset
 * that is in the repository stays as it is: a build reads what older programs wrote, so it must not be made by newer ones. Only
 * one of a version that is not released yet is made again. Name what to make; the default is what is missing.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { buildCommit, REPOSITORY } from "../../bench/against/commit-build.ts";
import { runPython } from "../interop/python-environment.ts";
import {
  GOLDEN_DATASETS,
  type GoldenDataset,
  goldenFolder,
  LAST_OF_VERSION_2,
  storedGoldenDatasets,
  truthPath,
} from "../support/golden-dataset.ts";
import type { StudyPart, StudyRequest } from "./write-study.ts";

const MOST_BYTES = 60_000;

const stored = new Set(storedGoldenDatasets());
const asked = process.argv.slice(2);
const names = GOLDEN_DATASETS.filter((name) =>
  asked.length === 0 ? !stored.has(name) : asked.includes(name),
);
for (const name of names) {
  rmSync(goldenFolder(name), { recursive: true, force: true });
  writeFileSync(truthPath(name), await makeDataset(name));
  const sizeBytes = sizeOf(goldenFolder(name));
  console.log(`${name}: ${sizeBytes} bytes`);
  if (sizeBytes > MOST_BYTES) {
    throw new Error(`${name} has ${sizeBytes} bytes, expected at most ${MOST_BYTES}`);
  }
}

/** Returns the truth, which the program that wrote the dataset says. */
async function makeDataset(name: GoldenDataset): Promise<string> {
  if (name === "version-1") {
    return runPython(new URL("make_version_1.py", import.meta.url), [goldenFolder(name)]);
  }
  const root = name === "version-2" ? buildCommit(LAST_OF_VERSION_2) : REPOSITORY;
  const run = (part: StudyPart): string =>
    runPart({ root, folder: goldenFolder(name), part, hasNoLinks: name === "version-3-folders" });
  run("whole");
  run("unpublished");
  // What the dead writer of another host held is free after a minute without it; nobody who reads this should wait for that.
  rmSync(join(goldenFolder(name), "__staging/lock"), { recursive: true });
  run("left");
  return run("truth");
}

function runPart(request: StudyRequest): string {
  const program = join(import.meta.dirname, "write-study.ts");
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning", program, JSON.stringify(request)],
    { encoding: "utf8" },
  );
  const isKilled = request.part === "unpublished" || request.part === "left";
  if (isKilled ? signal !== "SIGKILL" : status !== 0) {
    throw new Error(`${request.part} in ${request.folder} ended with ${signal ?? status}\n${stderr}`);
  }
  return stdout;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}
