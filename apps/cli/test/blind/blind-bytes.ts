// Searches every byte of blind outputs for every name, date and word of the study that they are about.
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, summarizeMetadata, VELOCITY_EVENTS_SCHEMA, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { blindName } from "../support/blind-name.ts";
import { kym, kymJson } from "../support/kym.ts";
import { chunkNames, formsOfTime, found, tellingWords } from "./telling-words.ts";

const PYTHON = new URL("../../../../../shared/data/python_v1/dataset.zarr", import.meta.url).pathname;
const LAB = new URL("../../../../../shared/data/kymographs", import.meta.url).pathname;
const LAB_SESSION = "28d AngII/20250722";
const LAB_FOLDER = `lab/${LAB_SESSION}`;
const DATASET = "secret hypertension.zarr";
/** What a person writes, each distinct, so that a hit never comes by chance. */
const WRITTEN = {
  ...{
    species: "mus-specialis",
    region: "regio-arcana",
    cell_type: "cellula-rara",
    direction: "directio-nova",
  },
  ...{
    sex: "femina-prima",
    genotype: "Tek-Cre-positive",
    condition2: "second-salt",
    treatment2: "second-dose",
  },
  ...{
    animal: "A89-mouse",
    note: "AngII-mouse-seen",
    age: "P120-old",
    date: "20250722",
    rack: "rack-of-AngII",
  },
};
/** An id is any name. */
const NAMED_ID = "20250722_A89_0099";
const FROM_PYTHON = "python secret.zarr";
let cwd = "";

/** The lab's own headers, metadata and analyses, which say names, days and paths, beside scans that are small. */
async function makeLab(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(join(LAB, LAB_SESSION), folder, { recursive: true, filter: (path) => !path.endsWith(".tif") });
  // The lab's folders are read-only, and so are their copies.
  for (const copied of ["", "flow-analysis", "20250722-analysis"]) {
    await chmod(join(folder, copied), 0o755);
  }
  for (const stem of ["20250722_A89_0002", "20250722_A89_0003"]) {
    const data = Uint16Array.from({ length: 300 * 19 }, (_, at) => (at * 13) % 997);
    await writeFile(
      join(folder, `${stem}.tif`),
      writeImageJTiff({ dtype: "uint16", shape: [300, 19], data }),
    );
  }
}

/** Adds to each image whatever may tell: fields, names of ROIs, attachments, artifacts of other programs, words of a TIFF. */
async function tell(path: string): Promise<void> {
  await using dataset = await openLocalDataset(path, { summarize: summarizeMetadata });
  for (const id of await dataset.listImageIds()) {
    const record = dataset.record(id);
    const json = await record.json.list();
    const stored = json.includes(ARTIFACTS.metadata)
      ? JSON.parse((await record.loadJsonText(ARTIFACTS.metadata).catch(() => ({ text: "{}" }))).text)
      : {};
    const rois = (stored.rois ?? []).map((roi: object) => ({
      ...roi,
      name: "roi-of-AngII",
      note: "roi-note-A89",
    }));
    await record.saveJson(ARTIFACTS.metadata, {
      ...{ version: "2.0", ...stored, rois },
      experiment_metadata: {
        condition: "AngII-high",
        treatment: "28d-AngII",
        ...stored.experiment_metadata,
        ...WRITTEN,
      },
    });
    await record.saveAttachment("20250722_A89_attached.txt", new TextEncoder().encode("x"));
    await record.saveJson("results_of_AngII", { file: "A89" });
    await record.updateAttributes({
      tiff_warnings: ["the TIFF says AngII-in-tiff"],
      tiff_calibration: [{ axis: "x", step: 1, unit: "unit-of-AngII", source: "source-A89" }],
    });
  }
  await addNamed(dataset);
}

/** An image whose id is a name, analysed by a program that writes what it likes. */
async function addNamed(dataset: ZarrDataset): Promise<void> {
  const pixels = createNdArray(
    "uint16",
    [60, 8],
    Uint16Array.from({ length: 480 }, (_, at) => (at * 7) % 251),
  );
  const record = await dataset.addImage(pixels, { id: NAMED_ID, axes: ["AngII-axis", "x"] });
  const roi = { roi_id: 1, roi_type: "rect", version: "1.0", channel: 1, z: 0, revision: 0, meta: {} };
  await record.saveJson(ARTIFACTS.metadata, {
    version: "2.0",
    header: { voxels: [0.002, 0.5], voxels_units: ["s", "um"] },
    experiment_metadata: WRITTEN,
    rois: [
      {
        ...roi,
        ...{ name: "roi-of-AngII", note: "roi-note-A89" },
        data: { dim0_start: 0, dim0_stop: 60, dim1_start: 0, dim1_stop: 8 },
      },
    ],
  });
  const one = { roi_id: 1n, channel: 1n, um_per_px: 0.5, s_per_line: 0.002 };
  const windows = [0.5, 0.4, null, 0.3].map((velocity, index) => ({
    ...one,
    ...{ time_s: 0.02 * (index + 1), velocity_mm_s: velocity, algorithm: "method-of-AngII" },
  }));
  await record.saveParquet(ARTIFACTS.radonVelocity, windows, { schema: VELOCITY_TRACE_SCHEMA });
  const event = { event_id: "event-of-AngII", t_start_s: 0.03, t_end_s: 0.05, event_type: "type-of-AngII" };
  const events = [{ roi_id: 1n, channel: 1n, ...event, user_type: "user-type-AngII" }];
  await record.saveParquet(ARTIFACTS.events, events, { schema: VELOCITY_EVENTS_SCHEMA });
}

