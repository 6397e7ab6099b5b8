import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { treeHash } from "../src/compare/tree-hash.ts";
import { exportImport } from "../src/export-import.ts";
import { kymdatasetEmptyEvents } from "../src/kymdataset-empty-events.ts";
import { kymdatasetFirstGeneration } from "../src/kymdataset-first-generation.ts";
import { pipeline } from "../src/pipeline.ts";
import { roiStaleness } from "../src/roi-staleness.ts";
import { simulateLabFolder } from "../src/simulator/simulate-lab-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-seed-demos-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function linesOf(
  demo: (path: string, print: (line: string) => void) => Promise<void>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  await demo(join(folder, "demo.zarr"), (line) => lines.push(line));
  return lines;
}

// Demos of the seeds.
it("the indexers handoff: prints the lines of its report", async () => {
  expect(await linesOf(kymdatasetFirstGeneration)).toEqual([
    "Velocity events rows: 2",
    "Radon report rows: 3",
    "Updated velocity rows: 2",
    "Rows for edited image: 1",
  ]);
});

// Demos of the seeds.
it("empty events stay fresh; a renamed ROI updates nothing, a moved one its image", async () => {
  expect(await linesOf(roiStaleness)).toEqual([
    "Channels available: [1]",
    "first run: kym_velocity_events updated=1 skipped=0 because never_indexed",
    "first run: kym_radon updated=1 skipped=0 because never_indexed",
    "nothing changed: kym_velocity_events updated=0 skipped=1",
    "nothing changed: kym_radon updated=0 skipped=1",
    "ROI renamed: kym_velocity_events updated=0 skipped=1",
    "ROI renamed: kym_radon updated=0 skipped=1",
    "ROI moved: kym_velocity_events updated=0 skipped=1",
    "ROI moved: kym_radon updated=1 skipped=0 because roi_changed",
  ]);
});

// Demos of the seeds; `python-system.md` §10.
it("export and import: a refresh finds the file that came later, and all comes back from the export", async () => {
  const lines: string[] = [];
  await exportImport(folder, (line) => lines.push(line));
  expect(lines).toEqual([
    "Initial sources rows: 2",
    "Refresh ingested image_ids: ['image_3']",
    "Sources rows after refresh: 3",
    "Refresh once more: 0 new",
    `Exported to: ${join(folder, "export")}`,
    "Restored 3 images, tables: sources, velocity_events",
    "Ordered image_ids: ['image_1', 'image_2', 'image_3']",
    "Ordered image_ids of the copy: ['image_1', 'image_2', 'image_3']",
  ]);
});

// Demos of the seeds.
it("empty events: fresh without rows, until something of the analysis changes", async () => {
  expect(await linesOf(kymdatasetEmptyEvents)).toEqual([
    "first run: updated=1 skipped=0 notAnalysed=1 rows=0",
    "nothing changed: updated=0 skipped=1 notAnalysed=1 rows=0",
    "params changed: updated=1 skipped=0 notAnalysed=1 rows=0",
    "an event found: updated=1 skipped=0 notAnalysed=1 rows=1",
    "and withdrawn: updated=1 skipped=0 notAnalysed=1 rows=0",
  ]);
});

// Demos of the seeds.
it("the pipeline in one: ingest, manifest, both indexes and export; a second run finds nothing new", async () => {
  const input = join(folder, "lab");
  await simulateLabFolder(input, { imageCount: 2, lines: 400, withTroubles: false, seed: "pipeline" });
  const lab = await treeHash(input);
  const dataset = join(folder, "study.zarr");
  const lines: string[] = [];
  const run = (more: object): Promise<void> =>
    pipeline({ input, dataset, ...more }, (line) => lines.push(line));
  await run({});
  await run({ exportTo: join(folder, "out") });
  await run({ indexers: ["radon"] });
  expect(lines).toEqual([
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
    "scanned=2 ingested=0",
    "manifest_images=2",
    "indexer=radon updated=0 skipped=2 missing=0 notAnalysed=0",
    "indexers_ran=radon",
  ]);
  expect(await treeHash(input)).toBe(lab);
});

// Demos of the seeds.
it("the pipeline in one: a folder that is not there is an error", async () => {
  const nowhere = pipeline(
    { input: join(folder, "nowhere"), dataset: join(folder, "study.zarr") },
    () => undefined,
  );
  await expect(nowhere).rejects.toMatchObject({ code: "not_found" });
});

// Demos of the seeds.
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
  const text = await readFile(join(import.meta.dirname, `../src/${name}.ts`), "utf8");
  expect(text.split("\n").length).toBeLessThan(80);
});
