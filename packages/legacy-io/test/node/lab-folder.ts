import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writeImageJTiff } from "../../src/tiff/index.ts";

/** A folder of small files as a lab has them, for one test. */
export async function makeLabFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "kym-lab-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

/** A line scan of `lines` × 3 pixels. Each first argument gives other pixels. */
export function tinyTiff(seed: number, lines = 4): Uint8Array<ArrayBuffer> {
  const data = Uint16Array.from({ length: lines * 3 }, (_, index) => seed * 100 + index);
  return writeImageJTiff({ dtype: "uint16", shape: [lines, 3], data });
}

export const CLASSIC_JSON: string = JSON.stringify({
  version: "1.0",
  header: { shape: [4, 3], ndim: 2, voxels: [0.001, 0.5], voxels_units: ["s", "um"], labels: ["t", "x"] },
  experiment_metadata: { depth: 1.0, note: "µ" },
  rois: [
    {
      id: 1,
      channel: 1,
      z: 0,
      name: "",
      note: "",
      revision: 0,
      dim0_start: 0,
      dim0_stop: 4,
      dim1_start: 0,
      dim1_stop: 3,
    },
  ],
  accepted: false,
});

export const TRACE_CSV = "roi_id,channel,time,velocity\n1,1,0.002,1.5\n1,1,0.003,\n";

export const RADON_JSON: string = JSON.stringify({
  version: "3.0",
  analysis_metadata: {
    "1:1": { roi_id: 1, channel: 1, algorithm: "mpRadon", window_size: 16, roi_revision_at_analysis: 0 },
  },
});
