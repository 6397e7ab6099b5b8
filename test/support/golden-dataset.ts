// Where the golden datasets lie, and what each of them is.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** One small dataset for each version of the format, and for each way to claim versions. */
export const GOLDEN_DATASETS = ["version-1", "version-2", "version-3", "version-3-folders"] as const;

export type GoldenDataset = (typeof GOLDEN_DATASETS)[number];

const FOLDER = join(import.meta.dirname, "../golden-datasets");

/** The last commit whose builds write version 2. */
export const LAST_OF_VERSION_2 = "7fad3b2acd6b8d5927c4948b6b6d5d6f87577282";

export function goldenFolder(name: GoldenDataset): string {
  return join(FOLDER, `${name}.zarr`);
}

/** What {@link goldenFolder} holds, as the program that wrote it says. */
export function truthPath(name: GoldenDataset): string {
  return join(FOLDER, `${name}.truth.json`);
}

/** The golden datasets that are in the repository. */
export function storedGoldenDatasets(): readonly GoldenDataset[] {
  return GOLDEN_DATASETS.filter((name) => existsSync(goldenFolder(name)));
}
