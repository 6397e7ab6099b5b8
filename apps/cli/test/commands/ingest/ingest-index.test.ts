// `ingest --index`: the tables are those of an ingest and an index after it, to the byte.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import type { ZarrDataset } from "@kym/zarr-store";
import { nodeRuntime, openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { INDEXERS } from "../../../src/study/indexers.ts";
import { kym, kymJson } from "../../support/kym.ts";
import { treeHash } from "../../support/tree-hash.ts";

const SCANS = 7;

describe("ingest --index", () => {
  let cwd = "";
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-ingest-index-"));
    await mkdir(join(cwd, "lab/flow-analysis"), { recursive: true });
    for (let scan = 0; scan < SCANS; scan += 1) {
      const stem = `scan_${scan}`;
      const data = new Uint16Array(32).fill(scan);
      const tiff = writeImageJTiff({ dtype: "uint16", shape: [8, 4], data });
      await writeFile(join(cwd, "lab", `${stem}.tif`), tiff);
      const rois = [
        { roi_id: 1, roi_type: "rect", version: "1.0", name: "v", data: { x0: 0, x1: 4, y0: 0, y1: 8 } },
      ];
      const metadata = { rois, experiment_metadata: { condition: scan % 2 === 0 ? "Control" : "AngII" } };
      await writeFile(join(cwd, "lab", `${stem}.json`), JSON.stringify(metadata));
      if (scan % 3 !== 2) {
        const csv = `roi_id,channel,time,velocity\n1,1,0,${scan}\n1,1,0.5,${scan + 0.25}\n`;
        await writeFile(join(cwd, "lab/flow-analysis", `${stem}_radon.csv`), csv);
      }
    }
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  /** Ingests with ids and times that are the same every time. */
  const ingest = async (dataset: ZarrDataset, prepares: KymDataset | undefined): Promise<void> => {
    let count = 0;
    await ingestLegacyFolder(dataset, join(cwd, "lab"), {
      newId: () => {
        count += 1;
        return `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`;
      },
      nowEpochNs: () => 1n,
      onStored: async (record) => {
        for (const indexer of prepares === undefined ? [] : INDEXERS) {
          await prepares?.prepareRows(indexer, record);
        }
      },
    });
  };
  const index = async (kymDataset: KymDataset): Promise<readonly unknown[]> => {
    const reports: unknown[] = [];
    for (const indexer of INDEXERS) {
      const {
        table: _,
        version: __,
        ...report
      } = await kymDataset.updateIndex(indexer, { mode: "incremental" });
      reports.push(report);
    }
    return reports;
  };
  // Ledgers hash the attributes of an image, and with them the second in which it was made.
  const runtime = { ...nodeRuntime(), nowEpochMs: () => 1_800_000_000_000 };
  const open = (name: string): Promise<ZarrDataset> =>
    openLocalDataset(join(cwd, name), { summarize: summarizeMetadata, runtime });
  const tablesOf = async (name: string): Promise<ReadonlyMap<string, Buffer>> => {
    const folder = join(cwd, name, "tables");
    const files = (await readdir(folder)).filter((file) => file.startsWith("kym_")).sort();
    expect(files.length).toBeGreaterThanOrEqual(2 * INDEXERS.length);
    return new Map(
      await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file))] as const)),
    );
  };

  it("rows that were made in the transaction give the tables, ledgers and reports of a later run, to the byte", async () => {
    const options = { nowEpochNs: () => 2n };
    await using plain = await open("plain.zarr");
    await ingest(plain, undefined);
    const expected = await index(new KymDataset(plain, options));
    await using prepared = await open("prepared.zarr");
    const kymDataset = new KymDataset(prepared, options);
    await ingest(prepared, kymDataset);
    expect(await index(kymDataset)).toEqual(expected);
    expect(await tablesOf("prepared.zarr")).toEqual(await tablesOf("plain.zarr"));
  });

  it("an image that was edited after its rows were made is read again", async () => {
    await using dataset = await open("study.zarr");
    const kymDataset = new KymDataset(dataset);
    await ingest(dataset, kymDataset);
    const [id = ""] = await dataset.listImageIds();
    await dataset.record(id).saveJson("metadata", { rois: [], experiment_metadata: { condition: "edited" } });
    await index(kymDataset);
    const tables = await dataset.loadTable("kym_radon");
    const conditions = Array.from(tables, (row) => [row?.["image_id"], row?.["condition"]]);
    expect(conditions).toContainEqual([id, "edited"]);
    expect(await index(new KymDataset(dataset))).toEqual(
      expect.arrayContaining([expect.objectContaining({ updated: 0, skipped: 5, notAnalysed: 2 })]),
    );
  });

  it("says what both did, and an index after it has nothing to do", async () => {
    const { exitCode, stdout } = await kym(["ingest", "lab", "study.zarr", "--index"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^loaded 7 of 7$/m)]);
    expect(stdout).toContain("kym_radon: updated 5 · fresh 0 · not analysed 2\n");
    const tree = await treeHash(join(cwd, "study.zarr"));
    expect((await kym(["index", "study.zarr"], { cwd })).stdout).toContain("kym_radon: updated 0 · fresh 5");
    const { data } = await kymJson(["ingest", "lab", "study.zarr", "--index"], { cwd });
    expect(data.indexers.map(({ name }: { readonly name: string }) => name)).toEqual(
      INDEXERS.map(({ name }) => name),
    );
    expect([data.unchanged.length, await treeHash(join(cwd, "study.zarr"))]).toEqual([7, tree]);
  });

  it("updates the rows of images whose analysis changed beside them", async () => {
    await kym(["ingest", "lab", "study.zarr", "--index"], { cwd });
    await writeFile(
      join(cwd, "lab/flow-analysis/scan_0_radon.csv"),
      "roi_id,channel,time,velocity\n1,1,0,9\n",
    );
    const { stdout } = await kym(["ingest", "lab", "study.zarr", "--index"], { cwd });
    expect(stdout).toContain("kym_radon: updated 1 · fresh 4 · not analysed 2\n");
  });

  it("a dry run with --index makes neither images nor tables", async () => {
    const { exitCode, stdout } = await kym(["ingest", "lab", "study.zarr", "--index", "-n"], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining("kym_radon")]);
    expect((await kym(["ls", "study.zarr"], { cwd })).exitCode).toBe(6);
  });
});
