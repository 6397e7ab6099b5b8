// Measures of one build: reading whole zstd arrays, in chunks of each shape.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { NdArray, ZarrDataset } from "@kym/zarr-store";
import { type Build, loadBuild } from "../against/load-build.ts";
import type { Measure, MeasurePlace } from "../against/measure.ts";
import { madeScan } from "../inputs/made-scan.ts";

export interface ArrayCase {
  readonly name: string;
  readonly images: number;
  readonly shape: readonly [rows: number, columns: number];
  readonly chunks?: readonly [rows: number, columns: number];
}

/** A quarter of the data that the benchmark reads when it runs alone. */
const CASES: readonly ArrayCase[] = [
  { name: "5 line scans of 2.3 MB, one chunk each", images: 5, shape: [30_000, 38] },
  { name: "an image of 34 MB, in chunks of whole rows", images: 1, shape: [262_144, 64] },
  { name: "an image of 34 MB, in square chunks", images: 1, shape: [4096, 4096], chunks: [1024, 1024] },
];

export async function measureArrays({ root, folder, stack }: MeasurePlace): Promise<readonly Measure[]> {
  const build = await loadBuild(root, ["createNdArray", "openLocalDataset"]);
  const path = join(folder, "study.zarr");
  if (!existsSync(path)) {
    await using dataset = await build.openLocalDataset(path, { durability: "none" });
    for (const [index, one] of CASES.entries()) {
      await addArrays(build, dataset, index, one);
    }
  }
  const dataset = stack.use(await build.openLocalDataset(path, { mode: "r" }));
  return CASES.map((one, index) => ({
    name: `read ${one.name}`,
    run: () => readArrays(dataset, imageIdsOf(index, one)),
  }));
}

export function imageIdsOf(caseIndex: number, { images }: ArrayCase): readonly string[] {
  return Array.from({ length: images }, (_, image) => `case-${caseIndex}-${image}`);
}

export async function addArrays(
  { createNdArray }: Pick<Build, "createNdArray">,
  dataset: ZarrDataset,
  caseIndex: number,
  one: ArrayCase,
): Promise<void> {
  const options = one.chunks === undefined ? {} : { chunks: one.chunks };
  for (const [image, id] of imageIdsOf(caseIndex, one).entries()) {
    await dataset.addImage(madeScan(createNdArray, one.shape, image), { id, ...options });
  }
}

/** Reads several images at the same time, as a program does that has all of them to read. */
export async function readArraysAtOnce(
  dataset: ZarrDataset,
  ids: readonly string[],
  atOnce: number,
): Promise<readonly NdArray[]> {
  const images: NdArray[] = [];
  const queue = ids.entries();
  const work = async (): Promise<void> => {
    for (const [index, id] of queue) {
      images[index] = await dataset.record(id).loadArray();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return images;
}

export async function readArrays(dataset: ZarrDataset, ids: readonly string[]): Promise<readonly NdArray[]> {
  const images: NdArray[] = [];
  for (const id of ids) {
    images.push(await dataset.record(id).loadArray());
  }
  return images;
}
