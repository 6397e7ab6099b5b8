// Measures a report of many images: its bytes, and the CPU seconds beside reading only the overviews and the chunks that it shows.

/**
 * Both run in this process, in turn, on one dataset of artificial scans of 38 px.
 *
 *     npx -y pnpm@12 bench:report [images] [rounds]
 */
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { AcqImage, KymDataset, loadOverview } from "@kym/kym-dataset";
import { ARTIFACTS, summarizeMetadata } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { runCommandLine } from "../apps/cli/src/run-command-line.ts";
import { testHost } from "../apps/cli/test/support/test-host.ts";
import { readBenchArguments } from "./bench-arguments.ts";
import { makeBenchFolder } from "./bench-folder.ts";
import { madeScan } from "./made-scan.ts";
import { median } from "./paired-rounds.ts";

const [LINES, COLUMNS, SHOWN_LINES, CHUNK_LINES] = [30_000, 38, 600, 4096];
const { positionals } = readBenchArguments();
const images = Number(positionals[0] ?? 500);
const rounds = Number(positionals[1] ?? 3);
const folder = makeBenchFolder();
const [study, file] = [join(folder, "study.zarr"), join(folder, "report.html")];
try {
  await writeStudy();
  const [ours, reading]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    reading.push(await cpuSeconds(readOnly));
    ours.push(await cpuSeconds(writeReport));
  }
  const [report, read] = [median(ours), median(reading)];
  console.log(
    `report of ${images} images of ${LINES} × ${COLUMNS}: ${(statSync(file).size / 1e6).toFixed(1)} MB, ${report.toFixed(2)} s of CPU; reading their overviews and ${SHOWN_LINES} lines ${read.toFixed(2)} s: × ${(report / read).toFixed(2)}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

/** Scans of noise, of which nothing is packed well, with their overviews. */
async function writeStudy(): Promise<void> {
  await using dataset = await openLocalDataset(study, { summarize: summarizeMetadata });
  const metadata = { version: "2.0", header: { voxels: [0.00117, 0.276], voxels_units: ["s", "um"] } };
  for (let index = 0; index < images; index++) {
    const scan = madeScan(createNdArray, [LINES, COLUMNS], index);
    const record = await dataset.addImage(scan, {
      ...{ id: `scan-${index}`, axes: ["t", "x"], chunkShape: [CHUNK_LINES, COLUMNS] },
    });
    await record.saveJson(ARTIFACTS.metadata, metadata);
  }
  await new KymDataset(dataset).updateOverviews();
}

async function readOnly(): Promise<void> {
  await using dataset = await openLocalDataset(study, { mode: "r" });
  const start = (LINES - SHOWN_LINES) / 2;
  for (let index = 0; index < images; index++) {
    const record = dataset.record(`scan-${index}`);
    const image = AcqImage.from({
      ...{ sourceKey: record.id, pixelStore: record.asPixelStore(), artifactStore: record.asArtifactStore() },
    });
    await loadOverview(record);
    await image.getSlice2d({ channel: 1, rows: { start, stop: start + SHOWN_LINES } });
  }
}

async function writeReport(): Promise<void> {
  const host = testHost({ cwd: folder });
  const exitCode = await runCommandLine(["report", "study.zarr", "-o", "report.html", "--force"], host);
  if (exitCode !== 0 || !existsSync(file)) {
    throw new Error(`kym report ended with ${String(exitCode)}: ${host.written.stderr}`);
  }
}

async function cpuSeconds(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
