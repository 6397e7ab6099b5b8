import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io";
import { createNdArray, type NdArray } from "@kym/zarr-store";
import { findSharedData } from "../packages/legacy-io/test/shared-data.ts";

/** So many TIFFs: the laboratory's own in turn, where they are at hand, each with a few pixels of its own. Returns their bytes in all. */
export function writeTiffFolder(folder: string, count: number): number {
  mkdirSync(folder, { recursive: true });
  const kinds = realTiffs();
  let sizeBytes = 0;
  for (let index = 0; index < count; index++) {
    const bytes = Buffer.from(kinds[index % kinds.length] ?? []);
    // The headers are at either end: the middle is pixels.
    bytes.writeUInt32LE(index, 4 * Math.floor(bytes.length / 8));
    writeFileSync(join(folder, `scan-${String(index).padStart(5, "0")}.tif`), bytes);
    sizeBytes += bytes.length;
  }
  return sizeBytes;
}

function realTiffs(): readonly Uint8Array[] {
  const shared = findSharedData("kymographs");
  return shared === undefined
    ? [writeImageJTiff(madeScan([30_000, 38]))]
    : readdirSync(shared, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".tif"))
        .sort()
        .map((path) => readFileSync(join(shared, path)));
}

/** Noise over a pattern of columns, 16 bits a pixel. */
export function madeScan(shape: readonly [rows: number, columns: number]): NdArray {
  const scan = createNdArray("uint16", shape);
  let state = 1;
  for (let index = 0; index < scan.data.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    scan.data[index] = 500 + (index % 38) * 20 + (state >>> 24);
  }
  return scan;
}
