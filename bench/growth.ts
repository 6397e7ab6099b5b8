/**
 * How an ingest, an index, an export and opening one image grow with the number of images, in milliseconds an image. Goal P16
 * of performance.md: linear or better, and one image opened in constant time.
 *
 *     npx -y pnpm@12 bench:growth [largest count]
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { KymDataset, summarizeMetadata, velocityEventIndexer } from "@kym/kym-dataset";
import { writeImageJTiff } from "@kym/legacy-io";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { localStore, openDataset } from "@kym/zarr-store/node";
import { countingStore } from "@kym/zarr-store/testing";

const [largest = 1000] = process.argv.slice(2).map(Number);
const MEMORY = "/dev/shm";
const COUNTS = [100, 1000, 10_000].filter((count) => count <= largest);
const IMAGES_A_FOLDER = 1000;

for (const count of COUNTS) {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), "kym-bench-"));
  try {
    await benchmark(folder, count);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchmark(folder: string, count: number): Promise<void> {
  const study = join(folder, "study");
  writeStudy(study, count);
  const target = join(folder, "study.zarr");
  const options = { durability: "none", summarize: summarizeMetadata } as const;
  const times: string[] = [];
  const measure = async (what: string, run: () => Promise<unknown>): Promise<void> => {
    globalThis.gc?.();
    const begun = performance.now();
    await run();
    const ms = performance.now() - begun;
    times.push(`${what} ${ms.toFixed(0)} ms, ${(ms / count).toFixed(2)} an image`);
  };
  await measure("ingest", async () => {
    await using dataset = await openDataset(target, options);
    const { ingested } = await ingestLegacyFolder(dataset, study);
    if (ingested.length !== count) {
      throw new Error(`${ingested.length} of ${count} images were ingested`);
    }
  });
  await measure("ingest of nothing new", async () => {
    await using dataset = await openDataset(target, options);
    await ingestLegacyFolder(dataset, study);
  });
  await measure("index", async () => {
    await using dataset = await openDataset(target, options);
    await new KymDataset(dataset).updateIndex(velocityEventIndexer, { mode: "incremental" });
  });
  await measure("export", async () => {
    await using dataset = await openDataset(target, { ...options, mode: "r" });
    await exportLegacyFolder(dataset, join(folder, "export"));
  });
  await using open = await openDataset(target, { mode: "r" });
  const ids = await open.listImageIds();
  await measure("open the dataset", async () => openDataset(target, { mode: "r" }));
  const { store, take } = countingStore(localStore(target));
  await using counted = await openDataset(store, { mode: "r" });
  take();
  const begun = performance.now();
  const id = ids[Math.floor(count / 2)] ?? "";
  await counted.record(id).loadArray();
  await counted.record(id).loadMetadataPayload();
  const ms = performance.now() - begun;
  const { calls, bytesRead } = take();
  console.log(`${count} images: ${times.join("; ")}`);
  console.log(`  one image read: ${ms.toFixed(2)} ms, ${calls} calls of the store, ${bytesRead} bytes`);
}

/** Small line scans, each with its own pixels and metadata beside it. */
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
