// Simulates a lab's folder, takes it through the whole job in memory, and prints the README's picture as SVG.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { COLUMNS, calibrationOf, loadMetadataText, parseMetadata, RADON_ARTIFACTS } from "@kym/kym-schema";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { memoryStore, openDataset, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import { simulateLabFolder } from "../simulator/simulate-lab-folder.ts";
import { type StudyFacts, studyPicture } from "./study-picture.ts";

/** The scan with a stall, and the part of it that is shown. */
const SCAN = "20250715_A32_0002";
const [START_S, STOP_S] = [1.5, 2.9];
/** A window without a direction has a velocity near infinity. */
const MOST_MM_PER_S = 3;
/** Values along time that become one in the picture. */
const LINES_PER_VALUE = 4;

/** The SVG, drawn from what the dataset says; the same text every time. */
export async function drawStudy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kym-picture-"));
  try {
    await simulateLabFolder(join(folder, "lab"));
    return studyPicture(await factsOf(join(folder, "lab")));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function factsOf(lab: string): Promise<StudyFacts> {
  const dataset = await openDataset(memoryStore());
  const { ingested } = await ingestLegacyFolder(dataset, lab);
  const kym = new KymDataset(dataset);
  await kym.updateIndex(radonIndexer);
  await kym.updateIndex(velocityEventIndexer);

  const imageId = ingested.find(({ path }) => path.includes(SCAN))?.imageId ?? "";
  const record = dataset.record(imageId);
  const { header } = parseMetadata((await loadMetadataText(record.asArtifactStore())) ?? "{}");
  const { secondsPerLine, umPerPx } = calibrationOf(header);
  if (secondsPerLine === null || umPerPx === null) {
    throw new Error(`${SCAN} has no calibration`);
  }
  const inWindow = (timeS: number): boolean => timeS >= START_S && timeS <= STOP_S;
  const trace = await record.loadParquet(RADON_ARTIFACTS.tables[0] ?? "");
  const events = [...rowsOf(await dataset.loadTable("kym_velocity_events"))];
  return {
    scanName: SCAN,
    plane: await shownPlane(record, secondsPerLine),
    startS: START_S,
    stopS: STOP_S,
    umPerPx,
    trace: [...rowsOf(trace)]
      .map((row) => ({ timeS: Number(row[COLUMNS.time]), mmPerS: row[COLUMNS.absVelocity] }))
      .flatMap(({ timeS, mmPerS }) =>
        inWindow(timeS) && typeof mmPerS === "number" && mmPerS <= MOST_MM_PER_S ? [{ timeS, mmPerS }] : [],
      ),
    stalls: events
      .filter((row) => row["user_type"] === "true_stall")
      .map((row) => ({ startS: Number(row[COLUMNS.start]), stopS: Number(row[COLUMNS.end]) })),
    means: [...rowsOf(await dataset.loadTable("kym_radon"))].map((row) => ({
      condition: String(row["condition"]),
      mmPerS: Math.abs(Number(row["vel_mean"])),
    })),
  };
}

/** The lines of the window, a few averaged into one, from the darkest value (0) to the brightest (1). */
async function shownPlane(record: ZarrImageRecord, secondsPerLine: number): Promise<StudyFacts["plane"]> {
  const [start, stop] = [Math.round(START_S / secondsPerLine), Math.round(STOP_S / secondsPerLine)];
  const { data, shape } = await record.loadRegion([{ start, stop }, undefined]);
  const px = shape[1] ?? 0;
  const lines = Math.floor((shape[0] ?? 0) / LINES_PER_VALUE);
  const means = Array.from({ length: lines * px }, (_, index) => {
    const first = Math.floor(index / px) * LINES_PER_VALUE;
    const values = Array.from({ length: LINES_PER_VALUE }, (__, line) =>
      Number(data[(first + line) * px + (index % px)]),
    );
    return values.reduce((sum, value) => sum + value, 0) / LINES_PER_VALUE;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return { values: means.map((value) => (value - low) / (high - low)), lines, px };
}

if (import.meta.main) {
  process.stdout.write(await drawStudy());
}
