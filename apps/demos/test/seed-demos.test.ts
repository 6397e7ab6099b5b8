import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runPipeline } from "../src/pipeline.ts";
import { PACKAGE_FOLDER } from "./run-script.ts";

/**
 * Those of the lines that stand in the demo's text in `output/`, in its order. `demos.test.ts` compares that text with
 * what the demo prints.
 */
async function linesFound(name: string, lines: readonly string[]): Promise<readonly string[]> {
  const output = await readFile(join(PACKAGE_FOLDER, `output/${name}.txt`), "utf8");
  return output
    .split("\n")
    .map((line) => line.replace(/^ {2}/, ""))
    .filter((line) => lines.includes(line));
}

it("the API tour: counts, orders and analysis keys are those of the seed's demo", async () => {
  const lines = [
    "[after writes] count 2",
    "  rec_a (8, 64, 64) uint16, 4 analysis keys",
    "  rec_b (8, 64, 64) uint8, 1 analysis keys",
    "Ordered by acquired_local_epoch_ns: rec_b, rec_a",
    "Ordered by created_utc: rec_a, rec_b",
    'Params: { "threshold": 0.25, "n": 9007199254740993 }',
    "Rows: 1 and 1",
    "Read-only validation passed for 2 records",
    "A reader that deletes: read_only",
    "Images in the list: 2",
    "Slices of the first: 8",
    "Deleted CSV artifacts from rec_a: 1",
    "[after delete] count 1",
    "  rec_a (8, 64, 64) uint16, 3 analysis keys",
    "Commits: 9",
  ];
  expect(await linesFound("api-tour", lines)).toEqual(lines);
});

it("the GUI flow: prints the lines of the seed's report for its image of 300 × 20", async () => {
  const lines = [
    "Images: 20250714_S31_0001.tif, 20250714_S31_0002.tif",
    "Picked: 20250714_S31_0001.tif",
    "Channels available: [1]",
    "Pixels: (300, 20) uint16",
    "ROI id: 1",
    "ROI pixels: (30, 10)",
    "ROI stats: mean 676.380 sd 292.327 min 88 max 1193 n 300",
    "Ingested image id: image_1",
    "Manifest images: 1",
    "Ordered ids: image_1",
    "Header acquired ns: 1752494140831000000",
    "Num ROIs: 1 (vessel)",
    "Note: looks good",
  ];
  expect(await linesFound("gui-flow", lines)).toEqual(lines);
});

it("the demo of ticket 21 prints its five lines, in order", async () => {
  const lines = [
    "replace stats: {'updated': 2, 'skipped': 0, 'missing': 2}",
    "incremental stats (no changes): {'updated': 0, 'skipped': 2, 'missing': 0}",
    "incremental stats (one params changed): {'updated': 1, 'skipped': 1, 'missing': 0}",
    "rows: 2",
    "table key exists: True",
  ];
  expect(await linesFound("kymdataset-velocity-events", lines)).toEqual(lines);
});

it("the indexers handoff: prints the lines of its report", async () => {
  const lines = [
    "Velocity events rows: 2",
    "Radon report rows: 3",
    "Updated velocity rows: 2",
    "Rows for edited image: 1",
  ];
  expect(await linesFound("kymdataset-first-generation", lines)).toEqual(lines);
});

it("empty events stay fresh; a renamed ROI updates nothing, a moved one its image", async () => {
  const lines = [
    "Channels available: [1]",
    "first run         updated: never_indexed  updated: never_indexed             654.751",
    "nothing changed   fresh                   fresh                              654.751",
    "ROI renamed       fresh                   fresh                              654.751",
    "ROI moved         fresh                   updated: roi_changed               665.344",
  ];
  expect(await linesFound("roi-staleness", lines)).toEqual(lines);
});

it("export and import: a refresh finds the file that came later, and all comes back from the export", async () => {
  const lines = [
    "Initial sources rows: 2",
    "Refresh ingested image_ids: ['image_3']",
    "Sources rows after refresh: 3",
    "Refresh once more: 0 new",
    "Exported to: export",
    "Restored 3 images, tables: sources, velocity_events",
    "Ordered image_ids: ['image_1', 'image_2', 'image_3']",
    "Ordered image_ids of the copy: ['image_1', 'image_2', 'image_3']",
  ];
  expect(await linesFound("export-import", lines)).toEqual(lines);
});

it("empty events: fresh without rows, until something of the analysis changes", async () => {
  const lines = [
    "run of the index    updated  fresh  not analysed  rows in the table",
    "first run                 1      0             1                  0",
    "nothing changed           0      1             1                  0",
    "parameters changed        1      0             1                  0",
    "an event found            1      0             1                  1",
    "and withdrawn             1      0             1                  0",
  ];
  expect(await linesFound("kymdataset-empty-events", lines)).toEqual(lines);
});

it("the pipeline in one: ingest, manifest, both indexes and export; a second run finds nothing new", async () => {
  const lines = [
    "scanned=2 ingested=2",
    "manifest_images=2",
    "indexer=velocity_events updated=1 skipped=0 missing=1 notAnalysed=1",
    "indexer=radon updated=2 skipped=0 missing=2 notAnalysed=0",
    "indexers_ran=velocity_events,radon",
    "scanned=2 ingested=0",
    "manifest_images=2",
    "indexer=velocity_events updated=0 skipped=1 missing=0 notAnalysed=1",
    "indexer=radon updated=0 skipped=2 missing=0 notAnalysed=0",
    "indexers_ran=velocity_events,radon",
    "exported images=2 tables=5",
    "scanned=3 ingested=1",
    "manifest_images=3",
    "indexer=radon updated=1 skipped=2 missing=1 notAnalysed=0",
    "indexers_ran=radon",
  ];
  expect(await linesFound("pipeline", lines)).toEqual(lines);
});

it("the pipeline in one: a folder that is not there is an error", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kym-pipeline-test-"));
  try {
    const options = { input: join(folder, "nowhere"), dataset: join(folder, "study.zarr") };
    await expect(runPipeline(options, () => undefined)).rejects.toMatchObject({ code: "not_found" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each([
  "api-tour",
  "export-import",
  "gui-flow",
  "kymdataset-empty-events",
  "kymdataset-first-generation",
  "kymdataset-velocity-events",
  "pipeline",
  "roi-staleness",
])("the demo %s is a program of under 80 lines", async (name) => {
  const text = await readFile(join(PACKAGE_FOLDER, `src/${name}.ts`), "utf8");
  expect(text.trimEnd().split("\n").length).toBeLessThan(80);
});
