// A lab's folder of six small scans, and the dataset that an ingest makes of it.
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { kym } from "../support/kym.ts";

export const SCANS = ["s1", "s2", "s3", "s4", "s5", "s6"] as const;

/** A temporary folder with the lab's folder `lab` and the dataset `study.zarr`. */
export interface LabStudy {
  readonly cwd: string;
  readonly path: (...names: readonly string[]) => string;
  /** The folder of the image that came from a scan, such as `images/<id>`. */
  readonly imageOf: (scan: (typeof SCANS)[number]) => string;
}

/** The text of the metadata beside a scan. */
export function sidecarOf(scan: string, note: string): string {
  return JSON.stringify(
    { version: "2.0", experiment_metadata: { condition: "A", note: `${scan} ${note}` } },
    null,
    2,
  );
}

export async function makeLabStudy(): Promise<LabStudy> {
  const cwd = await mkdtemp(join(tmpdir(), "kym-places-"));
  const lab = join(cwd, "lab");
  await mkdir(lab);
  for (const [index, scan] of SCANS.entries()) {
    const data = Uint8Array.from({ length: 60 }, (_, at) => (at * (index + 2)) % 251);
    await writeFile(join(lab, `${scan}.tif`), writeImageJTiff({ dtype: "uint8", shape: [10, 6], data }, {}));
    await writeFile(join(lab, `${scan}.json`), sidecarOf(scan, "as scanned"));
  }
  await kym(["ingest", "lab", "study.zarr"], { cwd });
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { mode: "r" });
  const rows = await dataset.loadSourcesIndex();
  const ids = new Map(rows.map((row) => [row.source_rel_path, row.image_id]));
  return {
    cwd,
    path: (...names) => join(cwd, "study.zarr", ...names),
    imageOf: (scan) => `images/${ids.get(`${scan}.tif`)}`,
  };
}

/** Changes one byte of a file, and keeps its length. */
export async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

/** The names of the files of a folder and below it, sorted. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}
