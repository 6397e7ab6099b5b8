// Measures of one build: ingest, index and export of many small images, and opening one of them.

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import { type Build, loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";

export type GrowthBuild = Pick<
  Build,
  | "KymDataset"
  | "exportLegacyFolder"
  | "ingestLegacyFolder"
  | "openLocalDataset"
  | "summarizeMetadata"
  | "velocityEventIndexer"
>;

export interface GrowthStep {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

export async function measureGrowth({
  root,
  inputs,
  folder,
  size,
  stack,
}: MeasurePlace): Promise<readonly Measure[]> {
  const build = await loadBuild(root, [
    "KymDataset",
    "exportLegacyFolder",
    "ingestLegacyFolder",
    "openLocalDataset",
    "summarizeMetadata",
    "velocityEventIndexer",
  ]);
  const target = join(folder, "study.zarr");
  const exported = join(folder, "export");
  const steps = growthSteps(build, { study: inputs, target, exported, count: size });
  if (!existsSync(target)) {
    await steps.ingest.run();
  }
  const dataset = stack.use(await build.openLocalDataset(target, { mode: "r" }));
  const ids = await dataset.listImageIds();
  const fresh = join(folder, "fresh.zarr");
  const freshSteps = growthSteps(build, { study: inputs, target: fresh, exported, count: size });
  const removeFresh = (): Promise<void> => rm(fresh, { recursive: true, force: true });
  return [
    { ...freshSteps.ingest, prepare: removeFresh },
    steps.ingestAgain,
    {
      ...freshSteps.index,
      prepare: async () => {
        await removeFresh();
        await freshSteps.ingest.run();
      },
    },
    { ...steps.export, prepare: () => rm(exported, { recursive: true, force: true }) },
    steps.open,
    { name: "read one image", run: () => readOneImage(dataset, ids[Math.floor(ids.length / 2)] ?? "") },
  ];
}

/** The measured steps of a study, in order. */
export function growthSteps(
  build: GrowthBuild,
  {
    study,
    target,
    exported,
    count,
  }: { readonly study: string; readonly target: string; readonly exported: string; readonly count: number },
): Readonly<Record<"ingest" | "ingestAgain" | "index" | "export" | "open", GrowthStep>> {
  const { openLocalDataset, ingestLegacyFolder, exportLegacyFolder, KymDataset } = build;
  const options = { durability: "none", summarize: build.summarizeMetadata } as const;
  const ingest = async (expected: number): Promise<void> => {
    await using dataset = await openLocalDataset(target, options);
    const { ingested } = await ingestLegacyFolder(dataset, study);
    if (ingested.length !== expected) {
      throw new Error(`${ingested.length} of ${expected} images were ingested`);
    }
  };
  return {
    ingest: { name: "ingest", run: () => ingest(count) },
    ingestAgain: { name: "ingest of nothing new", run: () => ingest(0) },
    index: {
      name: "index",
      run: async () => {
        await using dataset = await openLocalDataset(target, options);
        await new KymDataset(dataset).updateIndex(build.velocityEventIndexer, { mode: "incremental" });
      },
    },
    export: {
      name: "export",
      run: async () => {
        await using dataset = await openLocalDataset(target, { ...options, mode: "r" });
        await exportLegacyFolder(dataset, exported);
      },
    },
    open: {
      name: "open the dataset",
      run: async () => {
        await using _ = await openLocalDataset(target, { mode: "r" });
      },
    },
  };
}

export async function readOneImage(dataset: ZarrDataset, id: string): Promise<void> {
  await dataset.record(id).loadArray();
  await dataset.record(id).loadMetadataPayload();
}
