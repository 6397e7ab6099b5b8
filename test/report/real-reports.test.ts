// What a report says of real scans and of a dataset that the Python system wrote.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect, test } from "vitest";
import { type LoadedReport, loadReport } from "../../apps/cli/src/report/load-report.ts";
import { kym } from "../../apps/cli/test/support/kym.ts";
import { testHost } from "../../apps/cli/test/support/test-host.ts";
import { findSharedData } from "../support/find-shared-data.ts";

const KYMOGRAPHS = findSharedData("kymographs");
const PYTHON = findSharedData("python_v1/dataset.zarr");

async function load(path: string, ask: (report: LoadedReport) => Promise<void>): Promise<void> {
  await using dataset = await openLocalDataset(path, { mode: "r", summarize: summarizeMetadata });
  const context = { signal: new AbortController().signal, onExit: testHost().onExit };
  await ask(await loadReport(context, dataset, { dataset: path, title: "real" }));
}

test.runIf(KYMOGRAPHS)(
  "a real scan of three ROIs counts once, with the mean of the velocities that the lab's own table has",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-report-"));
    await kym(["ingest", KYMOGRAPHS ?? "", "study.zarr", "--pattern", "Capillary1*"], { cwd });
    await kym(["index", "study.zarr"], { cwd });
    await load(join(cwd, "study.zarr"), async ({ data, detailOf }) => {
      const [image] = data.images;
      // vel_mean of the three rows of radon_report_db.csv.
      const mean = (-1.167852822978529 - 1.0421499701380699 - 1.234063635156626) / 3;
      expect(image!.values.velocity).toBeCloseTo(mean, 12);
      expect(image!.values.speed).toBeCloseTo(-mean, 12);
      expect(image).toMatchObject({ nRois: 3, values: { user_events: 0 }, analysis: { state: "current" } });
      expect(image!.durationS).toBeCloseTo(35.099, 9);
      const { traces, events, problem } = await detailOf(image!.imageId);
      expect(traces.map(({ velocityMmPerS }) => velocityMmPerS.length)).toEqual([7497, 3747, 4997]);
      expect(traces.map(({ velocityMmPerS }) => velocityMmPerS.filter((one) => one === null).length)).toEqual(
        [16, 19, 279],
      );
      expect(events).toHaveLength(5);
      expect(problem).toBeNull();
      expect(data.groupings).toEqual([]);
    });
    await rm(cwd, { recursive: true });
  },
);

test.runIf(PYTHON)(
  "of a dataset of the Python system, what is known counts, and what cannot be read is named",
  async () => {
    await load(PYTHON ?? "", async ({ data, detailOf }) => {
      const byId = new Map(data.images.map((image) => [image.imageId.slice(0, 3), image]));
      expect(data.summary).toMatchObject({ images: 5, withVelocity: 1, stale: 1, uncalibrated: 4 });
      expect(byId.get("869")).toMatchObject({
        values: { velocity: -1.167852822978529, user_events: null },
        analysis: { state: "unknown" },
        notes: [
          "User events are not known: its events have no types, so those that a person added are not known.",
        ],
      });
      expect(byId.get("869")!.staleness).toContainEqual({
        table: "kym_radon",
        label: "velocities",
        state: "stale",
        words: "The velocities are stale: this version of kym makes other rows. kym index renews them.",
      });
      const broken = byId.get("05b")!;
      expect(broken.notes[0]).toMatch(/^Its metadata cannot be read: /);
      expect((await detailOf(broken.imageId)).problem).toBe(
        "Of this image, its metadata and its velocities or events cannot be read.",
      );
      expect(data.ingest?.file).toBeNull();
    });
  },
);
