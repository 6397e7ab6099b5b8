import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const recordings = findSharedData("prairie");
const [NEW, OLD] = ["LineScan-02052019-1234-2683", "LineScan-03292014-1525-552"];

it.skipIf(recordings === undefined)(
  "line scans of a Bruker microscope are listed with their scale, shown with their line, and run gives tables and a report",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-prairie-"));
    try {
      for (const name of [NEW, OLD]) {
        await cp(join(recordings ?? "", name), join(cwd, "lab", name), { recursive: true });
      }
      const { stdout, stderr } = await kym(["ingest", "lab", "study.zarr"], { cwd });
      expect(stdout).toContain("found 2 TIFFs");
      expect(stdout).not.toContain("not understood");
      expect(stderr).toMatch(
        /kept as an attachment: it is the image in which the line was drawn, .* \(2 files\)/,
      );
      expect(stderr).not.toMatch(/OME|ImageDescription/);
      const listed = await kym(["ls", "study.zarr"], { cwd });
      expect(listed.stdout.replaceAll(/ +/g, " ")).toBe(
        [
          "file lines × px µm/px ms/line ROIs analyses accepted",
          `${NEW}/${NEW}_Cycle00001_Ch1_000001.ome.tif 2 × 1000 × 70 0.295 13.694 0 — yes`,
          `${OLD}/${OLD}_Cycle00001_CurrentSettings_Ch1_000001.tif 2 × 211 × 113 1.372 2.362 0 — yes`,
          "",
        ].join("\n"),
      );
      const shown = await kym(["show", "study.zarr", NEW], { cwd });
      expect(shown.stdout).toContain(
        [
          "  pixels    2 × 1000 × 70 uint16 (c, t, x)",
          "  scale     0.294698390910515 µm/px · 13.6942 ms/line",
          "  line      straightLine · 13 significant bits · cycle 1 · Ch1, Ch2",
          "  acquired  2019-02-05T14:50:09.680 (no zone)",
        ].join("\n"),
      );
      expect(shown.stdout).toContain("json        metadata, prairie/scan, prairie/scan_path, provenance");
      expect(shown.stdout).toContain(`attachments ${NEW}-Cycle00001_Ch1Source.tif, ${NEW}.xml`);
      expect(shown.stdout).not.toContain("  note ");
      const [blind] = (await kymJson(["ls", "study.zarr", "--blind"], { cwd })).data;
      const hidden = await kym(["show", "study.zarr", blind.image_id, "--blind"], { cwd });
      expect(hidden.stdout).toContain("significant bits · cycle 1\n");
      expect(hidden.stdout).not.toMatch(/LineScan|Ch1|20(14|19)/);
      const run = await kym(["run", "lab", "study.zarr", "--report", "report.html"], { cwd });
      expect(run.stdout).toContain("wrote report.html: 2 images");
      const count = await kymJson(["query", "study.zarr", "select count(*) as n from kym_radon"], { cwd });
      expect(count.data).toEqual([{ n: 2 }]);
      expect(await readFile(join(cwd, "report.html"), "utf8")).toContain(NEW);
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
