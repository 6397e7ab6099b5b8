import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../test/support/find-shared-data.ts";
import { ALL_COMMANDS } from "../src/commands/all-commands.ts";
import { COMMAND_GROUPS } from "../src/commands/command-groups.ts";
import { INDEXERS } from "../src/study/indexers.ts";
import { type Envelope, kym, kymJson } from "./support/kym.ts";
import { kymProcess } from "./support/kym-process.ts";
import { treeHash } from "./support/tree-hash.ts";

const TITLE_WIDTH = Math.max(...Object.keys(COMMAND_GROUPS).map((title) => title.length));
const KYMOGRAPHS = findSharedData("kymographs");

describe("the command", () => {
  it("shows an example first, within 80 columns", async () => {
    const { stdout, exitCode } = await kym(["--help"]);
    expect(exitCode).toBe(0);
    expect(stdout.indexOf("kym ingest")).toBeLessThan(stdout.indexOf("Commands"));
    for (const line of stdout.split("\n")) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it("shows each command once in its group, on one screen of 40 lines that has room for thirty", async () => {
    const grouped = Object.values(COMMAND_GROUPS).flat();
    expect(grouped.toSorted()).toEqual(ALL_COMMANDS.map(({ name }) => name).toSorted());
    const { stdout } = await kym(["--help"]);
    for (const name of grouped) {
      expect(stdout.match(new RegExp(`^ {2}[a-z ]{${TITLE_WIDTH}} {2}${name} `, "gm"))).toHaveLength(1);
    }
    const lines = stdout.trimEnd().split("\n").length - grouped.length;
    expect(lines + 30).toBeLessThanOrEqual(40);
    expect((await kym(["help", "options"])).stdout).toContain("Exit codes\n  0  ok");
  });

  it("says in its help and hints how the user starts it, where that is not kym", async () => {
    const env = { KYM_CALLED_AS: "./kym" };
    expect((await kym(["--help"], { env })).stdout).toContain("Here, kym is started with: ./kym\n");
    expect((await kym(["--help"])).stdout).not.toContain("Here, kym");
    expect((await kym(["ls", "none.zarr"], { env })).stderr).toContain("     ./kym ingest FOLDER none.zarr");
  });

  it.each(ALL_COMMANDS.map(({ name }) => name))("has help for %s, within 80 columns", async (name) => {
    const { stdout, exitCode } = await kym([name, "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(new RegExp(`^ {2}kym ${name} `));
  });

  it("suggests the command that a typo meant, and ends with 2", async () => {
    const { stderr, exitCode, stdout } = await kym(["ingset", "a", "b"]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("did you mean kym ingest?");
  });

  it.each([
    [["ls"], /DATASET is missing/],
    [["ls", "a", "b"], /one argument too many/],
    [["ls", "a", "--frobnicate"], /frobnicate/],
    [["ingest", "a", "b", "--jobs", "many"], /--jobs/],
    [["refresh", "a", "b", "--mode", "constructor"], /--mode must be skip or reingest_if_changed/],
    [["refresh", "a", "b", "--on-change", "both"], /--on-change must be new-record or supersede/],
    [[], /./],
  ])("ends with 2 for %j", async (args, message) => {
    const { stderr, stdout, exitCode } = await kym(args);
    expect(exitCode).toBe(2);
    expect(stderr + stdout).toMatch(message);
  });

  it("ends with 6 for a dataset that is not there, and makes none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "kym-none-"));
    for (const args of [
      ["ls", "none.zarr"],
      ["index", "none.zarr"],
      ["query", "none.zarr", "select 1"],
      ["export", "none.zarr", "out"],
    ]) {
      const { exitCode, stderr } = await kym(args, { cwd: folder });
      expect([args[0], exitCode]).toEqual([args[0], 6]);
      expect(stderr).toContain("none.zarr");
    }
    const { ok, error, data } = await kymJson(["ls", "none.zarr"], { cwd: folder });
    expect([ok, error, data]).toEqual([false, "not_found", undefined]);
    await rm(folder, { recursive: true });
  });
});

describe.skipIf(KYMOGRAPHS === undefined)("the first ten minutes", () => {
  let work: string;
  let ingested: Envelope;
  /** The folder, its dataset study.zarr, and a dataset that is also indexed. */
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym ten [minutes] + µ-"));
    await cp(KYMOGRAPHS ?? "", join(work, "kymographs"), { recursive: true, preserveTimestamps: true });
    ingested = await jsonAt(["ingest", "./kymographs", "study.zarr"]);
    await copyStudy("indexed.zarr");
    await at(["index", "indexed.zarr"]);
  });
  afterAll(() => rm(work, { recursive: true, force: true }));
  const at = (args: readonly string[]) => kym(args, { cwd: work });
  const jsonAt = (args: readonly string[]) => kymJson(args, { cwd: work });
  const copyStudy = (name: string) =>
    cp(join(work, "study.zarr"), join(work, name), { recursive: true, preserveTimestamps: true });

  it("ingest --dry-run: says what would become of each file, and writes nothing", async () => {
    const before = await treeHash(work);
    const { stdout, exitCode } = await at(["ingest", "./kymographs", "new.zarr", "-n"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\nfound 4 TIFFs, 3 headers, [\s\S]*\n4 new, 0 unchanged\nwould load 4 of 4\n$/);
    expect(stdout).toContain("which of the new files fail is not known before they are read");
    expect(stdout).toContain("new:\n  28d AngII/");
    expect(stdout).toContain("1 analysis has no image: 20250722_A89_0007 (3 files); -v lists them\n");
    const verbose = await at(["ingest", "./kymographs", "new.zarr", "-n", "-v"]);
    expect(verbose.stdout).toContain("20250722_A89_0007 — no image for");
    const { data } = await jsonAt(["ingest", "./kymographs", "new.zarr", "--dry-run"]);
    expect([data.dryRun, data.found, data.ingested.length, data.unchanged]).toEqual([true, 4, 4, []]);
    expect(await treeHash(work)).toBe(before);
  });

  it("ingest: everything in, data on stdout, nothing else there", () => {
    const { ok, kind, schemaVersion, data } = ingested;
    expect([ok, kind, schemaVersion]).toEqual([true, "ingest", 1]);
    expect(Object.keys(data)).toEqual([
      "found",
      "ingested",
      "updated",
      "unchanged",
      "skipped",
      "failed",
      "orphans",
      "conflicts",
      "open",
      "notUnderstood",
      "unrecognised",
      "reportFile",
    ]);
    expect(data.found).toBe(4);
    expect(data.ingested.map(({ path }: { path: string }) => path)).toContain("Capillary1_0001.tif");
    expect(data.orphans).toEqual([
      { path: "28d AngII/20250722/20250722_A89_0007", reason: expect.stringContaining("no image for") },
    ]);
  });

  it("ingest again: 0 new, 4 unchanged, not a byte changed", async () => {
    const before = await treeHash(join(work, "study.zarr"));
    const { stdout, exitCode } = await at(["ingest", "./kymographs", "study.zarr"]);
    expect(exitCode).toBe(0);
    expect(stdout, "the analysis without an image was named before").toBe(
      "0 new, 4 unchanged\nloaded 4 of 4 → study.ingest-report.json\n",
    );
    expect((await at(["ingest", "./kymographs", "study.zarr", "-v"])).stdout).toContain("20250722_A89_0007");
    expect(await treeHash(join(work, "study.zarr"))).toBe(before);
  });

  it("ls: one line an image, no colour in a pipe", async () => {
    const { stdout, exitCode } = await at(["ls", "study.zarr"]);
    expect(exitCode).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(5);
    expect(stdout).toMatch(/Capillary1_0001\.tif +30000 × 38 +0\.284 +1\.170 +3 +radon, events +yes/);
    expect(stdout).toMatch(/Capillary2_no_txt\.tif +30000 × 25 +0\.331 +1\.146 +0 +— +yes +mm_header/);
    expect(stdout).not.toContain("\u001b");
    const { data } = await jsonAt(["ls", "study.zarr"]);
    expect(data).toHaveLength(4);
  });

  it("show: by stem, by path, by the beginning of the id", async () => {
    const { stdout, exitCode } = await at(["show", "study.zarr", "Capillary1_0001"]);
    expect(exitCode).toBe(0);
    for (const part of [
      "30000 × 38 uint16",
      "0.284 µm/px",
      "Center Region",
      "radon/velocity",
      "zarr.open_array",
    ]) {
      expect(stdout).toContain(part);
    }
    const { data } = await jsonAt(["show", "study.zarr", "Capillary1_0001.tif"]);
    expect(data.rois).toHaveLength(3);
    expect(data.axis_scales).toEqual([
      { unit: "s", step: 0.0011699666666666665, origin: 0 },
      { unit: "\u00b5m", step: 0.284, origin: 0 },
    ]);
    expect(stdout).toContain(
      `  xarray   ds = xarray.open_zarr("${join(work, "study.zarr/images", data.image_id)}", consolidated=False)\n` +
        '           ds = ds.assign_coords({"t": ("t", numpy.arange(ds.sizes["t"]) * 0.0011699666666666665, {"units": "s"}), ' +
        '"x": ("x", numpy.arange(ds.sizes["x"]) * 0.284, {"units": "\u00b5m"})})\n',
    );
    const short = await jsonAt(["show", "study.zarr", data.image_id.slice(0, 8)]);
    expect(short.data.image_id).toBe(data.image_id);
    expect((await at(["show", "study.zarr", "Capillary2_no_txt"])).stdout).toMatch(
      /0\.331 µm\/px · 1\.1460 ms\/line, as the TIFF says \(mm_header\)\n/,
    );
    expect((await at(["show", "study.zarr", "nothing"])).exitCode).toBe(6);
  });

  it("index --dry-run: names each image and why, and writes nothing", async () => {
    const before = await treeHash(join(work, "study.zarr"));
    const { stdout, exitCode } = await at(["index", "study.zarr", "-n"]);
    expect([exitCode, await treeHash(join(work, "study.zarr"))]).toEqual([0, before]);
    expect(stdout).toContain("kym_radon: would update 3 · fresh 0 · not analysed 1\n");
    expect(stdout).toContain("\n  never indexed (1): Capillary1_0001\n");
    expect(stdout).toContain(
      "\n  never indexed (3): 20250722_A89_0002, 20250722_A89_0003, Capillary1_0001\n",
    );
    const verbose = await at(["index", "study.zarr", "-n", "-v"]);
    expect(verbose.stdout).toContain("\n  Capillary1_0001 — never indexed\n");
    const { data } = await jsonAt(["index", "study.zarr", "-n", "--indexer", "velocity_events"]);
    expect([data.dryRun, data.indexers[0].updated]).toEqual([true, 1]);
    expect(data.indexers[0].plan).toEqual([
      { image_id: expect.any(String), outcome: "updated", because: "never_indexed" },
    ]);
  });

  it("index: counts per indexer, and nothing the second time", async () => {
    await copyStudy("index.zarr");
    const { data } = await jsonAt(["index", "index.zarr"]);
    expect(data).toEqual({ indexers: INDEXERS.map(({ name }) => expect.objectContaining({ name })) });
    expect(data.indexers).toEqual(
      expect.arrayContaining([
        { name: "velocity_events", updated: 1, skipped: 0, missing: 1, notAnalysed: 3, purged: 0, failed: 0 },
        { name: "radon", updated: 3, skipped: 0, missing: 3, notAnalysed: 1, purged: 0, failed: 0 },
      ]),
    );
    const { stdout } = await at(["index", "index.zarr"]);
    expect(stdout).toContain("kym_velocity_events: updated 0 · fresh 1 · not analysed 3");
    expect(stdout).toContain("kym_radon: updated 0 · fresh 3 · not analysed 1");
  });

  it("query: rows as objects, all digits, SQL errors as usage", async () => {
    const sql = "select rel_path, roi_id, vel_mean, accepted from kym_radon order by rel_path, roi_id";
    const { data } = await jsonAt(["query", "indexed.zarr", sql]);
    expect(data).toHaveLength(7);
    expect(data[4]).toEqual({
      rel_path: "Capillary1_0001.tif",
      roi_id: 1,
      vel_mean: expect.closeTo(-1.167852822978529, 9),
      accepted: true,
    });
    const big = await at([
      "query",
      "indexed.zarr",
      "select max(source_mtime_ns) as ns from sources",
      "--json",
    ]);
    expect(big.stdout).toMatch(/"ns": \d{19}\n/);
    const joined = await jsonAt([
      "query",
      "indexed.zarr",
      "select count(*) as n from kym_velocity_events join kym_radon using (image_id, roi_id)",
    ]);
    expect(joined.data).toEqual([{ n: 5 }]);
    const csv = await at(["query", "indexed.zarr", "select '=1+1' as formula, 1.5 as v", "--format", "csv"]);
    expect(csv.stdout).toBe("formula,v\n'=1+1,1.5\n");
    const wrong = await at(["query", "indexed.zarr", "select nothing from nowhere"]);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("kym_radon");
  });

  it("export: once, then refused, then replaced with --force; it comes in again as it was", async () => {
    expect((await at(["export", "indexed.zarr", "out"])).exitCode).toBe(0);
    const refused = await at(["export", "indexed.zarr", "out"]);
    expect([refused.exitCode, refused.stdout]).toEqual([5, ""]);
    expect((await at(["export", "indexed.zarr", "out", "--force"])).exitCode).toBe(0);
    const { data } = await jsonAt(["ingest", "out", "copy.zarr"]);
    expect(data.ingested).toHaveLength(4);
    const of = async (path: string): Promise<unknown> =>
      (await jsonAt(["query", path, "select * from kym_radon order by all"])).data;
    expect(await of("copy.zarr")).toEqual(await of("indexed.zarr"));
  });

  it("broken files: the others are in, these are named, exit code 3", async () => {
    const folder = join(work, "with broken ones");
    await cp(join(work, "kymographs"), folder, { recursive: true });
    await writeFile(join(folder, "text.tif"), "no TIFF");
    await mkdir(join(folder, "x.tif"));
    await symlink("nowhere.tif", join(folder, "dangling.tif"));
    const { exitCode, stdout } = await at(["ingest", folder, "broken.zarr"]);
    expect(exitCode).toBe(3);
    expect(stdout).toContain("loaded 4 of 7 · 3 failed");
    for (const name of ["text.tif", "x.tif", "dangling.tif"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name.replace(".", "\\.")} — .+$`, "m"));
    }
  });

  it("two ingests of one folder at the same time: every image once", async () => {
    const args = ["ingest", "kymographs", "both.zarr"];
    const runs = await Promise.all([1, 2].map(() => kymProcess(args, { cwd: work })));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const { data } = await jsonAt([
      "query",
      "both.zarr",
      "select count(*) as n, count(distinct source_rel_path) as d from sources",
    ]);
    expect(data).toEqual([{ n: 4, d: 4 }]);
    expect((await jsonAt(["ls", "both.zarr"])).data).toHaveLength(4);
  });
});
