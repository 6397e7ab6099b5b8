import { expect, test } from "vitest";
import { type ImageInventory, planExport } from "../../src/index.ts";

const IMAGE: ImageInventory = {
  imageId: "one",
  dtype: "uint16",
  shape: [4, 3],
  json: ["metadata", "radon/params"],
  parquet: ["radon/velocity"],
  csvGz: ["old"],
  arrays: [
    { name: "masks/1", dtype: "bool", shape: [4, 3] },
    { name: "line", dtype: "float64", shape: [4] },
  ],
  attachments: ["notes.docx"],
};

test("an export has the layout of ticket 13, array artifacts of two and three dimensions also as TIFF", () => {
  const plan = planExport([IMAGE], ["kym_radon"]);
  expect(plan.images[0]?.pixels).toEqual({ path: "images/one/image.tif", format: "tif" });
  expect(plan.images[0]?.artifacts).toEqual([
    { kind: "json", name: "metadata", path: "images/one/metadata.json" },
    { kind: "json", name: "radon/params", path: "images/one/radon__params.json" },
    {
      kind: "parquet",
      name: "radon/velocity",
      path: "images/one/radon__velocity.csv",
      otherwisePath: "images/one/radon__velocity.parquet",
    },
    { kind: "csv.gz", name: "old", path: "images/one/old.csv.gz" },
    {
      kind: "array",
      name: "masks/1",
      path: "images/one/array_artifacts/masks__1.npy",
      tifPath: "images/one/array_artifacts/masks__1.tif",
    },
    { kind: "array", name: "line", path: "images/one/array_artifacts/line.npy", tifPath: undefined },
    { kind: "attachment", name: "notes.docx", path: "images/one/attachments/notes.docx" },
  ]);
  expect(plan.tables).toEqual([
    { name: "kym_radon", path: "tables/kym_radon.csv", otherwisePath: "tables/kym_radon.parquet" },
  ]);
});

test("pixels that a TIFF would not give back are a NumPy file", () => {
  const formatOf = (image: Partial<ImageInventory>) =>
    planExport([{ ...IMAGE, ...image }], []).images[0]?.pixels?.format;
  expect(formatOf({ dtype: "float32", shape: [2, 3, 4] })).toBe("tif");
  expect(formatOf({ dtype: "int64" })).toBe("npy");
  expect(formatOf({ shape: [0, 3] })).toBe("npy");
  expect(formatOf({ shape: [2 ** 16, 2 ** 16] })).toBe("npy");
});

test("pixels and tables can be left out", () => {
  const plan = planExport([IMAGE], ["kym_radon"], { includeTiff: false, includeTables: false });
  expect(plan.images[0]?.pixels).toBeUndefined();
  expect(plan.tables).toEqual([]);
});

test("no two files are one where case does not count, and no name is too long", () => {
  const long = (end: string) => `${"x".repeat(120)}/${"y".repeat(120)}${end}`;
  const plan = planExport([{ ...IMAGE, json: ["QC", "qc", long("1"), long("2")] }], []);
  const paths =
    plan.images[0]?.artifacts.slice(0, 4).map(({ path }) => path.slice("images/one/".length)) ?? [];
  expect(paths.slice(0, 2)).toEqual(["QC.json", "qc~2.json"]);
  expect(new Set(paths).size).toBe(4);
  expect(Math.max(...paths.map((path) => path.length))).toBeLessThan(200);
});

test("with a place, an image keeps its name, though another file would have it, and no name is longer than 255 bytes", () => {
  const stem = "\u00b5".repeat(120);
  const places = new Map([
    ["one", { folder: "day/", stem: "a", fileName: "a.TIFF" }],
    ["two", { folder: "day/", stem: "a.masks__1", fileName: "a.masks__1.tif" }],
    ["three", { folder: "", stem, fileName: `${stem}.tif` }],
  ]);
  const images = [...places.keys()].map((imageId) => ({ ...IMAGE, imageId }));
  const plan = planExport(images, [], { places });
  expect(plan.images.map(({ pixels }) => pixels?.path.slice(0, 20))).toEqual([
    "day/a.TIFF",
    "day/a.masks__1.tif",
    stem.slice(0, 20),
  ]);
  const paths = plan.images.flatMap(({ artifacts }) => artifacts).map(({ path }) => path);
  expect(paths.slice(0, 7)).toEqual([
    "day/a.metadata.json",
    "day/a.radon__params.json",
    "day/a.radon__velocity.csv",
    "day/a.old.csv.gz",
    "day/a.masks__1.npy",
    "day/a.line.npy",
    "day/a.attachments/notes.docx",
  ]);
  expect(plan.images[0]?.artifacts[4]).toMatchObject({ tifPath: "day/a.masks__1~2.tif" });
  const bytes = paths.map((path) => Buffer.byteLength(path.slice(path.lastIndexOf("/") + 1)));
  expect(Math.max(...bytes)).toBeLessThanOrEqual(255);
  expect(new Set(paths).size).toBe(paths.length);
});
