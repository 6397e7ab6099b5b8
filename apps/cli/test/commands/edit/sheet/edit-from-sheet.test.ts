import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import writeExcelFile, { type SheetData } from "write-excel-file/node";
import { kym, kymJson, type Run } from "../../../support/kym.ts";
import { makeSmallStudy } from "../../../support/small-study.ts";
import { treeHash } from "../../../support/tree-hash.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-sheet-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const from = (file: string, ...words: readonly string[]): Promise<Run> =>
  kym(["edit", "study.zarr", "--from", file, ...words], { cwd });

async function excel(rows: SheetData): Promise<string> {
  await writeFile(join(cwd, "meta.xlsx"), await writeExcelFile(rows).toBuffer());
  return "meta.xlsx";
}

it.each(["meta.csv", "meta.xlsx"])("all that kym ls writes to %s is what is stored already", async (file) => {
  const note = '-1 "quoted", _x000D_ and\nlines = 3';
  await kym(["edit", "study.zarr", "a", "--note", note, "--um-per-px", "0.1234567890123456"], { cwd });
  await kym(["edit", "study.zarr", "b", "--note", "'=1+1", "--depth", "-0.1"], { cwd });
  await kym(["ls", "study.zarr", "-o", file], { cwd });
  const tree = await treeHash(join(cwd, "study.zarr"));
  const { exitCode, stdout } = await from(file);
  expect([exitCode, stdout]).toEqual([0, "nothing to change: that is what is stored already\n"]);
  expect(await treeHash(join(cwd, "study.zarr"))).toBe(tree);
});

it("a CSV that a person filled in is one commit", async () => {
  await kym(["ls", "study.zarr", "-o", "meta.csv", "--columns", "rel_path,condition,note,accepted"], { cwd });
  const text = await readFile(join(cwd, "meta.csv"), "utf8");
  const filled = text
    .replace("d.tif,,,TRUE", "d.tif,salt,-5 µm,FALSE")
    .replace("b.tif,AngII,moved,FALSE", "b.tif,\\-,,TRUE");
  expect(filled).not.toBe(text);
  await writeFile(join(cwd, "meta.csv"), filled);
  expect((await from("meta.csv")).exitCode).toBe(5);
  const { data } = await kymJson(["edit", "study.zarr", "--from", "meta.csv", "--yes"], { cwd });
  expect(data.edited).toEqual([
    {
      ...{ image_id: "scan-b", name: "b" },
      changes: [
        { field: "condition", old: "AngII", new: null },
        { field: "accepted", old: false, new: true },
      ],
    },
    {
      ...{ image_id: "scan-d", name: "d" },
      changes: [
        { field: "condition", old: null, new: "salt" },
        { field: "note", old: null, new: "-5 µm" },
        { field: "accepted", old: true, new: false },
      ],
    },
  ]);
  expect(data.unchanged).toEqual(["scan-a", "scan-c"]);
  const { data: commits } = await kymJson(["log", "study.zarr"], { cwd });
  expect(commits.at(-1).message).toBe("set condition, note and accepted of 2 images");
});

it("an Excel file is read with its types, and a date that Excel made is named", async () => {
  const titles = ["image_id", "animal", "depth", "accepted"].map((value) => ({ value }));
  const good = await excel([titles, ["scan-a", "007", 12.5, false].map((value) => ({ value }))]);
  expect((await from(good)).stdout).toContain("set depth, animal and accepted of a\n");
  const date = { value: new Date("2025-03-01T00:00:00Z"), type: Date, format: "d-mmm" } as const;
  const bad = await excel([titles, [{ value: "scan-a" }, date], [{ value: "scan-b" }, { value: "8" }]]);
  const tree = await treeHash(join(cwd, "study.zarr"));
  const { exitCode, stderr } = await from(bad, "--yes");
  expect(exitCode).toBe(6);
  expect(stderr).toContain('row 2, column animal: "2025-03-01" is a date');
  expect(await treeHash(join(cwd, "study.zarr"))).toBe(tree);
});

it("one unknown row or column refuses all, and each is named", async () => {
  const lines = ["image_id,conditon,note", "scan-a,x,y", "nobody,x,y", "scan-b,x,1-Mar"];
  await writeFile(join(cwd, "meta.csv"), lines.join("\r\n"));
  const tree = await treeHash(join(cwd, "study.zarr"));
  const { exitCode, stderr } = await from("meta.csv", "--yes");
  expect([exitCode, stderr]).toEqual([
    6,
    [
      "kym: meta.csv: nothing was written, because of 3 faults",
      '  images have no column "conditon"; did you mean condition?',
      '  row 3: there is no image with image_id "nobody"',
      `  row 4, column note: "1-Mar" is a date, perhaps made by the spreadsheet of something else: write it as text, with a ' before it, or as 2025-07-22`,
      "",
    ].join("\n"),
  ]);
  const json = JSON.parse((await from("meta.csv", "--json")).stdout);
  expect([json.error, json.details?.faults ?? json.faults]).toEqual(["invalid_sheet", expect.any(Array)]);
  expect(await treeHash(join(cwd, "study.zarr"))).toBe(tree);
});

it.each([
  [6, "none.csv", undefined, "there is no file none.csv"],
  [2, "meta.ods", "x", "--from reads .csv, .tsv and .xlsx"],
  [6, "meta.xlsx", "not a zip", "meta.xlsx cannot be read as .xlsx"],
  [6, "meta.csv", 'image_id,note\nscan-a,"x', "meta.csv cannot be read as .csv"],
])("ends with %i for %s", async (code, file, content, said) => {
  if (content !== undefined) {
    await writeFile(join(cwd, file), content);
  }
  const { exitCode, stderr } = await from(file);
  expect([exitCode, stderr]).toEqual([code, expect.stringContaining(said)]);
});

it("a CSV of a spreadsheet whose numbers have commas is read, and a TSV that kym ls wrote", async () => {
  await writeFile(join(cwd, "semi.csv"), "image_id;note;um_per_px;depth\r\nscan-a;x, y;0,331;-12,5\r\n");
  const { data } = await kymJson(["edit", "study.zarr", "--from", "semi.csv"], { cwd });
  expect(data.edited[0].changes).toMatchObject([
    { field: "depth", new: -12.5 },
    { field: "note", new: "x, y" },
    { field: "um_per_px", new: 0.331 },
  ]);
  await writeFile(join(cwd, "points.csv"), "image_id;um_per_px\nscan-a;1.000,5\n");
  expect((await from("points.csv")).stderr).toContain('"1.000,5" is not a number above 0');
  await kym(["ls", "study.zarr", "-o", "meta.tsv"], { cwd });
  expect((await from("meta.tsv")).stdout).toBe("nothing to change: that is what is stored already\n");
});

it("takes no other field and no image beside a spreadsheet, and a CSV from stdin", async () => {
  expect((await from("meta.csv", "--note", "x")).exitCode).toBe(2);
  expect((await kym(["edit", "study.zarr", "a", "--from", "meta.csv"], { cwd })).exitCode).toBe(2);
  const stdin = "image_id,note\nscan-d,piped\n";
  const { stdout } = await kym(["edit", "study.zarr", "--from", "-"], { cwd, stdin });
  expect(stdout).toContain("set note of d\n");
});
