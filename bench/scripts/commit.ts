// Measures small commits: one JSON artifact replaced, one new, and those of many images at once.

/**
 * Each commit is flushed before it counts, so the folder must be on a disk. The goal of a change of the format: at most 1.1 times
 * what a commit took before it.
 *
 *     npx -y pnpm@12 bench:commit [images] [folder]
 *     npx -y pnpm@12 bench:commit [images] [folder] --against COMMIT [--rounds N]
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createNdArray } from "@kym/zarr-store";
import { localStore, openLocalDataset } from "@kym/zarr-store/node";
import { countingStore } from "@kym/zarr-store/testing";
import { compareBuilds } from "../against/compare-builds.ts";
import { readBenchArguments } from "../bench-arguments.ts";
import { makeBenchFolder } from "../inputs/bench-folder.ts";
import { commitKinds, makeStudy } from "../measures/commit.ts";
import { median } from "../rounds/paired-rounds.ts";

const { against, positionals, rounds: askedRounds } = readBenchArguments();
const imageCount = Number(positionals[0] ?? 64);
const rounds = askedRounds ?? 40;
const folder = makeBenchFolder(positionals[1] ?? tmpdir());
try {
  await (against === undefined
    ? benchmark()
    : compareBuilds({
        benchmark: "commit",
        against,
        rounds: askedRounds,
        size: imageCount,
        title: `commits to a dataset of ${imageCount} images`,
        folder,
      }));
} finally {
  rmSync(folder, { recursive: true });
}

async function benchmark(): Promise<void> {
  const target = join(folder, "study.zarr");
  await makeStudy({ createNdArray, openLocalDataset }, target, imageCount);
  const { store, take } = countingStore(localStore(target));
  await using dataset = await openLocalDataset(store);
  for (const { name, run } of commitKinds(imageCount)) {
    await run(dataset);
    take();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const begun = performance.now();
      await run(dataset);
      times.push(performance.now() - begun);
    }
    const { calls, synced, byMethod } = take();
    const each = (count: number): string => (count / rounds).toFixed(1);
    const methods = Object.entries(byMethod).map(([method, count]) => `${method} ${each(count ?? 0)}`);
    console.log(
      `${median(times).toFixed(1)} ms  ${name}: ${each(calls)} calls of the store (${methods.join(", ")}), ${each(synced)} flushed`,
    );
  }
}
