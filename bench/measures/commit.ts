// Measures of one build: small commits to a dataset on a disk, each flushed before it counts.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { type Build, loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";

export type CommitBuild = Pick<Build, "createNdArray" | "openLocalDataset">;

export interface CommitKind {
  readonly name: string;
  readonly run: (dataset: ZarrDataset) => Promise<unknown>;
}

const PARAMS = "velocity/params";
const IMAGE_SHAPE = [8, 8] as const;

/** One measure for each kind of commit, and one for a whole session of a program that makes one. */
export async function measureCommit({
  root,
  folder,
  size,
  stack,
}: MeasurePlace): Promise<readonly Measure[]> {
  const build = await loadBuild(root, ["createNdArray", "openLocalDataset"]);
  const target = join(folder, "study.zarr");
  if (!existsSync(target)) {
    await makeStudy(build, target, size);
  }
  const dataset = stack.use(await build.openLocalDataset(target));
  const kinds = commitKinds(size);
  return [
    ...kinds.map(({ name, run }) => ({ name, run: () => run(dataset) })),
    {
      name: "a session that opens, replaces one JSON artifact and closes",
      run: async () => {
        await using session = await build.openLocalDataset(target);
        await replaceOne(session);
      },
    },
  ];
}

/** Makes a dataset of `count` tiny images, each with a JSON artifact. */
export async function makeStudy(build: CommitBuild, target: string, count: number): Promise<void> {
  await using dataset = await build.openLocalDataset(target);
  await dataset.transaction(async (transaction) => {
    for (let index = 0; index < count; index++) {
      const array = build.createNdArray("uint16", IMAGE_SHAPE, new Uint16Array(64).fill(index));
      const record = await transaction.addImage(array, { id: imageId(index) });
      await record.saveJson(PARAMS, freshParams());
    }
  });
}

export function commitKinds(imageCount: number): readonly CommitKind[] {
  return [
    { name: "one JSON artifact replaced", run: replaceOne },
    { name: "one JSON artifact new", run: addOne },
    {
      name: `the JSON artifacts of ${imageCount} images replaced at once`,
      run: (dataset) => replaceAll(dataset, imageCount),
    },
  ];
}

async function replaceOne(dataset: ZarrDataset): Promise<void> {
  await dataset.record(imageId(0)).saveJson(PARAMS, freshParams());
}

async function addOne(dataset: ZarrDataset): Promise<void> {
  await dataset.record(imageId(1)).saveJson(`new/${fresh()}`, freshParams());
}

async function replaceAll(dataset: ZarrDataset, count: number): Promise<void> {
  await dataset.transaction(async (transaction) => {
    for (let index = 0; index < count; index++) {
      await transaction.record(imageId(index)).saveJson(PARAMS, freshParams());
    }
  });
}

function imageId(index: number): string {
  return `image-${String(index).padStart(5, "0")}`;
}

/** Never the same twice, in this process or another, so that every commit has something to write. */
function freshParams(): object {
  return { threshold: 0.2, window: 5, run: fresh() };
}

function fresh(): string {
  return crypto.randomUUID();
}
