// Measures of one build: indexes of many small images, rebuilt, with nothing changed, and with one image
// changed.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { KymDataset, UpdateReport } from "@kym/kym-dataset";
import type { ZarrDataset } from "@kym/zarr-store";
import { type Build, loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";
import { addAnalysedImages, saveEventsOf } from "../inputs/index-study.ts";

/** The functions of a build that an index needs. */
export type IndexBuild = Pick<
  Build,
  | "KymDataset"
  | "createNdArray"
  | "openLocalDataset"
  | "radonIndexer"
  | "summarizeMetadata"
  | "velocityEventIndexer"
>;

const CHANGED_IMAGE = 7;

export async function measureIndex({ root, folder, size, stack }: MeasurePlace): Promise<readonly Measure[]> {
  const build = await loadBuild(root, [
    "KymDataset",
    "createNdArray",
    "openLocalDataset",
    "radonIndexer",
    "summarizeMetadata",
    "velocityEventIndexer",
  ]);
  const location = join(folder, "study.zarr");
  const inSession = async (run: (kym: KymDataset) => Promise<unknown>): Promise<void> => {
    await using dataset = await openStudy(build, location);
    await run(new build.KymDataset(dataset));
  };
  if (!existsSync(location)) {
    await writeStudy(build, location, size);
    await inSession((kym) => updateIndexes(build, kym));
  }
  const open = stack.use(await build.openLocalDataset(location, { durability: "none" }));
  const kept = new build.KymDataset(open);
  let seed = Date.now();
  return [
    { name: "whole index", run: () => inSession((kym) => replaceIndexes(build, kym)) },
    { name: "index with nothing new", run: () => inSession((kym) => updateIndexes(build, kym)) },
    { name: "index with nothing new, dataset open", run: () => updateIndexes(build, kept) },
    {
      name: "index with one image changed, its edit included",
      run: async () => {
        seed++;
        const updated = await changeOneImage(build, kept, seed);
        if (updated !== 1) {
          throw new Error(`one image changed, ${updated} were indexed`);
        }
      },
    },
  ];
}

function openStudy(
  { openLocalDataset, summarizeMetadata }: IndexBuild,
  location: string,
): Promise<ZarrDataset> {
  return openLocalDataset(location, { summarize: summarizeMetadata, durability: "none" });
}

export async function writeStudy(build: IndexBuild, location: string, imageCount: number): Promise<void> {
  await using dataset = await openStudy(build, location);
  await addAnalysedImages(build, dataset, imageCount);
  await dataset.updateManifest();
}

/** Updates both indexes and returns how many images each of them updated. */
export async function updateIndexes(build: IndexBuild, kym: KymDataset): Promise<readonly number[]> {
  const reports = await runIndexers(build, kym, "incremental");
  return reports.map(({ updated }) => updated);
}

export async function replaceIndexes(build: IndexBuild, kym: KymDataset): Promise<void> {
  await runIndexers(build, kym, "replace");
}

/** Runs both in one pass; an older build has no such pass. */
async function runIndexers(
  { velocityEventIndexer, radonIndexer }: IndexBuild,
  kym: KymDataset,
  mode: "incremental" | "replace",
): Promise<readonly UpdateReport[]> {
  const indexers = [velocityEventIndexer, radonIndexer];
  if ("updateIndexes" in kym) {
    return kym.updateIndexes(indexers, { mode });
  }
  const older: Pick<KymDataset, "updateIndex"> = kym;
  const reports: UpdateReport[] = [];
  for (const indexer of indexers) {
    reports.push(await older.updateIndex(indexer, { mode }));
  }
  return reports;
}

/** Changes an image's events and indexes them. Returns how many images the index updated. */
async function changeOneImage(
  { velocityEventIndexer }: IndexBuild,
  kym: KymDataset,
  seed: number,
): Promise<number> {
  await saveEventsOf(kym.dataset, CHANGED_IMAGE, seed);
  const { updated } = await kym.updateIndex(velocityEventIndexer, {
    mode: "incremental",
  });
  return updated;
}
