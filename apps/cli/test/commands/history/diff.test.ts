import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blindName } from "../../support/blind-name.ts";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

describe("kym diff", () => {
  let cwd: string;
  /** The version before the changes. */
  let before: number;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-diff-"));
    await makeSmallStudy(join(cwd, "study.zarr"));
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
    await dataset.refresh();
    before = dataset.version;
    await dataset.record("scan-b").saveJson("metadata", {
      version: "2.0",
      accepted: true,
      experiment_metadata: { condition: "control", note: "moved" },
    });
    for (const args of [
      ["roi", "edit", "study.zarr", "a.tif", "1", "--note", "one"],
      ["roi", "edit", "study.zarr", "a.tif", "1", "--note", "two"],
      ["roi", "add", "study.zarr", "a.tif"],
    ]) {
      expect((await kym(args, { cwd })).exitCode).toBe(0);
    }
    const events = await dataset.record("scan-a").loadParquet("velocity_events/events");
    await dataset.record("scan-a").saveParquet("velocity_events/events", events.slice(1, 2));
    await dataset.deleteImage("scan-c");
    await dataset.deleteTable("kym_velocity_events");
  });
  afterAll(() => rm(cwd, { recursive: true }));

  it("by image, field and row: what several commits did together", async () => {
    const { exitCode, stdout } = await kym(["diff", "study.zarr", String(before)], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`a
  ROI 1  changed
  ROI 2  added
  velocity_events/events  2 rows → 1, deleted first
b
  accepted  false → true
  condition  AngII → control
c  deleted
table kym_velocity_events  deleted
`);
  });

  it("the other way round, and nothing between a version and itself", async () => {
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
    await dataset.refresh();
    const newest = dataset.version;
    const { stdout } = await kym(["diff", "study.zarr", String(newest), String(before)], { cwd });
    expect(stdout).toContain("  ROI 2  deleted\n");
    expect(stdout).toContain("  condition  control → AngII\n");
    expect(stdout).toContain("c  added\n");
    const none = await kym(["diff", "study.zarr", String(newest)], { cwd });
    expect(none.stdout).toBe(`version ${newest} and version ${newest} are the same\n`);
    const { data } = await kymJson(["diff", "study.zarr", String(before), String(before + 1)], { cwd });
    expect(data).toEqual({
      ...{ from: before, to: before + 1 },
      changes: [
        {
          image_id: "scan-b",
          kind: "field",
          name: "accepted",
          change: "changed",
          before: false,
          after: true,
        },
        {
          ...{ image_id: "scan-b", kind: "field", name: "experiment_metadata.condition", change: "changed" },
          ...{ before: "AngII", after: "control" },
        },
      ],
    });
  });

  it("blind, it says that a condition changed, but not to what; an unknown version ends with 6", async () => {
    const { stdout } = await kym(["diff", "study.zarr", String(before), "--blind"], { cwd });
    expect(stdout).toContain(`${blindName("scan-b")}\n  accepted  false → true\n  condition  changed\n`);
    expect((await kym(["diff", "study.zarr", "1", "999"], { cwd })).exitCode).toBe(6);
    expect((await kym(["diff", "study.zarr", "x"], { cwd })).exitCode).toBe(2);
  });
});
