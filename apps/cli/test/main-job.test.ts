import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset, radonIndexer, type UpdateReport, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { exportLegacyFolder, type IngestReport, ingestLegacyFolder } from "@kym/legacy-io/node";
import { roiFromEnvelope, roiStats } from "@kym/roi";
import { type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../test/support/find-shared-data.ts";
import { treeHash } from "./support/tree-hash.ts";

/** The whole job on real kymographs. The expected numbers do not come from our code. */
const KYMOGRAPHS = findSharedData("kymographs");

/** Width and sum of all pixels of each image. */
const TRUE_IMAGES = [
  { path: "28d AngII/20250722/20250722_A89_0002.tif", width: 19, sum: 103559460 },
  { path: "28d AngII/20250722/20250722_A89_0003.tif", width: 10, sum: 113284891 },
  { path: "Capillary1_0001.tif", width: 38, sum: 239139704 },
  { path: "Capillary2_no_txt.tif", width: 25, sum: 114169916 },
];

/** Statistics of ROI 2 in mm/s, to the digits that are known. */
const TRUE_MEANS = [
  { path: "28d AngII/20250722/20250722_A89_0002.tif", nan: 5, zero: 0, mean: 1.658655, sd: 0.267014 },
  { path: "28d AngII/20250722/20250722_A89_0003.tif", nan: 142, zero: 10, mean: 1.448553, sd: 0.247179 },
];

/** From the lab's `radon_report_db.csv`: n; NaN, zero, big; min, max, mean, SD, SE, CV in mm/s. */
const TRUE_CAPILLARY = [
  {
    roi: 1n,
    windows: 7497,
    counts: [16n, 53n, 432n],
    velocities: [
      -3.7035248279571538, 0.8903672099113464, -1.167852822978529, 0.3065720305187265, 0.00354448141044235,
      -0.26250913170448603,
    ],
  },
  {
    roi: 2n,
    windows: 3747,
    counts: [19n, 446n, 476n],
    velocities: [
      -2.050916910171509, 0.497694730758667, -1.0421499701380699, 0.46544736531710135, 0.007623117685779374,
      -0.44662225078357604,
    ],
  },
  {
    roi: 3n,
    windows: 4997,
    counts: [279n, 29n, 135n],
    velocities: [
      -1.5771195888519287, 0.0, -1.234063635156626, 0.2000752579212163, 0.0029128251594537353,
      -0.16212718065857515,
    ],
  },
] as const;

const TRACE_CSV = "flow-analysis/Capillary1_0001_radon.csv";
const SENTINELS = [16, 19, 279];

describe.skipIf(KYMOGRAPHS === undefined)("a folder of real kymographs", () => {
  const source = KYMOGRAPHS ?? "";
  let work: string;
  let dataset: ZarrDataset;
  let report: IngestReport;
  let reports: { readonly events: UpdateReport; readonly radon: UpdateReport };

  const open = (name: string): Promise<ZarrDataset> =>
    openLocalDataset(join(work, name), { summarize: summarizeMetadata });
  const rows = async (of: ZarrDataset, table: string): Promise<Row[]> => [
    ...rowsOf(await of.loadTable(table)),
  ];
  const idOf = async (of: ZarrDataset, path: string): Promise<string> => {
    const row = (await of.loadSourcesIndex()).find((item) => item.source_rel_path === path);
    return row?.image_id ?? `no image of ${path}`;
  };
  const traceOf = async (roi: bigint): Promise<readonly Row[]> => {
    const record = dataset.record(await idOf(dataset, "Capillary1_0001.tif"));
    return [...rowsOf(await record.loadParquet("radon/velocity"))].filter((row) => row["roi_id"] === roi);
  };
  const windowsOf = async (roi: bigint): Promise<number> => (await traceOf(roi)).length;
  const timeOfWindow = async (window: number): Promise<number> =>
    Number((await traceOf(1n))[window]?.["time_s"]);
  const copyOfSource = async (name: string): Promise<string> => {
    const folder = join(work, name);
    await cp(source, folder, { recursive: true, preserveTimestamps: true });
    return folder;
  };

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-main-job-"));
    dataset = await open("study.zarr");
    report = await ingestLegacyFolder(dataset, source);
    const kym = new KymDataset(dataset);
    reports = {
      events: await kym.updateIndex(velocityEventIndexer, { mode: "incremental" }),
      radon: await kym.updateIndex(radonIndexer, { mode: "incremental" }),
    };
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  it("is taken in whole: 4 TIFFs, 3 headers, 3 classic JSONs, 7 ROIs, one orphan analysis", () => {
    expect(report.counts).toEqual({ tiffs: 4, headers: 3, classicJsons: 3, rois: 7 });
    expect(report.found).toBe(4);
    expect(report.ingested.map(({ path }) => path)).toEqual(TRUE_IMAGES.map(({ path }) => path));
    expect(report.failed).toEqual([]);
    expect(report.orphans).toHaveLength(1);
    expect(report.orphans[0]?.path).toBe("28d AngII/20250722/20250722_A89_0007");
  });

  it("changes nothing when it is taken in again", async () => {
    const before = await treeHash(join(work, "study.zarr"));
    const again = await open("study.zarr");
    const report = await ingestLegacyFolder(again, source);
    await again.close();
    expect([report.ingested.length, report.unchanged.length]).toEqual([0, 4]);
    expect(await treeHash(join(work, "study.zarr"))).toBe(before);
  });

  it.each(TRUE_IMAGES)("has the pixels of $path", async ({ path, width, sum }) => {
    const record = dataset.record(await idOf(dataset, path));
    const { shape, data } = await record.loadArray({ dtype: "uint16" });
    expect(shape).toEqual([30_000, width]);
    expect(data.reduce((total, value) => total + value, 0)).toBe(sum);
    expect(await record.getAxes()).toEqual(["t", "x"]);
  });

  it("has ROIs whose statistics, computed from the pixels, equal those of §3.3", async () => {
    const record = dataset.record(await idOf(dataset, "Capillary1_0001.tif"));
    const metadata = await record.loadJson("metadata");
    const { data, shape } = await record.loadArray({ dtype: "uint16" });
    const plane = { data, height: shape[0] ?? 0, width: shape[1] ?? 0 };
    const envelopes =
      typeof metadata === "object" && metadata !== null && "rois" in metadata ? metadata.rois : [];
    const stats = (Array.isArray(envelopes) ? envelopes : []).map((envelope) =>
      roiStats(plane, roiFromEnvelope(envelope)),
    );
    expect(stats.map(({ min, max, mean }) => [min, max, mean])).toEqual([
      [105, 400, 209.7716701754386],
      [106, 373, 209.2418947368421],
      [111, 395, 243.44011666666665],
    ]);
    const deviations = [55.3394825318662, 49.596099867066236, 63.523783057894065];
    for (const [index, sd] of deviations.entries()) {
      expect(stats[index]?.sd).toBeCloseTo(sd, 11);
    }
  });

  it("calibrates an image without a header as its TIFF says, and records where that stands", async () => {
    const id = await idOf(dataset, "Capillary2_no_txt.tif");
    expect(await dataset.record(id).loadJson("metadata")).toMatchObject({
      header: {
        shape: [30_000, 25],
        voxels: [expect.closeTo(34.38 / 29_999, 9), 0.331],
        voxels_units: ["s", "um"],
        voxels_source: ["mm_header", "mm_header"],
        labels: ["Time (s)", "Space (um)"],
      },
    });
    const entry = (await dataset.rebuildManifest()).images.find(({ imageId }) => imageId === id);
    expect(entry?.summary).toMatchObject({
      calibrated: true,
      um_per_px: 0.331,
      calibration_source: "mm_header",
    });
    const { tiff_calibration: said } = await dataset.record(id).attributes();
    expect(said).toEqual([
      { axis: "x", step: 0.331, unit: "um", source: "mm_header" },
      { axis: "t", step: expect.closeTo(34.38 / 29_999, 9), unit: "s", source: "mm_header" },
    ]);
  });

  it("keeps exact acquisition times, read from the headers", async () => {
    const order = await Array.fromAsync(dataset.iterRecords({ orderBy: "acquired_local_epoch_ns" }));
    const paths = new Map(
      (await dataset.loadSourcesIndex()).map((row) => [row.image_id, row.source_rel_path]),
    );
    expect(order.map(({ id }) => paths.get(id))).toEqual([
      "Capillary1_0001.tif",
      "28d AngII/20250722/20250722_A89_0002.tif",
      "28d AngII/20250722/20250722_A89_0003.tif",
      "Capillary2_no_txt.tif",
    ]);
    const { images } = await dataset.rebuildManifest();
    const first = images.find(({ imageId }) => imageId === order[0]?.id);
    expect(first?.summary["acquired_local_epoch_ns"]).toBe(
      BigInt(Date.UTC(2022, 10, 2, 12, 30, 15, 461)) * 1_000_000n,
    );
  });

  it("is indexed: both tables, analysed images only", async () => {
    expect(reports.events).toMatchObject({ updated: 1, skipped: 0, missing: 1, notAnalysed: 3 });
    expect(reports.radon).toMatchObject({ updated: 3, skipped: 0, missing: 3, notAnalysed: 1 });
    expect(await dataset.listTableNames()).toEqual(
      expect.arrayContaining(["kym_radon", "kym_velocity_events", "sources"]),
    );
  });

  it("has a kym_radon that equals radon_report_db.csv", async () => {
    await expectRadonReport(await rows(dataset, "kym_radon"));
  });

  it("has the same kym_radon from a trace whose sentinels are blank", async () => {
    const folder = await copyOfSource("blank-sentinels");
    const path = join(folder, TRACE_CSV);
    let blanked = 0;
    const text = (await readFile(path, "utf8"))
      .split("\n")
      .map((line) => {
        const cells = line.split(",");
        if (Math.abs(Number(cells[3])) > 1e6) {
          cells[3] = "";
          blanked++;
        }
        return cells.join(",");
      })
      .join("\n");
    expect(blanked).toBe(SENTINELS.reduce((sum, count) => sum + count, 0));
    await writeFile(path, text);
    const blank = await open("blank.zarr");
    await ingestLegacyFolder(blank, folder);
    await new KymDataset(blank).updateIndex(radonIndexer);
    await expectRadonReport(await rows(blank, "kym_radon"));
  });

  it.each(TRUE_MEANS)("has the means and counts of $path", async ({ path, nan, zero, mean, sd }) => {
    const row = (await rows(dataset, "kym_radon")).find(
      (item) => item["rel_path"] === path && item["roi_id"] === 2n,
    );
    expect([row?.["vel_n_nan"], row?.["vel_n_zero"]]).toEqual([BigInt(nan), BigInt(zero)]);
    expect(Number(row?.["vel_mean"])).toBeCloseTo(mean, 6);
    expect(Number(row?.["vel_std"])).toBeCloseTo(sd, 6);
  });

  it("has the five stored events with their times", async () => {
    const file: unknown = JSON.parse(
      await readFile(join(source, "flow-analysis/Capillary1_0001_events.json"), "utf8"),
    );
    const events = eventsOf(file);
    const table = await rows(dataset, "kym_velocity_events");
    expect(events).toHaveLength(5);
    expect(
      table.map((row) => [row["roi_id"], row["t_start_s"], row["peak_t_s"], row["score"], row["event_type"]]),
    ).toEqual(events.map((event) => [1n, event.t_start, event.t_peak, event.score_peak, event.event_type]));
    expect(new Set(table.map((row) => row["event_id"])).size).toBe(5);
    expect(new Set(table.map((row) => row["rel_path"]))).toEqual(new Set(["Capillary1_0001.tif"]));
  });

  it("has the windows of the five events of kymograph-formats.md §7.3, those of the trace with its sentinels", async () => {
    const table = await rows(dataset, "kym_velocity_events");
    expect(table.map((row) => [row["event_type"], row["i_start"], row["i_peak"]])).toEqual([
      ["baseline_rise", 33n, 40n],
      ["baseline_drop", 878n, 878n],
      ["baseline_rise", 918n, 923n],
      ["baseline_drop", 4378n, 4378n],
      ["baseline_rise", 4529n, 4529n],
    ]);
    for (const { t_start_s: start, i_start: window } of table) {
      expect(Number(start)).toBeCloseTo(await timeOfWindow(Number(window)), 9);
    }
  });

  it.each(TRUE_CAPILLARY)(
    "has the numbers of ROI $roi of kymograph-formats.md §7.2",
    async ({ roi, ...truth }) => {
      const row = (await rows(dataset, "kym_radon")).find(
        (item) => item["rel_path"] === "Capillary1_0001.tif" && item["roi_id"] === roi,
      );
      const [nan, zero, big] = truth.counts;
      expect(row).toMatchObject({ vel_n_nan: nan, vel_n_zero: zero, vel_n_big: big, accepted: true });
      const names = ["vel_min", "vel_max", "vel_mean", "vel_std", "vel_se", "vel_cv"];
      for (const [at, name] of names.entries()) {
        expect([name, Number(row?.[name])]).toEqual([
          name,
          expect.closeTo(truth.velocities[at] ?? Number.NaN, 12),
        ]);
      }
      expect(await windowsOf(roi)).toBe(truth.windows);
    },
  );

  it("says of all seven ROIs that their analysis is current", async () => {
    const table = await rows(dataset, "kym_radon");
    expect(table.map((row) => row["analysis_state"])).toEqual(Array.from({ length: 7 }, () => "current"));
    const events = await rows(dataset, "kym_velocity_events");
    expect(events.map((row) => row["analysis_state"])).toEqual(Array.from({ length: 5 }, () => "current"));
  });

  it("updates nothing in a second index, and changes no byte", async () => {
    const before = await treeHash(join(work, "study.zarr"));
    const again = await open("study.zarr");
    for (const indexer of [velocityEventIndexer, radonIndexer]) {
      expect(await new KymDataset(again).updateIndex(indexer, { mode: "incremental" })).toMatchObject({
        updated: 0,
      });
    }
    await again.close();
    expect(await treeHash(join(work, "study.zarr"))).toBe(before);
  });

  it("comes out and in again with the same ids, paths and rows", async () => {
    await exportLegacyFolder(dataset, join(work, "export"));
    const copy = await open("copy.zarr");
    const report = await ingestLegacyFolder(copy, join(work, "export"));
    expect([report.ingested.length, report.failed.length]).toEqual([4, 0]);
    expect(await copy.listImageIds()).toEqual(await dataset.listImageIds());
    expect(await copy.listTableNames()).toEqual(await dataset.listTableNames());
    for (const name of await dataset.listTableNames()) {
      expect(await copy.loadTableBytes(name)).toEqual(await dataset.loadTableBytes(name));
    }
    for (const id of await dataset.listImageIds()) {
      expect(await copy.record(id).objectHashes()).toEqual(await dataset.record(id).objectHashes());
    }
    const copied = new KymDataset(copy);
    for (const indexer of [velocityEventIndexer, radonIndexer]) {
      expect(await copied.updateIndex(indexer, { mode: "incremental" })).toMatchObject({ updated: 0 });
    }
    const second = await ingestLegacyFolder(copy, join(work, "export"));
    expect([second.ingested.length, second.unchanged.length, second.conflicts.length]).toEqual([0, 4, 0]);
  });

  describe("after a change", () => {
    let changed: ZarrDataset;
    let index: KymDataset;
    beforeEach(async () => {
      await cp(join(work, "study.zarr"), join(work, "changed.zarr"), { recursive: true });
      changed = await open("changed.zarr");
      index = new KymDataset(changed);
    });
    afterEach(async () => {
      await changed.close();
      await rm(join(work, "changed.zarr"), { recursive: true });
    });
    const update = async (): Promise<{ radon: readonly number[]; events: readonly number[] }> => {
      const radon = await index.updateIndex(radonIndexer, { mode: "incremental" });
      const events = await index.updateIndex(velocityEventIndexer, { mode: "incremental" });
      return { radon: [radon.updated, radon.skipped], events: [events.updated, events.skipped] };
    };
    const editRoi = async (
      path: string,
      roiId: number,
      edit: (envelope: Envelope) => void,
    ): Promise<void> => {
      const record = changed.record(await idOf(changed, path));
      const metadata = await record.loadJson("metadata");
      const rois =
        typeof metadata === "object" && metadata !== null && "rois" in metadata ? metadata.rois : [];
      const envelope = (Array.isArray(rois) ? rois : []).find(
        (item) => isEnvelope(item) && item.roi_id === roiId,
      );
      if (!isEnvelope(envelope)) {
        throw new Error(`no ROI ${roiId}`);
      }
      edit(envelope);
      await record.saveMetadataPayload(metadata);
    };

    it("of a ROI's name, nothing updates", async () => {
      await editRoi("Capillary1_0001.tif", 2, (roi) => {
        roi.name = "renamed";
      });
      expect(await update()).toEqual({ radon: [0, 3], events: [0, 1] });
    });

    it("of a ROI's place, its image updates and that ROI alone is roi_changed", async () => {
      await editRoi("Capillary1_0001.tif", 2, (roi) => {
        roi.data.x0 = Number(roi.data.x0) + 1;
        roi.meta["revision"] = 1;
      });
      expect((await update()).radon).toEqual([1, 2]);
      const states = (await rows(changed, "kym_radon"))
        .filter((row) => row["rel_path"] === "Capillary1_0001.tif")
        .map((row) => [row["roi_id"], row["analysis_state"]]);
      expect(states).toEqual([
        [1n, "current"],
        [2n, "roi_changed"],
        [3n, "current"],
      ]);
      const others = (await rows(changed, "kym_radon")).filter(
        (row) => row["rel_path"] !== "Capillary1_0001.tif",
      );
      expect(new Set(others.map((row) => row["analysis_state"]))).toEqual(new Set(["current"]));
    });

    it("of one image's params, exactly that image updates", async () => {
      const id = await idOf(changed, "28d AngII/20250722/20250722_A89_0002.tif");
      const before = await rows(changed, "kym_radon");
      await changed.record(id).saveJson("radon/params", { 1: { algorithm: "mpRadon", window_size: 32 } });
      expect(await update()).toEqual({ radon: [1, 2], events: [0, 1] });
      const after = await rows(changed, "kym_radon");
      const differing = after.filter((row, at) => row["params_hash"] !== before[at]?.["params_hash"]);
      expect(new Set(differing.map((row) => row["image_id"]))).toEqual(new Set([id]));
    });

    it("of results with the same params, its rows change", async () => {
      const id = await idOf(changed, "28d AngII/20250722/20250722_A89_0003.tif");
      const record = changed.record(id);
      const trace = await record.loadParquet("radon/velocity");
      await record.saveParquet("radon/velocity", trace.slice(0, 100));
      expect((await update()).radon).toEqual([1, 2]);
    });

    it("that brings the first analysis, with params that were there before, its rows appear", async () => {
      const id = await idOf(changed, "Capillary2_no_txt.tif");
      const record = changed.record(id);
      await record.saveJson("radon/params", { 1: { algorithm: "mpRadon", window_size: 16 } });
      expect((await update()).radon).toEqual([0, 3]);
      const donor = changed.record(await idOf(changed, "Capillary1_0001.tif"));
      await record.saveParquet("radon/velocity", await donor.loadParquet("radon/velocity"));
      expect((await update()).radon).toEqual([1, 3]);
      const appeared = (await rows(changed, "kym_radon")).filter((row) => row["image_id"] === id);
      expect(appeared).toHaveLength(3);
    });

    it("that deletes an image, its rows go", async () => {
      const id = await idOf(changed, "28d AngII/20250722/20250722_A89_0003.tif");
      const rowsOfImage = async () =>
        (await rows(changed, "kym_radon")).filter((row) => row["image_id"] === id);
      expect(await rowsOfImage()).toHaveLength(2);
      await changed.deleteImage(id);
      expect(await index.updateIndex(radonIndexer, { mode: "incremental" })).toMatchObject({
        purged: 1,
        updated: 0,
      });
      expect(await rowsOfImage()).toEqual([]);
    });
  });

  it("with broken files in it is taken in but for those, each with its reason", async () => {
    const folder = await copyOfSource("broken");
    const whole = await readFile(join(folder, "Capillary1_0001.tif"));
    await writeFile(join(folder, "truncated.tif"), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder, "text.tif"), "this is no TIFF");
    await mkdir(join(folder, "directory.tif"));
    await symlink(join(folder, "gone.tif"), join(folder, "dangling.tif"));
    const broken = await open("broken.zarr");
    const report = await ingestLegacyFolder(broken, folder);
    expect(report.found).toBe(8);
    expect(report.ingested).toHaveLength(4);
    expect(Object.fromEntries(report.failed.map(({ path, reason }) => [path, reason]))).toEqual({
      "dangling.tif": expect.stringMatching(/link/),
      "directory.tif": expect.stringMatching(/folder/),
      "text.tif": expect.stringMatching(/TIFF/i),
      "truncated.tif": expect.stringMatching(/\d/),
    });
    expect(await broken.listImageIds()).toHaveLength(4);
    expect(await broken.loadSourcesIndex()).toHaveLength(4);
  });

  it("is taken in once by two ingests at the same time", async () => {
    const [one, two] = [await open("both.zarr"), await open("both.zarr")];
    const reports = await Promise.all([ingestLegacyFolder(one, source), ingestLegacyFolder(two, source)]);
    const reader = await openLocalDataset(join(work, "both.zarr"), { mode: "r" });
    expect(await reader.listImageIds()).toHaveLength(4);
    expect((await reader.loadSourcesIndex()).map((row) => row.source_rel_path).sort()).toEqual(
      TRUE_IMAGES.map(({ path }) => path).sort(),
    );
    expect(reports.flatMap(({ ingested }) => ingested)).toHaveLength(4);
    expect(reports.flatMap(({ unchanged }) => unchanged)).toHaveLength(4);
  });

  it("is known again when only its times changed", async () => {
    const folder = await copyOfSource("touched");
    const touched = await open("touched.zarr");
    await ingestLegacyFolder(touched, folder);
    const path = join(folder, "Capillary1_0001.tif");
    await utimes(path, new Date(), new Date((await stat(path)).mtimeMs + 5000));
    const report = await ingestLegacyFolder(touched, folder);
    expect([report.ingested.length, report.unchanged.length]).toEqual([0, 4]);
  });

  it("is only read", async () => {
    const folder = await copyOfSource("source-hash");
    const before = await treeHash(folder);
    await ingestLegacyFolder(await open("source-hash.zarr"), folder);
    expect(await treeHash(folder)).toBe(before);
  });

  async function expectRadonReport(table: readonly Row[]): Promise<void> {
    const [header = "", ...lines] = (await readFile(join(source, "radon_report_db.csv"), "utf8"))
      .trim()
      .split("\n");
    const names = header.split(",");
    const compared = names.slice(names.indexOf("roi_id"), names.indexOf("img_std") + 1);
    const found = table.filter((row) => row["rel_path"] === "Capillary1_0001.tif");
    expect(found).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) {
      const truth = new Map(line.split(",").map((cell, at) => [names[at], cell]));
      for (const name of compared) {
        const expected = Number(truth.get(name));
        const value = found[index]?.[name];
        if (typeof value === "bigint") {
          expect([name, value]).toEqual([name, BigInt(expected)]);
        } else {
          const error = Math.abs(Number(value) - expected) / (Math.abs(expected) || 1);
          expect([name, error < 1e-9]).toEqual([name, true]);
        }
      }
      expect(found[index]?.["accepted"]).toBe(truth.get("accepted") === "True");
    }
  }
});

interface Envelope {
  readonly roi_id: number;
  name: string;
  readonly data: { x0: unknown };
  readonly meta: Record<string, unknown>;
}

function isEnvelope(value: unknown): value is Envelope {
  return (
    typeof value === "object" && value !== null && "roi_id" in value && "data" in value && "meta" in value
  );
}

interface StoredEvent {
  readonly t_start: number;
  readonly t_peak: number;
  readonly score_peak: number;
  readonly event_type: string;
}

function eventsOf(file: unknown): readonly StoredEvent[] {
  const runs =
    typeof file === "object" && file !== null && "velocity_events" in file ? file.velocity_events : {};
  return Object.values(runs ?? {}).flat();
}
