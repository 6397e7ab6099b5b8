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
        "select round(ms_per_line, 4) as ms, round(um_per_px, 4) as um, count(*) as n from images group by all order by n, ms";
      expect((await kymJson(["query", "study.zarr", steps], { cwd })).data).toEqual([
        { ms: 2.3622, um: 1.3723, n: 1 },
        { ms: 11.9239, um: 0.2941, n: 1 },
        { ms: 13.6942, um: 0.2947, n: 1 },
        { ms: 8.552, um: 0.2947, n: 3 },
        { ms: 1.9952, um: 0.5894, n: 10 },
      ]);
      expect(await readFile(join(cwd, "report.html"), "utf8")).toContain("LineScan-02132019-1317-2775");
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
