// Exports for other programs that zarr-python edits come back with the edit, and images that it writes come in.

import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { memoryStore, openDataset, type ZarrDataset, type ZarrImageRecord } from "@kym/zarr-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../../apps/cli/test/support/kym.ts";
import { findSharedData } from "../../support/find-shared-data.ts";
import { hasPython, runPython } from "../python-environment.ts";

const sample = findSharedData("acqstore-sample");
const LINES = 20;
const WIDTH = 6;

async function headerOf(record: ZarrImageRecord): Promise<Record<string, unknown>> {
  return Object(await record.loadJson("metadata")).header;
}

describe.skipIf(!(await hasPython()))("zarr-python and OME-Zarr", () => {
  let work = "";
  let dataset: ZarrDataset;
  let said: Readonly<Record<"ome-zarr" | "acqstore", readonly (readonly number[])[]>>;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-zarr-python-"));
    await mkdir(join(work, "lab"));
    await mkdir(join(work, "plain"));
    for (const [index, name] of ["a.tif", "b.tif"].entries()) {
      const data = Uint16Array.from({ length: LINES * WIDTH }, (_, at) => at + 100 * index);
      const scan = { dtype: "uint16", shape: [LINES, WIDTH], data } as const;
      const tiff = writeImageJTiff(scan, { axes: ["t", "x"], umPerPx: 0.284, secondsPerLine: 0.001 });
      await writeFile(join(work, "lab", name), tiff);
    }
    dataset = await openDataset(memoryStore());
    let count = 0;
    await ingestLegacyFolder(dataset, join(work, "lab"), { newId: () => `image_${++count}` });
    await exportLegacyFolder(dataset, join(work, "out.ome.zarr"), { format: "ome-zarr" });
    await exportLegacyFolder(dataset, join(work, "out"), { format: "acqstore" });
    said = JSON.parse(await runPython(new URL("edit_exports.py", import.meta.url), [work]));
  }, 300_000);
  afterAll(() => rm(work, { recursive: true, force: true }));

  it.each([
    ["ome-zarr", "out.ome.zarr"],
    ["acqstore", "out"],
  ] as const)(
    "gives what it edited in an export for %s, by name, and all else as it was",
    async (format, out) => {
      const copy = await openDataset(memoryStore());
      const { ingested, failed, notes } = await ingestLegacyFolder(copy, join(work, out));
      expect([ingested.length, failed]).toEqual([2, []]);
      expect(notes.map(({ imageId, reason }) => [imageId, reason])).toEqual([
        ["image_1", "changed since the export: its pixels are others: taken"],
        ["image_1", "changed since the export: zarr.json: taken: 0.001 → 0.002 s per line"],
      ]);
      const [edited, other] = [copy.record("image_1"), copy.record("image_2")];
      expect([...(await edited.loadArray()).data]).toEqual(said[format].flat());
      expect(await headerOf(edited)).toMatchObject({ voxels: [0.002, 0.284], voxels_units: ["s", "um"] });
      // The other was written again in other chunks: it has the bytes that it had.
      const [was, is] = [await dataset.record("image_2").objectHashes(), await other.objectHashes()];
      const differing = [...was].filter(([key, sha256]) => is.get(key) !== sha256).map(([key]) => key);
      expect(differing).toEqual(["analysis/provenance.json"]);
    },
  );

  it("gives images in every codec that it writes, of NGFF 0.4 and 0.5", async () => {
    const plain = await openDataset(memoryStore());
    const { ingested, failed } = await ingestLegacyFolder(plain, join(work, "plain"));
    expect(failed).toEqual([]);
    const names = ["big", "blosc", "channels", "fortran", "sharded", "two", "zstd"];
    expect(ingested.map(({ path }) => path)).toEqual(names.map((name) => `${name}.ome.zarr`));
    const values = Array.from({ length: 40 * 30 }, (_, at) => at);
    for (const { path, imageId = "" } of ingested) {
      const record = plain.record(imageId);
      const expected = path.startsWith("channels") ? [...values, ...values.map((one) => one + 1)] : values;
      expect([path, [...(await record.loadArray()).data].map(Number)]).toEqual([path, expected]);
      expect(await headerOf(record)).toMatchObject({
        voxels: path.startsWith("channels") ? [1, 0.001, 0.25] : [0.001, 0.25],
      });
    }
  });

  it.skipIf(sample === undefined)(
    "is not needed for kym ls of a folder that came from acqstore",
    async () => {
      await kym(["ingest", join(sample ?? "", "collection.ome.zarr"), "study.zarr"], { cwd: work });
      const { data } = await kymJson(["ls", "study.zarr"], { cwd: work });
      const rows = data.map((row: object) => Object(row));
      expect(
        rows.map((row: Record<string, unknown>) => [row["rel_path"], row["condition"], row["n_rois"]]),
      ).toEqual([
        ["28d Saline/20250714/20250714_S31_0001.tif", "Saline", 2],
        ["28d Saline/20250714/20250714_S31_0003.tif", "Saline", 2],
      ]);
      expect(rows.map((row: Record<string, unknown>) => row["analyses"])).toEqual([
        ["heart rate", "intensity", "radon", "events"],
        ["diameter", "radon"],
      ]);
    },
  );

  it.skipIf(sample === undefined).each(["ome-zarr", "acqstore"] as const)(
    "is not needed for the way back: acqstore's sample is the same after an export for %s",
    async (format) => {
      await cp(join(sample ?? "", "collection.ome.zarr"), join(work, format, "c.ome.zarr"), {
        recursive: true,
      });
      const lab = await openDataset(memoryStore());
      await ingestLegacyFolder(lab, join(work, format));
      const out = join(work, `sample-${format}.ome.zarr`);
      await exportLegacyFolder(lab, out, { format });
      const copy = await openDataset(memoryStore());
      const back = await ingestLegacyFolder(copy, out);
      expect([back.ingested.length, back.failed, back.notes]).toEqual([2, [], []]);
      for (const id of await lab.listImageIds()) {
        const [was, is] = [await lab.record(id).objectHashes(), await copy.record(id).objectHashes()];
        const differing = [...was].filter(([key, sha256]) => is.get(key) !== sha256).map(([key]) => key);
        // Both have paths of a machine, which an export makes relative.
        expect([differing, is.size]).toEqual([
          ["analysis/provenance.json", "attachments/~7Aarr.json"],
          was.size,
        ]);
      }
    },
  );
});
