import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const sample = findSharedData("acqstore-sample");

it.skipIf(sample === undefined)(
  "a folder that came from acqstore is listed with its conditions, ROIs and analyses, and a blind scorer sees no group",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-acqstore-"));
    try {
      await cp(join(sample ?? "", "source"), join(cwd, "lab"), { recursive: true });
      await cp(join(sample ?? "", "randomized_master.csv"), join(cwd, "lab", "order.csv"));
      const { stderr } = await kym(["ingest", "lab", "study.zarr", "--index"], { cwd });
      expect(stderr.match(/hold the reciprocal of a velocity/g)).toHaveLength(1);
      const { stdout } = await kym(["ls", "study.zarr"], { cwd });
      expect(stdout.replaceAll(/ +/g, " ")).toContain(
        "_0001.tif Saline 1000 × 30 0.450 1.155 2 heart rate, intensity, radon, events yes\n",
      );
      expect(stdout.replaceAll(/ +/g, " ")).toContain(
        "_0003.tif Saline 1000 × 26 0.331 1.147 2 diameter, radon yes\n",
      );
      const means = "select round(vel_mean, 4) as mean, software from kym_radon order by mean";
      const { data } = await kymJson(["query", "study.zarr", means], { cwd });
      expect(data).toEqual([
        { mean: 0.7738, software: "acqstore" },
        { mean: 1.1975, software: "acqstore" },
      ]);
      const blind = await kym(["query", "study.zarr", "select * from acqstore_lists", "--blind"], { cwd });
      expect(blind.stdout).not.toMatch(/Saline|S31|order\.csv/);
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
