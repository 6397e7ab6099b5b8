import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../../support/kym.ts";

const recordings = findSharedData("prairie");
const OLD = "LineScan-03292014-1525-552";

it.skipIf(recordings === undefined)(
  "line scans of a Bruker microscope are listed with their scale and shown with their line",
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-prairie-"));
    try {
      await cp(join(recordings ?? "", OLD), join(cwd, "lab", OLD), { recursive: true });
      const { stdout, stderr } = await kym(["ingest", "lab", "study.zarr"], { cwd });
      expect(stdout).toContain("found 1 TIFF");
      expect(stdout).not.toContain("not understood");
      expect(stderr).toMatch(
        /kept as an attachment: it is the image in which the line was drawn, .* not a scan/,
      );
      expect(stderr).not.toMatch(/OME|ImageDescription/);
      const listed = await kym(["ls", "study.zarr"], { cwd });
      expect(listed.stdout.replaceAll(/ +/g, " ")).toBe(
        [
          "file lines × px µm/px ms/line ROIs analyses accepted",
          `${OLD}/${OLD}_Cycle00001_CurrentSettings_Ch1_000001.tif 2 × 211 × 113 1.372 2.362 0 — yes`,
          "",
        ].join("\n"),
      );
      const shown = await kym(["show", "study.zarr", OLD], { cwd });
      expect(shown.stdout).toContain(
        [
          "  pixels    2 × 211 × 113 uint16 (c, t, x)",
          "  scale     1.37225502292833 µm/px · 2.3622 ms/line",
          "  line      straightLine · 12 significant bits · cycle 1 · Ch1, Ch2",
          "  acquired  2014-03-29T18:55:03.093 (no zone)",
        ].join("\n"),
      );
      expect(shown.stdout).toContain("json        metadata, prairie/scan, prairie/scan_path, provenance");
      expect(shown.stdout).toContain(`attachments ${OLD}-Cycle00001_Ch1Source.tif, ${OLD}.xml`);
      expect(shown.stdout).not.toContain("  note ");
      const [blind] = (await kymJson(["ls", "study.zarr", "--blind"], { cwd })).data;
      const hidden = await kym(["show", "study.zarr", blind.image_id, "--blind"], { cwd });
      expect(hidden.stdout).toContain("significant bits · cycle 1\n");
      expect(hidden.stdout).not.toMatch(/LineScan|Ch1|20(14|19)/);
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  },
);
