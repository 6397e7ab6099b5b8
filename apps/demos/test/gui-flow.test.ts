import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io";
import { createNdArray } from "@kym/zarr-store";
import { afterEach, beforeEach, expect, it } from "vitest";
import { guiFlow } from "../src/gui-flow.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-gui-flow-"));
});
afterEach(() => rm(folder, { recursive: true }));

// Demos of the seeds, tickets 3 to 6.
it("the GUI flow: prints the lines of the seed's report for its image of 300 × 20", async () => {
  const data = Uint8Array.from({ length: 300 * 20 }, (_, index) => Math.floor(index / 20) % 250);
  for (const name of ["a.tif", "b.tif"]) {
    await writeFile(join(folder, name), writeImageJTiff(createNdArray("uint8", [300, 20], data)));
  }
  const lines: string[] = [];
  await guiFlow(folder, join(folder, "study.zarr"), (line) => lines.push(line));
  expect(lines).toEqual([
    "Images: a.tif, b.tif",
    "Picked: a.tif",
    "Channels available: [1]",
    "Pixels: (300, 20) uint8",
    "ROI id: 1",
    "ROI pixels: (30, 10)",
    "ROI stats: mean 44.5 sd 8.655 min 30 max 59 n 300",
    "Ingested image id: image_1",
    "Manifest images: 1",
    "Ordered ids: image_1",
    "Header acquired ns: none",
    "Num ROIs: 1 (vessel)",
    "Note: looks good",
  ]);
  expect((await readdir(folder)).sort()).toEqual(["a.metadata.json", "a.tif", "b.tif", "study.zarr"]);
});
