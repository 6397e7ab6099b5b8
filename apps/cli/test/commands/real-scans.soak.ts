import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../support/kym.ts";

const kymographs = findSharedData("kymographs");

/** Windows that are equal, that differ, that are blank in one trace, and in both, by image and ROI. */
const V1 = {
  "Capillary1_0001 1": [7481, 0, 0, 16],
  "Capillary1_0001 2": [3727, 1, 0, 19],
  "Capillary1_0001 3": [4717, 1, 0, 279],
  "20250722_A89_0002 2": [7491, 1, 0, 5],
  "20250722_A89_0003 2": [7352, 3, 0, 142],
};

interface ComparedRow {
  readonly name: string;
  readonly roi_id: number;
  readonly equal: number;
  readonly differing: number;
  readonly blank_in_one: number;
  readonly blank_in_both: number;
  readonly unpaired: number;
}

it.skipIf(kymographs === undefined)(
  "run over the real scans computes the lab's velocities again, window by window, and the second run nothing",
  { timeout: 300_000 },
  async () => {
    const cwd = await mkdtemp(join(tmpdir(), "kym-real-"));
    try {
      const { exitCode } = await kym(["run", kymographs ?? "", "study.zarr"], { cwd });
      expect(exitCode).toBe(0);
      const { data } = await kymJson(["compare", "study.zarr"], { cwd });
      const found = Object.fromEntries(
        data.rois.map((roi: ComparedRow) => [
          `${roi.name} ${roi.roi_id}`,
          [roi.equal, roi.differing, roi.blank_in_one, roi.blank_in_both],
        ]),
      );
      expect(found).toMatchObject(V1);
      expect(data.rois.every(({ unpaired }: ComparedRow) => unpaired === 0)).toBe(true);
      // The older traces lack zeros and outliers; what they have is equal.
      expect(found).toMatchObject({
        "20250722_A89_0002 1": [7051, 0, 441, 5],
        "20250722_A89_0003 1": [7083, 0, 272, 142],
      });
      const again = await kymJson(["run", kymographs ?? "", "study.zarr"], { cwd });
      expect(again.data.analyze).toMatchObject({ analysed: 0, current: 4, commits: 0 });
      expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
    } finally {
      await rm(cwd, { recursive: true });
    }
  },
);
