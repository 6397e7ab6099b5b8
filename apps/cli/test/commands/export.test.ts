import { cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { exportLegacyFolder, ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";
import { type CsvTable, readCsv, schemaOfTable, writeCsv } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { kym, kymJson } from "../support/kym.ts";

const KYMOGRAPHS = findSharedData("kymographs");

/** Files of the older application that are exported with the same bytes. */
const SAME_BYTES: readonly (readonly [exported: string, original: string])[] = [
  ["flow-analysis/Capillary1_0001_radon.csv", "flow-analysis/Capillary1_0001_radon.csv"],
  ["flow-analysis/Capillary1_0001_radon.json", "flow-analysis/Capillary1_0001_radon.json"],
  ["flow-analysis/Capillary1_0001_events.json", "flow-analysis/Capillary1_0001_events.json"],
  ["Capillary1_0001.txt", "Capillary1_0001.txt"],
  ...["20250722_A89_0002", "20250722_A89_0003"].flatMap((stem) => [
    [
      `28d AngII/20250722/flow-analysis/${stem}_radon.csv`,
      `28d AngII/20250722/flow-analysis/${stem}_kymanalysis.csv`,
    ] as const,
    [`28d AngII/20250722/${stem}.txt`, `28d AngII/20250722/${stem}.txt`] as const,
  ]),
];

describe.skipIf(KYMOGRAPHS === undefined)("kym export of real kymographs", () => {
  const source = KYMOGRAPHS ?? "";
  let cwd: string;
  const files = async (folder: string): Promise<readonly string[]> => {
    const entries = await readdir(join(cwd, folder), { recursive: true });
    const paths = entries.map((path) => join(cwd, folder, path));
    const kinds = await Promise.all(paths.map(async (path) => [path, (await stat(path)).isFile()] as const));
    return kinds.flatMap(([path, isFile]) => (isFile ? [path] : []));
  };
  const csv = async (path: string): Promise<CsvTable> => readCsv(new Uint8Array(await readFile(path)));
  const json = async (path: string) => JSON.parse(await readFile(path, "utf8"));

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-export-"));
    await cp(source, join(cwd, "lab"), { recursive: true, preserveTimestamps: true });
    await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { summarize: summarizeMetadata });
    await ingestLegacyFolder(dataset, join(cwd, "lab"));
    const study = new KymDataset(dataset);
    await study.updateIndex(velocityEventIndexer, { mode: "incremental" });
    await study.updateIndex(radonIndexer, { mode: "incremental" });
    await exportLegacyFolder(dataset, join(cwd, "old"), { format: "kymflow" });
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it.each(SAME_BYTES)("--to kymflow writes %s as it was", async (exported, original) => {
    expect(await readFile(join(cwd, "old", exported), "utf8")).toBe(
      await readFile(join(source, original), "utf8"),
    );
  });

  it("--to kymflow writes <stem>.json with what it said, and the date of the microscope", async () => {
    const original = await json(join(source, "Capillary1_0001.json"));
    const { header, ...others } = await json(join(cwd, "old/Capillary1_0001.json"));
    const { date_str: date, time_str: time, ...known } = header;
    expect({ header: known, ...others }).toEqual(original);
    expect([date, time]).toEqual(["2022-11-02", "12:30:15.461"]);
    const name = "28d AngII/20250722/20250722_A89_0002.json";
    const [old, written] = [await json(join(source, name)), await json(join(cwd, "old", name))];
    expect(written.experiment_metadata).toEqual(old.experiment_metadata);
    expect(written.rois).toMatchObject([
      { roi_id: 1, data: { x0: 0, x1: 19, y0: 0, y1: 30_000 } },
      { roi_id: 2, data: { x0: 0, x1: 19, y0: 0, y1: 30_000 } },
    ]);
  });

  it("--to kymflow writes radon_report_db.csv with the old columns and values", async () => {
    const original = await csv(join(source, "radon_report_db.csv"));
    const written = await csv(join(cwd, "old/radon_report_db.csv"));
    const names = written.schema.columns.map(({ name }) => name);
    const added = names.filter((name) => name.startsWith("users_added_"));
    expect(added).toEqual(["users_added_count", "users_added_dur_sum", "users_added_dur_mean"]);
    expect(names.filter((name) => !added.includes(name))).toEqual(
      original.schema.columns.map(({ name }) => name),
    );
    const rows = [...(written.columns["rel_path"] ?? [])].flatMap((path, row) =>
      path === "Capillary1_0001.tif" ? [row] : [],
    );
    expect(rows).toHaveLength(3);
    const ofMachine = ["path", "_unique_row_id", "parent_folder", "grandparent_folder"];
    let compared = 0;
    for (const { name } of original.schema.columns.filter((column) => !ofMachine.includes(column.name))) {
      for (const [index, row] of rows.entries()) {
        const [old, now] = [original.columns[name]?.[index], written.columns[name]?.[row]];
        if (typeof old === "number") {
          expect([name, Math.abs(Number(now) - old) <= 1e-9 * Math.abs(old)]).toEqual([name, true]);
        } else {
          expect([name, now]).toEqual([name, old]);
        }
        compared++;
      }
    }
    expect(compared).toBe(63);
    expect(written.columns["path"]?.[rows[0] ?? 0]).toBe(join(cwd, "lab/Capillary1_0001.tif"));
    expect(written.columns["_unique_row_id"]?.[rows[0] ?? 0]).toBe(join(cwd, "lab/Capillary1_0001.tif|1"));
  });

  it("--to kymflow writes kym_event_db.csv with the old columns, of the events that are in the JSON", async () => {
    // The lab's own database is older than its _events.json, so most of its times differ.
    const original = await csv(join(source, "kym_event_db.csv"));
    const written = await csv(join(cwd, "old/kym_event_db.csv"));
    expect(written.schema.columns.map(({ name }) => name)).toEqual(
      original.schema.columns.map(({ name }) => name),
    );
    const events = (await json(join(source, "flow-analysis/Capillary1_0001_events.json"))).velocity_events[
      "1:1"
    ];
    const columnOf = (name: string) => [...(written.columns[name] ?? [])];
    expect(columnOf("i_start").map(Number)).toEqual(
      events.map((event: { i_start: number }) => event.i_start),
    );
    expect(columnOf("t_start")).toEqual([0.164, 4.118, 4.305, 20.498, 21.204]);
    expect(columnOf("event_type")).toEqual([...(original.columns["event_type"] ?? [])]);
    expect(columnOf("accepted")).toEqual([...(original.columns["accepted"] ?? [])]);
    expect(columnOf("_unique_row_id")[4]).toBe(join(cwd, "lab/Capillary1_0001.tif|1|4"));
  });

  it("--to kymflow can be taken in as a lab's folder, with the same traces and events", async () => {
    await using first = await openLocalDataset(join(cwd, "study.zarr"));
    await using second = await openLocalDataset(join(cwd, "again.zarr"));
    const report = await ingestLegacyFolder(second, join(cwd, "old"));
    expect([report.ingested.length, report.failed, report.orphans]).toEqual([4, [], []]);
    const pathsOf = async (of: typeof first) =>
      new Map((await of.loadSourcesIndex()).map((row) => [row.source_rel_path ?? "", row.image_id]));
    const [before, after] = [await pathsOf(first), await pathsOf(second)];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [path, id] of before) {
      const [old, now] = [first.record(id), second.record(after.get(path) ?? "")];
      expect(await now.loadArray()).toEqual(await old.loadArray());
      for (const name of ["radon/velocity", "velocity_events/events"]) {
        const has = (await old.tables.list({ format: "parquet" })).includes(name);
        if (has) {
          const [table, original] = [await now.loadParquet(name), await old.loadParquet(name)];
          expect(writeCsv(table, schemaOfTable(table))).toEqual(writeCsv(original, schemaOfTable(original)));
        }
      }
    }
  });

  it("--to imagej writes a calibrated TIFF an image, and its ROIs", async () => {
    const { data } = await kymJson(["export", "study.zarr", "fiji", "--to", "imagej"], { cwd });
    expect([data.images, data.files, data.notes]).toEqual([4, 8, []]);
    const description = await readFile(join(cwd, "fiji/Capillary1_0001.tif"), "latin1");
    expect(description).toContain("unit=um\nyunit=s\n");
    expect(await readFile(join(cwd, "fiji/Capillary2_no_txt.tif"), "latin1")).toContain("unit=um\nyunit=s\n");
  });

  it("--no-absolute-paths leaves no path of this machine in any file", async () => {
    const args = ["export", "study.zarr", "share", "--no-absolute-paths"];
    expect((await kym(args, { cwd })).exitCode).toBe(0);
    const found = await files("share");
    expect(found).toHaveLength(33);
    for (const file of found) {
      const text = await readFile(file, "latin1");
      expect([file, [cwd, source, `${homedir()}/`].filter((path) => text.includes(path))]).toEqual([
        file,
        [],
      ]);
    }
  });

  it("has the lab's folders and file names, and index.csv says which file is which image", async () => {
    expect((await kym(["export", "study.zarr", "mine"], { cwd })).exitCode).toBe(0);
    const found = (await files("mine")).map((path) => path.slice(join(cwd, "mine/").length));
    const tiffs = [
      "28d AngII/20250722/20250722_A89_0002.tif",
      "28d AngII/20250722/20250722_A89_0003.tif",
      "Capillary1_0001.tif",
      "Capillary2_no_txt.tif",
    ];
    expect(found.filter((path) => path.endsWith(".tif")).sort()).toEqual(tiffs);
    const index = await csv(join(cwd, "mine/index.csv"));
    expect([...(index.columns["file"] ?? [])]).toEqual(tiffs);
    const { stdout } = await kym(["export", "study.zarr", "by-id", "--layout", "ids", "-n"], { cwd });
    expect(stdout).toMatch(/^ {2}images\/[0-9a-f-]{36}\/image\.tif$/m);
  });

  it("of one image names the others that it leaves out, and takes it in again as it was", async () => {
    const args = ["export", "study.zarr", "one", "20250722_A89_0002"];
    const { stdout } = await kym(args, { cwd });
    expect(stdout.split("\n").slice(1)).toEqual([
      "left out 3 images",
      "  28d AngII/20250722/20250722_A89_0003.tif",
      "  Capillary1_0001.tif",
      "  Capillary2_no_txt.tif",
      "",
    ]);
    const again = await kymJson(["ingest", "one", "study.zarr"], { cwd });
    expect([again.data.unchanged.length, again.data.ingested, again.data.conflicts]).toEqual([1, [], []]);
    const copy = await kymJson(["ingest", "one", "part.zarr"], { cwd });
    expect(copy.data.ingested.length).toBe(1);
    const sql = "select image_id, roi_id, vel_mean from kym_radon order by all";
    const rows = await kymJson(["query", "study.zarr", sql], { cwd });
    const id = copy.data.ingested[0].imageId;
    const part = await kymJson(["query", "part.zarr", sql], { cwd });
    expect(part.data).toEqual(rows.data.filter((row: { image_id: string }) => row.image_id === id));
    expect(part.data.length).toBeGreaterThan(0);
  });

  it("of one image is for Fiji by the line that kym show prints", async () => {
    const { stdout } = await kym(["show", "study.zarr", "20250722_A89_0002"], { cwd });
    const line = /^ {2}Fiji +kym (export .*)$/m.exec(stdout)?.[1] ?? "";
    expect(line).toBe('export study.zarr fiji "28d AngII/20250722/20250722_A89_0002.tif" --to imagej');
    const args = line.replace("fiji", "one-fiji").match(/"[^"]*"|\S+/g) ?? [];
    const run = await kymJson(
      args.map((word) => word.replaceAll('"', "")),
      { cwd },
    );
    expect([run.data.images, run.data.leftOut.images.length]).toEqual([1, 3]);
    const tiff = await readFile(join(cwd, "one-fiji/28d AngII/20250722/20250722_A89_0002.tif"), "latin1");
    expect(tiff).toContain("unit=um\nyunit=s\n");
  });

  it("--where exports what an expression selects, says what is unknown, and is not given with names", async () => {
    const args = ["export", "study.zarr", "calibrated", "--where"];
    const { data } = await kymJson([...args, "um_per_px > 0 and file_name like '2025%'"], { cwd });
    expect([data.images, data.leftOut.images.length]).toEqual([2, 2]);
    const unknown = await kym(
      ["export", "study.zarr", "x", "-n", "--where", "acquired_local > '2000-01-01'"],
      { cwd },
    );
    expect(unknown.stderr).toMatch(/1 image left out, for which --where is NULL/);
    const none = await kym(["export", "study.zarr", "x", "--where", "lines < 0"], { cwd });
    expect([none.exitCode, none.stderr]).toEqual([6, expect.stringContaining("selects no image")]);
    const both = await kym(["export", "study.zarr", "x", "Capillary1_0001", "--where", "true"], { cwd });
    expect([both.exitCode, both.stderr]).toEqual([2, expect.stringContaining("give one of the two")]);
  });

  it("refuses an image that is not there, and a layout for a format that has its own", async () => {
    const gone = await kym(["export", "study.zarr", "x", "20250722_A89_002"], { cwd });
    expect([gone.exitCode, gone.stderr]).toEqual([
      6,
      expect.stringContaining("did you mean 20250722_A89_0002?"),
    ]);
    const layout = await kym(["export", "study.zarr", "x", "--to", "imagej", "--layout", "ids"], { cwd });
    expect([layout.exitCode, layout.stderr]).toEqual([2, expect.stringContaining("leave --layout out")]);
  });

  it("--dry-run says what would be written, and writes nothing", async () => {
    const before = await readdir(cwd, { recursive: true });
    const { stdout } = await kym(["export", "study.zarr", "dry", "-n"], { cwd });
    expect(stdout).toMatch(/^would export 4 images and 5 tables: 33 files/);
    expect(stdout).toContain("  export.json\n");
    expect(await readdir(cwd, { recursive: true })).toEqual(before);
  });

  it("replaces nothing without --force", async () => {
    const { exitCode, stderr } = await kym(["export", "study.zarr", "old"], { cwd });
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining("already")]);
  });

  it("knows its formats", async () => {
    const { exitCode, stderr } = await kym(["export", "study.zarr", "x", "--to", "matlab"], { cwd });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("legacy, kymflow, imagej, ome-zarr or acqstore"),
    ]);
  });

  it("--to ome-zarr with -o writes one image as the root, or as one file, with its steps", async () => {
    const options = ["--to", "ome-zarr", "20250722_A89_0002"];
    const { exitCode, stdout, stderr } = await kym(
      ["export", "study.zarr", "-o", "one.ome.zarr", ...options],
      {
        cwd,
      },
    );
    expect([exitCode, stderr, stdout]).toEqual([
      0,
      "",
      expect.stringMatching(/^exported 1 image and 0 tables/),
    ]);
    const { ome } = (await json(join(cwd, "one.ome.zarr", "zarr.json"))).attributes;
    expect(ome.multiscales[0]).toMatchObject({
      name: "20250722_A89_0002",
      axes: [{ name: "y" }, { name: "x" }],
    });
    const [{ scale }] = ome.multiscales[0].datasets[0].coordinateTransformations;
    expect(scale[1]).toBe(0.45);
    expect(ome.multiscales[0].datasets).toHaveLength(6);
    await kym(["export", "study.zarr", "one.ozx", ...options], { cwd });
    expect((await readFile(join(cwd, "one.ozx"))).subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  });

  it("--to acqstore writes a store for each image where it came from, and names what only kym/ has", async () => {
    const { data, warnings } = await kymJson(["export", "study.zarr", "stores", "--to", "acqstore"], { cwd });
    expect(data).toMatchObject({ images: 4, tables: 0, failed: [] });
    const stores = (await files("stores")).filter((path) => path.endsWith("acqstore/acq_image.json"));
    expect(stores.map((path) => path.slice(join(cwd, "stores").length + 1)).sort()).toContain(
      "28d AngII/20250722/20250722_A89_0002.cs.ome.zarr/acqstore/acq_image.json",
    );
    expect(warnings.join("\n")).toContain("acqstore refuses analyses that it does not know");
  });

  it("says what is wrong with a target or an option of these formats", async () => {
    const run = async (...args: readonly string[]) => kym(["export", "study.zarr", ...args], { cwd });
    expect(await run("--to", "ome-zarr")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("there is no FOLDER to write"),
    });
    expect(await run("x.ozx")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("would be a file of OME-Zarr"),
    });
    expect(await run("-o", "x", "--to", "acqstore", "--no-tiff")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--to acqstore always has the pixels"),
    });
    const { warnings } = await kymJson(["export", "study.zarr", "named", "--to", "ome-zarr", "-n"], { cwd });
    expect(warnings).toContain("napari and others open a folder whose name ends in .zarr: named does not");
  });
});