/** The study of a lab, or one of the Python system. Of `some` it draws one figure, and looks at fewer files and mistakes. */
export function checkBlindBytes(study: "lab" | "python", share: "some" | "all"): void {
  const dataset = study === "lab" ? DATASET : FROM_PYTHON;
  const of = <T>(all: readonly T[], some: number): readonly T[] =>
    share === "all" ? all : all.slice(0, some);
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-bytes-"));
    if (study === "lab") {
      await makeLab(join(cwd, LAB_FOLDER));
      await kym(["ingest", "lab", DATASET, "--index"], { cwd });
    } else {
      await kym(["migrate", PYTHON, FROM_PYTHON], { cwd });
    }
    await tell(join(cwd, dataset));
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  let words: readonly string[] = [];
  let names: readonly string[] = [];
  const blind = (args: readonly string[], more: object = {}): ReturnType<typeof kym> =>
    kym([...args, "--blind"], { cwd, env: { KYM_SEED: "7" }, ...more });
  beforeAll(async () => {
    words = [
      ...(await tellingWords(cwd, dataset)),
      ...[
        ...Object.values(WRITTEN),
        "AngII",
        "roi-of",
        "roi-note",
        "attached",
        "results_of",
        "secret",
        "A89_0099",
      ],
      ...formsOfTime("2025-07-22"),
    ];
    names = (await kymJson(["ls", dataset, "--blind"], { cwd, env: { KYM_SEED: "7" } })).data.map(
      (image: { readonly image_id: string }) => image.image_id,
    );
  });

  it("the words are those of the study: its open list has them", async () => {
    const { stdout } = await kym(["ls", dataset, "--json"], { cwd });
    expect(found(words, Buffer.from(stdout)).length).toBeGreaterThan(20);
    expect(names.length).toBeGreaterThan(2);
  });

  it("ls says none of them, as a table, in a terminal, in files and in mistakes", async () => {
    const runs = [
      ["ls", dataset],
      ["ls", dataset, "-v", "--debug"],
      ["ls", dataset, "--pictures"],
      ["ls", dataset, "--json"],
      ["ls", dataset, "--format", "csv"],
      ["ls", dataset, "--where", "condition is null", "--sort", "-date", "--columns", "image_id,note,sex"],
      ["ls", dataset, "--where", "condition = 7"],
      ["ls", dataset, "--where", "nonsense"],
      ["ls", dataset, "--columns", "secret_column"],
      ["ls", `${dataset}x`],
      ["ls", `${dataset}x`, "--json"],
    ];
    for (const args of runs) {
      const { stdout, stderr } = await blind(args, args.includes("--json") ? {} : { columns: 80 });
      const asked = args.includes("secret_column") ? words.filter((word) => word !== "secret") : words;
      expect(found(asked, Buffer.from(stdout + stderr)), args.join(" ")).toEqual([]);
    }
    for (const file of of(["list.xlsx", "list.parquet", "list.csv", "list.json"], 2)) {
      const { stdout, stderr, exitCode } = await blind(["ls", dataset, "-o", `${file}`, "--force"]);
      expect([exitCode, found(words, Buffer.from(stdout + stderr))], file).toEqual([0, []]);
      expect(found(words, await readFile(join(cwd, file))), file).toEqual([]);
      if (file.endsWith(".parquet")) {
        const { stdout: rows } = await kym(["query", dataset, `from '${join(cwd, file)}'`, "--json"], {
          cwd,
        });
        expect(found(words, Buffer.from(rows)), "the rows of the Parquet file").toEqual([]);
      }
    }
  });

  it("show says none of them, in text, as a picture, in JSON and in mistakes", async () => {
    const { data } = await kymJson(["ls", dataset], { cwd });
    const paths: readonly string[] = data.map(
      (one: { readonly rel_path: string | null }) => one.rel_path ?? "-",
    );
    const ways = [
      { args: ["--json"] },
      { args: ["-v", "--debug"], columns: 100 },
      { args: [] },
      { args: ["--at", "9999s"], columns: 100 },
    ];
    for (const [index, name] of [
      ...names,
      ...names.slice(0, 2),
      "AngI",
      "no such",
      ...paths.slice(0, 2),
    ].entries()) {
      const { args = [], ...more } = ways[index % ways.length] ?? {};
      const { stdout, stderr } = await blind(["show", dataset, name, ...args], more);
      expect(found(words, Buffer.from(stdout + stderr)), `${name} ${args.join(" ")}`).toEqual([]);
    }
    const { stdout } = await blind(["show", dataset, NAMED_ID], { columns: 100 });
    expect(stdout).toContain(blindName(NAMED_ID, "7"));
    expect(found(words, Buffer.from(stdout)), "a picture with an event").toEqual([]);
  });

  it("plot says none of them, in SVG, in PNG, in JSON and in mistakes", async () => {
    for (const [index, name] of of(names, 1).entries()) {
      for (const file of index === 0 ? ["figure.svg", "figure.png"] : ["figure.svg"]) {
        const run = await blind(["plot", dataset, name, "-o", file, "--force", "--json", "--scale", "1"]);
        expect(found(words, Buffer.from(run.stdout + run.stderr)), file).toEqual([]);
        if (run.exitCode === 0) {
          const bytes = await readFile(join(cwd, file));
          expect(found(words, bytes), file).toEqual([]);
          const expected = file.endsWith("png") ? ["IHDR", "IDAT", "IEND"] : [];
          expect(file.endsWith("png") ? [...new Set(chunkNames(bytes))] : []).toEqual(expected);
        }
        const again = await blind(["plot", dataset, name, "-o", file]);
        expect(found(words, Buffer.from(again.stdout + again.stderr)), file).toEqual([]);
      }
    }
  });

  it("log, diff and undo say none of them, in text and in JSON", async () => {
    const { data: log } = await kymJson(["log", dataset, "--blind"], { cwd });
    const runs = [
      ["log", dataset],
      ["log", dataset, "--json"],
      ["log", dataset, names[0] ?? ""],
      ["diff", dataset, "0"],
      ["diff", dataset, "1", "--json"],
      ["diff", dataset, String(log.length), "1"],
      ["undo", dataset, "-n"],
      ["undo", dataset, "-n", "-v", "--json"],
      ...log.map(({ version }: { readonly version: number }) => ["undo", dataset, String(version), "-n"]),
    ];
    for (const args of of(runs, 3)) {
      const { stdout, stderr } = await blind(args, args.includes("--json") ? {} : { columns: 80 });
      // The log lists when its commits were made.
      const said = (stdout + stderr).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "");
      expect(found(words, Buffer.from(said)), args.join(" ")).toEqual([]);
    }
  });

  it("report says none of them, in its page and on the terminal, and has the images in the order of ls", async () => {
    for (const args of of([["--json"], ["--force", "--where", "n_rois >= 0"], []], 1)) {
      const run = await blind(["report", dataset, "-o", "report.html", ...args]);
      expect(found(words, Buffer.from(run.stdout + run.stderr)), args.join(" ")).toEqual([]);
    }
    // Programs and classes of the page are the same for each study.
    const page = (await readFile(join(cwd, "report.html"), "utf8")).replaceAll(
      /<(script|style)>[\s\S]*?<\/\1>| class="[a-z -]*"/g,
      "",
    );
    expect(found(words, Buffer.from(page))).toEqual([]);
    const places = names.map((name) => page.indexOf(`>${name}<`));
    expect(places.every((place, index) => place > (places[index - 1] ?? 0))).toBe(true);
    await rm(join(cwd, "report.html"));
  });

  it("the same seed gives one order in ls and random, and another seed other names", async () => {
    const random = await kymJson(["random", dataset, "--blind", "--seed", "7"], { cwd });
    expect(random.data.imageIds).toEqual(names);
    // Three images can have one order by chance, but no name of another seed.
    const other = await kymJson(["ls", dataset, "--blind", "--seed", "other"], { cwd });
    const others = other.data.map((image: { readonly image_id: string }) => image.image_id);
    expect(others.filter((name: string) => names.includes(name))).toEqual([]);
    expect(others.toSorted()).toEqual(others);
  });

  it("the key opens the names again, and so does the seed without --blind", async () => {
    await kym(["random", dataset, "--seed", "7", "-o", "key.csv", "--force"], { cwd });
    const rows = (await readFile(join(cwd, "key.csv"), "utf8")).trimEnd().split("\n").slice(1);
    expect(rows.map((row) => row.split(",")[1])).toEqual(names);
    for (const row of rows) {
      const [, name = "", id = ""] = row.split(",");
      const { stdout } = await kym(["roi", "list", dataset, name, "--seed", "7"], { cwd });
      const direct = await kym(["roi", "list", dataset, id], { cwd });
      expect([stdout, direct.exitCode]).toEqual([direct.stdout, 0]);
    }
  });
}
