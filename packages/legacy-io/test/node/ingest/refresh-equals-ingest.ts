/** Changes a lab's folder again and again, and refreshes a dataset after each change. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import fc from "fast-check";
import { expect } from "vitest";
import { writeNpy } from "../../../src/index.ts";
import { ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { writeImageJTiff } from "../../../src/tiff/index.ts";
import { CLASSIC_JSON, makeLabFolder, RADON_JSON, TRACE_CSV, tinyTiff } from "../lab-folder.ts";

type Content = string | Uint8Array;

const EVENTS = (accepted: boolean, n: number): string =>
  JSON.stringify({
    version: "2.0",
    accepted,
    velocity_events: {
      "1:1": Array.from({ length: n }, (_, index) => ({
        event_type: "baseline_drop",
        t_start: index,
        channel: 1,
      })),
    },
  });
const NPY = (last: number): Uint8Array =>
  writeNpy({ dtype: "uint8", shape: [2, 2], data: Uint8Array.of(1, 2, 3, last) });
const CLASSIC = (patch: object): string => JSON.stringify({ ...JSON.parse(CLASSIC_JSON), ...patch });

/** A TIFF that states its scale; with columns along `t`, it is turned. */
function scaledTiff(axes: readonly string[]): Uint8Array {
  const data = Uint16Array.from({ length: 15 }, (_, index) => index);
  return writeImageJTiff(
    { dtype: "uint16", shape: [3, 5], data },
    { axes, umPerPx: 0.3, secondsPerLine: 0.002 },
  );
}

/** The files of one image, each in several understood states; the TIFF in three. */
const STATES: Readonly<Record<string, readonly Content[]>> = {
  "x/a.json": [CLASSIC_JSON, CLASSIC({ accepted: undefined }), CLASSIC({ rois: [] })],
  "x/a.metadata.json": ['{"rois": [], "mine": 1}', '{"header": {"acquired_local_epoch_ns": 12}}'],
  "x/a.qc.json": ["{}", "[1]"],
  "x/a.t.csv": ["v\n1\n", "v\n1.5\n", "w\nx\n"],
  "x/a.m.npy": [NPY(4), NPY(5)],
  "x/flow-analysis/a_radon.csv": [TRACE_CSV, TRACE_CSV.replace("1.5", "2.5")],
  "x/flow-analysis/a_radon.json": [RADON_JSON, RADON_JSON.replace("16", "32")],
  "x/flow-analysis/a_kymanalysis.csv": [TRACE_CSV.replace("1.5", "7.5")],
  "x/flow-analysis/a_events.json": [EVENTS(false, 0), EVENTS(true, 2), EVENTS(false, 3)],
  "x/x-analysis/a.csv": [TRACE_CSV.replace("1.5", "8.5"), TRACE_CSV],
  "x/a.tif": [tinyTiff(1), scaledTiff(["t", "x"]), scaledTiff(["x", "t"])],
};
const SIDECARS = Object.keys(STATES).filter((path) => !path.endsWith(".tif"));

/** What a step writes: of some files, which of their states. Files do not vanish: what they made would stay. */
const step = fc.dictionary(fc.constantFrom(...SIDECARS, "x/a.tif"), fc.nat({ max: 2 }), { maxKeys: 4 });

/** By key, what an image is but for its time of making; old attachments stay where a file is understood at last. */
async function objectsOf(dataset: ZarrDataset): Promise<ReadonlyMap<string, string>> {
  const [id = "", ...others] = await dataset.listImageIds();
  expect(others).toEqual([]);
  const hashes = await dataset.record(id).objectHashes();
  return new Map(
    [...hashes].filter(([key]) => !["zarr.json", "analysis/provenance.json"].includes(key)).toSorted(),
  );
}

/** After random changes, the dataset has what an ingest of the folder's last state makes. Returns how many files changed. */
export async function checkRefreshEqualsIngest(numRuns: number): Promise<number> {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(step, fc.array(step, { minLength: 1, maxLength: 4 }), async (first, steps) => {
      const folder = await makeLabFolder({ "x/a.tif": tinyTiff(1) });
      try {
        let size = 0;
        const write = async (states: Readonly<Record<string, number>>): Promise<void> => {
          for (const [path, state] of Object.entries(states)) {
            const contents = STATES[path] ?? [];
            const content = contents[state % contents.length] ?? "";
            await mkdir(dirname(join(folder, path)), { recursive: true });
            await writeFile(join(folder, path), content);
            size++;
          }
        };
        const dataset = await openDataset(memoryStore());
        await write(first);
        await ingestLegacyFolder(dataset, folder);
        for (const states of steps) {
          await write(states);
          const report = await refreshFromFolder(dataset, folder, {
            mode: "reingest_if_changed",
            onChange: "supersede",
          });
          expect([report.failed, report.conflicts]).toEqual([[], []]);
        }
        changes += size;
        const fresh = await openDataset(memoryStore());
        await ingestLegacyFolder(fresh, folder);
        const [refreshed, expected] = [await objectsOf(dataset), await objectsOf(fresh)];
        const surplus = [...refreshed.keys()].filter((key) => !expected.has(key));
        expect(surplus.filter((key) => !key.startsWith("attachments/"))).toEqual([]);
        for (const [key, hash] of expected) {
          expect(refreshed.get(key), key).toBe(hash);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
    {
      numRuns,
      // Found by it: a TIFF superseded in the moment in which other files come to say what its ROIs are.
      examples: [
        [{}, [{ "x/a.tif": 1, "x/a.json": 0 }]],
        [{ "x/flow-analysis/a_events.json": 0 }, [{ "x/a.tif": 1, "x/a.json": 0 }]],
      ],
    },
  );
  return changes;
}
