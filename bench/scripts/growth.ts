// Measures how the time per image grows with the number of images: ingest, index, export, opening one image.

/**
 * Times are in milliseconds per image. The goal: linear or better, and one image opened in constant time.
 *
 *     npx -y pnpm@12 bench:growth [largest count]
 *     npx -y pnpm@12 bench:growth [count] --against COMMIT [--rounds N]
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { KymDataset, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { countingStore } from "@kym/zarr-store/testing";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { growthSteps, readOneImage } from "../measures/growth.ts";

const { against, positionals, rounds } = readBenchArguments();
const largest = Number(positionals[0] ?? (against === undefined ? 1000 : 200));
const OURS = {
  KymDataset,
  exportLegacyFolder,
  ingestLegacyFolder,
  openLocalDataset,
  summarizeMetadata,
  velocityEventIndexer,
};
const COUNTS = [100, 1000, 10_000].filter((count) => count <= largest);
const IMAGES_A_FOLDER = 1000;

for (const count of against === undefined ? COUNTS : [largest]) {
  const folder = makeBenchFolder();
  try {
    await (against === undefined
      ? benchmark(folder, count)
      : compareBuilds({
          benchmark: "growth",
          against,
          rounds,
          size: count,
          title: `${count} small images`,
          writeInputs: (inputs) => writeStudy(inputs, count),
          folder,
        }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchmark(folder: string, count: number): Promise<void> {
  const study = join(folder, "study");
  writeStudy(study, count);
  const target = join(folder, "study.zarr");
  const steps = growthSteps(OURS, { study, target, exported: join(folder, "export"), count });
  const times: string[] = [];
  for (const { name, run } of [steps.ingest, steps.ingestAgain, steps.index, steps.export, steps.open]) {
    globalThis.gc?.();
    const begun = performance.now();
    await run();
    const ms = performance.now() - begun;
    times.push(`${name} ${ms.toFixed(0)} ms, ${(ms / count).toFixed(2)} an image`);
  }
  await using open = await openLocalDataset(target, { mode: "r" });
  const ids = await open.listImageIds();
  const { store, take } = countingStore(localStore(target));
  await using counted = await openLocalDataset(store, { mode: "r" });
  take();
  const begun = performance.now();
  await readOneImage(counted, ids[Math.floor(count / 2)] ?? "");
  const ms = performance.now() - begun;
  const { calls, bytesRead } = take();
  console.log(`${count} images: ${times.join("; ")}`);
  console.log(`  one image read: ${ms.toFixed(2)} ms, ${calls} calls of the store, ${bytesRead} bytes`);
}

/** Writes small line scans, each with its own pixels and metadata. */
function writeStudy(study: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const folder = join(study, `day-${Math.floor(index / IMAGES_A_FOLDER)}`);
    if (index % IMAGES_A_FOLDER === 0) {
      mkdirSync(folder, { recursive: true });
    }
    const data = Uint16Array.from({ length: 64 * 16 }, (_, pixel) => (pixel * 7 + index) % 65_536);
    const name = `scan-${String(index).padStart(5, "0")}`;
    writeFileSync(join(folder, `${name}.tif`), writeImageJTiff({ dtype: "uint16", shape: [64, 16], data }));
    writeFileSync(
      join(folder, `${name}.metadata.json`),
      JSON.stringify({ version: "2.0", rois: [], accepted: true }),
    );
  }
}
