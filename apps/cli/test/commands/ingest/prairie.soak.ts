import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const recordings = findSharedData("prairie");

it.skipIf(recordings === undefined)(
  "kym run over five recordings of a Bruker microscope gives tables of all cycles and a report",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-prairie-"));
    try {
      const run = await kym(["run", recordings ?? "", "study.zarr", "--report", "report.html"], { cwd });
      expect(run.stdout).toContain("kym_radon: updated 16 · fresh 0 · not analysed 0");
      expect(run.stdout).toContain("wrote report.html: 16 images");
      const steps =
        "select round(seconds_per_line, 6) as s, round(um_per_px, 4) as um, count(*) as n from images group by all order by n, s";
      expect((await kymJson(["query", "study.zarr", steps], { cwd })).data).toEqual([
        { s: 0.002362, um: 1.3723, n: 1 },
        { s: 0.011924, um: 0.2941, n: 1 },
        { s: 0.013694, um: 0.2947, n: 1 },
        { s: 0.008552, um: 0.2947, n: 3 },
        { s: 0.001995, um: 0.5894, n: 10 },
      ]);
      expect(await readFile(join(cwd, "report.html"), "utf8")).toContain("LineScan-02132019-1317-2775");
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
