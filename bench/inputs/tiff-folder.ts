// Fills the folder of TIFFs that the ingest benchmarks read.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { findSharedData } from "../../test/support/find-shared-data.ts";
import { madeScan } from "./made-scan.ts";

/**
 * Writes `count` TIFFs: the laboratory's own in turn, if they are available, each with a few pixels changed.
 * Returns the total number of bytes.
 */
export function writeTiffFolder(folder: string, count: number): number {
  mkdirSync(folder, { recursive: true });
  const kinds = realTiffs();
  let sizeBytes = 0;
  for (let index = 0; index < count; index++) {
    const bytes = Buffer.from(kinds[index % kinds.length] ?? []);
    // Headers are at both ends of a file; its middle holds pixels.
    bytes.writeUInt32LE(index, 4 * Math.floor(bytes.length / 8));
    writeFileSync(join(folder, `scan-${String(index).padStart(5, "0")}.tif`), bytes);
    sizeBytes += bytes.length;
  }
  return sizeBytes;
}

function realTiffs(): readonly Uint8Array[] {
  const shared = findSharedData("kymographs");
  return shared === undefined
    ? [writeImageJTiff(madeScan(createNdArray, [30_000, 38]))]
    : readdirSync(shared, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".tif"))
        .sort()
        .map((path) => readFileSync(join(shared, path)));
}
