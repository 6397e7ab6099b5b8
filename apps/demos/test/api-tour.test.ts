import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { apiTour } from "../src/api-tour.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-api-tour-"));
});
afterEach(() => rm(folder, { recursive: true }));

// Demos of the seeds.
it("the API tour: counts, orders and analysis keys are those of the seed's demo", async () => {
  const lines: string[] = [];
  await apiTour(join(folder, "tour.zarr"), (line) => lines.push(line));
  expect(lines).toEqual([
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
  ]);
});
