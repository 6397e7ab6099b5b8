import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exportImport } from "../src/export-import.ts";
import { kymdatasetFirstGeneration } from "../src/kymdataset-first-generation.ts";
import { roiStaleness } from "../src/roi-staleness.ts";

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

it("the indexers handoff: prints the lines of its report", async () => {
  expect(await linesOf(kymdatasetFirstGeneration)).toEqual([
    "Velocity events rows: 2",
    "Radon report rows: 3",
    "Updated velocity rows: 2",
    "Rows for edited image: 1",
  ]);
});

it("empty events stay fresh; a renamed ROI updates nothing, a moved one its image", async () => {
  expect(await linesOf(roiStaleness)).toEqual([
    "Channels available: [1]",
    "first run: kym_velocity_events updated=1 skipped=0",
    "first run: kym_radon updated=1 skipped=0",
    "nothing changed: kym_velocity_events updated=0 skipped=1",
    "nothing changed: kym_radon updated=0 skipped=1",
    "ROI renamed: kym_velocity_events updated=0 skipped=1",
    "ROI renamed: kym_radon updated=0 skipped=1",
    "ROI moved: kym_velocity_events updated=0 skipped=1",
    "ROI moved: kym_radon updated=1 skipped=0",
  ]);
});

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
