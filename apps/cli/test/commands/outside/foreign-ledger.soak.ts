// What kym does about a ledger of sources that is not that of the log: of a copy taken while somebody wrote, or of two machines.
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-ledger-"));
  await mkdir(join(cwd, "lab"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function scans(from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    const data = Uint16Array.from({ length: 12 }, (_, index) => index + number);
    const tiff = writeImageJTiff({ dtype: "uint16", shape: [4, 3], data });
    await writeFile(join(cwd, `lab/scan_0${number}.tif`), tiff);
  }
}

const at = (...parts: readonly string[]): string => join(cwd, ...parts);
const copy = (from: string, to: string): Promise<void> => cp(at(from), at(to), { recursive: true });

/** A dataset of six scans, and its log as it was after three of them. */
async function aheadOfItsLog(): Promise<void> {
  await scans(1, 3);
  await kym(["ingest", "lab", "full.zarr"], { cwd });
  await copy("full.zarr/__commits", "early");
  await scans(4, 6);
  await kym(["ingest", "lab", "full.zarr"], { cwd });
  await copy("full.zarr", "copy.zarr");
  await rm(at("copy.zarr/__commits"), { recursive: true });
  await copy("early", "copy.zarr/__commits");
}

async function filesOf(dataset: string): Promise<readonly string[]> {
  const { data } = await kymJson(["ls", dataset], { cwd });
  return data.map(({ rel_path: path }: { rel_path: string }) => path);
}

const SIX = [1, 2, 3, 4, 5, 6].map((number) => `scan_0${number}.tif`);

test("rows of images that the log never had are refused, and ingest takes their files in", async () => {
  await aheadOfItsLog();
  const { exitCode, stdout } = await kym(["adopt", "copy.zarr"], { cwd });
  expect([exitCode, stdout]).toEqual([
    3,
    expect.stringContaining("refused: tables/sources.parquet: 3 rows name images that the log never had"),
  ]);
  const { data } = await kymJson(["ingest", "lab", "copy.zarr"], { cwd });
  expect([data.ingested.length, data.unchanged.length, data.skipped]).toEqual([3, 3, []]);
  expect(await filesOf("copy.zarr")).toEqual(SIX);
  const again = await kymJson(["ingest", "lab", "copy.zarr"], { cwd });
  expect([again.data.ingested, again.data.unchanged.length]).toEqual([[], 6]);
});

test("an image that the log deleted stays deleted, beside images that it never had", async () => {
  await scans(1, 1);
  await kym(["ingest", "lab", "full.zarr"], { cwd });
  const [gone = ""] = (await kymJson(["ls", "full.zarr"], { cwd })).data.map(
    ({ image_id: id }: { image_id: string }) => id,
  );
  await kym(["delete", "full.zarr", gone, "--yes"], { cwd });
  await copy("full.zarr/__commits", "early");
  await scans(2, 3);
  await kym(["ingest", "lab", "full.zarr"], { cwd });
  await rm(at("full.zarr/__commits"), { recursive: true });
  await copy("early", "full.zarr/__commits");
  await kym(["adopt", "full.zarr"], { cwd });
  const { stdout } = await kym(["ingest", "lab", "full.zarr"], { cwd });
  expect(stdout).toContain("scan_01.tif — its image was deleted from the dataset");
  expect(stdout).not.toMatch(/scan_0[23].tif — its image was deleted/);
  expect(await filesOf("full.zarr")).toEqual(["scan_02.tif", "scan_03.tif"]);
});

test("a ledger that an earlier version adopted with such rows hides no file either", async () => {
  await scans(1, 2);
  await kym(["ingest", "lab", "full.zarr"], { cwd });
  await using dataset = await openLocalDataset(at("full.zarr"));
  const [first, ...others] = await dataset.loadSourcesIndex();
  expect(first?.source_rel_path).toBe("scan_01.tif");
  await dataset.deleteImage(first?.image_id ?? "");
  const rows = [{ ...first, image_id: "from-elsewhere" }, ...others];
  await dataset.saveSourcesIndex(rows.map((row) => ({ ...row })));
  const { data } = await kymJson(["ingest", "lab", "full.zarr"], { cwd });
  expect([data.ingested.length, data.skipped]).toEqual([1, []]);
  expect(await filesOf("full.zarr")).toEqual(["scan_01.tif", "scan_02.tif"]);
});

test("an image that the other machine's ledger does not name is not taken in twice", async () => {
  await scans(1, 2);
  await kym(["ingest", "lab", "ours.zarr"], { cwd });
  await rm(at("lab/scan_02.tif"));
  await kym(["ingest", "lab", "theirs.zarr"], { cwd });
  await cp(at("theirs.zarr/tables/sources.parquet"), at("ours.zarr/tables/sources.parquet"));
  await scans(2, 2);
  await kym(["adopt", "ours.zarr"], { cwd });
  for (const command of ["ingest", "ingest"]) {
    const { data } = await kymJson([command, "lab", "ours.zarr"], { cwd });
    expect([data.ingested, data.unchanged.length]).toEqual([[], 2]);
  }
  expect(await readdir(at("ours.zarr/images"))).toHaveLength(3);
});
