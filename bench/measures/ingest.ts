// Measures of one build: ingest of a folder of TIFFs, in each compression and durability.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Build, loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";

export interface IngestSettings {
  readonly compression: "none" | "zstd";
  readonly durability: "none" | "batched";
}

export const INGEST_SETTINGS: readonly IngestSettings[] = [
  { compression: "none", durability: "none" },
  { compression: "none", durability: "batched" },
  { compression: "zstd", durability: "none" },
  { compression: "zstd", durability: "batched" },
];

export function ingestName({ compression, durability }: IngestSettings): string {
  return `${compression === "none" ? "uncompressed" : compression}, durability ${durability}`;
}

export async function measureIngest({
  root,
  inputs,
  folder,
  size,
}: MeasurePlace): Promise<readonly Measure[]> {
  const build = await loadBuild(root, ["openLocalDataset", "ingestLegacyFolder"]);
  const target = join(folder, "out");
  return INGEST_SETTINGS.map((settings) => ({
    name: `ingest, ${ingestName(settings)}`,
    prepare: () => rm(target, { recursive: true, force: true }),
    run: () => ingestFolder(build, { study: inputs, target, imageCount: size, ...settings }),
  }));
}

export async function ingestFolder(
  { openLocalDataset, ingestLegacyFolder }: Pick<Build, "openLocalDataset" | "ingestLegacyFolder">,
  {
    study,
    target,
    imageCount,
    compression,
    durability,
  }: IngestSettings & { readonly study: string; readonly target: string; readonly imageCount: number },
): Promise<void> {
  await using dataset = await openLocalDataset(target, { durability });
  const { ingested } = await ingestLegacyFolder(dataset, study, { compression });
  if (ingested.length !== imageCount) {
    throw new Error(`${ingested.length} of ${imageCount} images were ingested`);
  }
}
