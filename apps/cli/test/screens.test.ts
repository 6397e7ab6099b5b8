// What people see at 80 and 120 columns, typed on real line scans: whole screens.
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../test/support/find-shared-data.ts";
import { kym } from "./support/kym.ts";

const KYMOGRAPHS = findSharedData("kymographs");

describe.skipIf(KYMOGRAPHS === undefined)("on a terminal", () => {
  let root = "";
  /** Ingested and indexed; tests that change something work in a folder of their own. */
  let shared = "";
  let cwd = "";
  /** A slow machine shows progress; a quick one none. That is tested by itself. */
  const env = { NO_COLOR: "1", KYM_PROGRESS: "none" };
  const typed = async (columns: number, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await kym(args, { cwd, columns, env });
    return stdout + stderr;
  };
  const ingested = "ingest kymographs study.zarr".split(" ");
  const labFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(root, "lab-"));
    await cp(KYMOGRAPHS ?? "", join(folder, "kymographs"), { recursive: true, preserveTimestamps: true });
    return folder;
  };
  const ingestedFolder = async (): Promise<string> => {
    const folder = await labFolder();
    await kym(ingested, { cwd: folder });
    return folder;
  };
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "kym-screens-"));
    shared = await ingestedFolder();
    await kym(["index", "study.zarr"], { cwd: shared });
    await mkdir(join(shared, "kymos July"));
    await writeFile(join(shared, "kymos July", "a.tif"), "");
  });
  beforeEach(() => {
    cwd = shared;
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it("ingest ends with its summary, says an orphan and a kind of note in a line each, and says both once", async () => {
    cwd = await labFolder();
    expect(
      await typed(80, ...ingested),
    ).toBe(`1 analysis has no image: 20250722_A89_0007 (3 files); -v lists them
found 4 TIFFs, 3 headers, 3 metadata files; 7 ROIs added
4 new, 0 unchanged
loaded 4 of 4 → study.ingest-report.json
note: kept as an attachment: another file says the same (4 files):
  20250722_A89_0002.csv, 20250722_A89_0003.csv, Capillary1_0001_kymanalysis.csv
  and 1 more; -v lists them

next: kym index study.zarr
`);
    expect(await typed(80, ...ingested)).toBe(
      "0 new, 4 unchanged\nloaded 4 of 4 → study.ingest-report.json\n",
    );
  });

  it("ls begins with file names, which stay whole at 80 columns; -v adds the ids", async () => {
    expect(await typed(80, "ls", "study.zarr")).toBe(
      `file                   lines × px  µm/px  ms/line  ROIs  analyses       accepted
20250722_A89_0002.tif  30000 × 19  0.450    1.134     2  radon          yes
20250722_A89_0003.tif  30000 × 10  0.450    1.114     2  radon          yes
Capillary1_0001.tif    30000 × 38  0.284    1.170     3  radon, events  yes
Capillary2_no_txt.tif  30000 × 25  0.331    1.146     0  —              yes

next: kym show study.zarr 20250722_A89_0002
`,
    );
    const wide = await typed(120, "ls", "study.zarr", "-v");
    expect(wide).toMatch(
      /^28d AngII\/20250722\/20250722_A89_0002\.tif {2}30000 × 19 {2}0\.450 {4}1\.134 {5}2 {2}radon {10}yes {7}[0-9a-f]{8}$/m,
    );
    expect(await typed(80, "ls", "study.zarr", "-v")).toMatch(/^Capillary1_0001\.tif .* {2}[0-9a-f]{8}$/m);
  });

  it("ls has the condition and the treatment if an image has one, and leaves out the size of pixels for them", async () => {
    cwd = await ingestedFolder();
    const fields = ["--path-fields", "{condition}/*", "--map", "condition:28d AngII=AngII"];
    await typed(80, ...ingested, ...fields);
    expect(await typed(80, "ls", "study.zarr")).toBe(
      `file                    condition  µm/px  ms/line  ROIs  analyses       accepted
20250722_A89_0002.tif   AngII      0.450    1.134     2  radon          yes
20250722_A89_0003.tif   AngII      0.450    1.114     2  radon          yes
Capillary1_0001.tif     —          0.284    1.170     3  radon, events  yes
Capillary2_no_txt.tif   —          0.331    1.146     0  —              yes

next: kym show study.zarr 20250722_A89_0002
`,
    );
    expect(await typed(80, "ls", "study.zarr", "--blind")).not.toMatch(/condition|AngII/);
  });

  it("explain and index -n name the files that a reason is about, and hint at index only if rows are stale", async () => {
    cwd = await ingestedFolder();
    const stale = await typed(80, "explain", "study.zarr");
    expect(stale).toBe(`kym_velocity_events: 4 images · stale 1 · fresh 0 · not analysed 3
  Capillary1_0001: The results (analysis/velocity_events/events.parquet) have
    not been indexed yet.
kym_radon: 4 images · stale 3 · fresh 0 · not analysed 1
  20250722_A89_0002, 20250722_A89_0003, Capillary1_0001: The results
    (analysis/radon/velocity.parquet) have not been indexed yet.

next: kym index study.zarr
`);
    const plan = await typed(80, "index", "study.zarr", "-n");
    expect(plan).toContain("\n\nnext: kym index study.zarr\n");
    await kym(["index", "study.zarr"], { cwd });
    for (const args of [
      ["explain", "study.zarr"],
      ["explain", "study.zarr", "Capillary1_0001"],
      ["show", "study.zarr", "Capillary1_0001"],
      ["index", "study.zarr", "-n"],
    ]) {
      expect(await typed(80, ...args), args.join(" ")).not.toContain("next:");
    }
    const one = await typed(80, "explain", "study.zarr", "Capillary1_0001");
    expect(one).toMatch(/^Capillary1_0001 in kym_velocity_events: fresh\. 5 rows, made by\n {2}kymflow/);
    const none = await typed(120, "explain", "study.zarr", "Capillary2_no_txt");
    expect(none.split("\n").slice(0, 2)).toEqual([
      "Capillary2_no_txt in kym_velocity_events: not analysed",
      "Capillary2_no_txt in kym_radon: not analysed",
    ]);
    const verbose = await typed(120, "explain", "study.zarr", "Capillary2_no_txt", "-v");
    expect(verbose).toContain("not analysed. It has none of velocity_events/events.parquet");
  });

  it("an image may be named by the beginning or a part of its name; several that match are listed", async () => {
    expect(await typed(80, "show", "study.zarr", "capillary1")).toMatch(/^Capillary1_0001\.tif\n/);
    expect(await typed(80, "show", "study.zarr", "0003")).toMatch(/^28d AngII\/20250722\/20250722_A89_0003/);
    const both = await typed(80, "show", "study.zarr", "28d AngII");
    expect(both).toContain(`kym: "28d AngII" could be any of
       28d AngII/20250722/20250722_A89_0002.tif
       28d AngII/20250722/20250722_A89_0003.tif
     type more of the name`);
    expect(both).toContain("type more of the name or its id; kym ls study.zarr lists the images");
  });

  it("show says in words that fit 80 columns what is known, and how an image that was not analysed gets results", async () => {
    const screen = await typed(80, "show", "study.zarr", "Capillary2");
    const [facts = "", recipes = ""] = screen.split("open it elsewhere");
    expect(facts).toContain("  scale     0.331 µm/px · 1.146 ms/line, as the TIFF says (mm_header)\n");
    expect(facts).toContain(`  kym_velocity_events: not analysed
  kym_radon: not analysed
  kym index makes no results: kym analyze computes them, or ingest the folder
    again after another program did
`);
    expect(Math.max(...facts.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(recipes, "a line to copy stays whole").toMatch(/Python {3}zarr\.open_array\(".*\/data"\)\[:\]\n/);
    expect(recipes).toContain("  Fiji     kym export study.zarr fiji Capillary2_no_txt.tif --to imagej\n");
  });

  it("numbers have five digits, so that a table of them fits; a pipe gets all digits", async () => {
    const sql = "select rel_path, roi_id, vel_mean, vel_std, vel_min, vel_max from kym_radon order by all";
    const screen = await typed(80, "query", "study.zarr", sql);
    expect(screen.split("\n")[5]).toBe(
      "Capillary1_0001.tif                       1   -1.1679  0.30657  -3.7035  0.89037",
    );
    const { stdout } = await kym(["query", "study.zarr", sql], { cwd });
    expect(stdout).toMatch(/ -1\.16785\d{9,} /);
  });

  it("watch hints at index, with a quoted path, only if something came in", async () => {
    cwd = await labFolder();
    const watch = ["watch", "kymographs", "my study.zarr", "--settle", "0.1", "--until-idle", "0.2"];
    expect(await typed(80, ...watch)).toMatch(
      /\nloaded 4 of 4\n4 new, 0 updated\n\nnext: kym index "my study.zarr"\n$/,
    );
    expect(await typed(80, ...watch)).toMatch(/^loaded 4 of 4\n0 new, 0 updated\n$/);
  });

  it("the progress of an index and of an export names files, not ids", async () => {
    cwd = await ingestedFolder();
    for (const command of ["index study.zarr", "export study.zarr out"]) {
      const { stderr } = await kym([...command.split(" "), "--progress=json"], { cwd });
      expect(stderr, command).toContain('"item":"Capillary1_0001"}');
      expect(stderr, command).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    }
  });

  it("log says whole words, times to the second, and the file's name", async () => {
    cwd = await ingestedFolder();
    expect(await typed(80, "log", "study.zarr")).toMatch(
      /^version {2}time {18}person +message\n {6}1 {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}.* {2}4 images added\n$/,
    );
    const { stdout } = await kym(["roi", "add", "study.zarr", "Capillary2", "--px", "4:20"], { cwd });
    expect(stdout).toBe("added 1 rect lines 0–30000, px 4–20\n");
    const screen = await typed(80, "log", "study.zarr");
    expect(screen).toMatch(/ {2}ROI 1 added to Capillary2_no_txt\n$/);
    expect(Math.max(...screen.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(await typed(120, "log", "study.zarr", "-v")).toMatch(/ROI 1 added to [0-9a-f]{8}-/);
    const narrow = await typed(50, "log", "study.zarr");
    expect(narrow).toMatch(/Z {2}\S+\n {9}ROI 1 added to Capillary2_no_txt\n$/);
  });

  it("a folder with a space is quoted in a hint, and the beginning of a folder's name is enough for a suggestion", async () => {
    expect(await typed(80, "ls", "kymos July")).toContain('kym ingest "kymos July" DATASET');
    expect(await typed(80, "ingest", "kymog", "x.zarr")).toContain("did you mean kymographs?");
    expect(await typed(80, "ingest", "kymo", "x.zarr")).toContain("did you mean kymographs or kymos July?");
  });

  it("a text in double quotes in SQL gets the hint that helps, another mistake the names of the tables", async () => {
    const quotes = await typed(
      80,
      "query",
      "study.zarr",
      'select * from kym_radon where condition = "AngII"',
    );
    expect(quotes).toContain("text goes in single quotes: 'AngII'");
    const column = await typed(80, "query", "study.zarr", "select vel from kym_radon");
    expect(column).not.toContain("single quotes");
    expect(column).toContain("tables: images, kym_radon, ");
  });

  it("a TIFF that is gone, one with the bytes of another and a folder that moved are a line each", async () => {
    cwd = await ingestedFolder();
    const lab = join(cwd, "kymographs");
    await cp(join(lab, "Capillary1_0001.tif"), join(lab, "copy.tif"));
    await rm(join(lab, "Capillary2_no_txt.tif"));
    const screen = await typed(120, "refresh", "study.zarr", "kymographs");
    expect(screen).toContain(
      "note: Capillary2_no_txt.tif: the TIFF is gone from the folder; the dataset keeps the image\n" +
        "note: copy.tif: the file has the same bytes as Capillary1_0001.tif; both are in the dataset\n",
    );
    expect(await typed(120, "refresh", "study.zarr", "kymographs")).not.toContain("note:");
    await rename(lab, join(cwd, "disk"));
    const moved = await typed(120, "refresh", "study.zarr", "disk", "-n");
    expect(moved).toBe(`4 moved from ${lab} to disk\n0 new, 4 updated, 0 unchanged\nwould load 4 of 4\n`);
    expect(await typed(120, "refresh", "study.zarr", "disk", "-n", "-v")).toContain(
      `  copy.tif — moved from ${join(lab, "copy.tif")}\n`,
    );
  });
});
