import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import type { FolderScan } from "../../../src/folder/bundle.ts";
import { scanFolder } from "../../../src/node/scan/scan-folder.ts";
import { codeOf } from "../../support/caught.ts";

let base = "";
let root = "";

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "kym-scan-"));
  root = join(base, "20250722");
  mkdirSync(root);
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function put(...relPaths: readonly string[]): void {
  for (const relPath of relPaths) {
    mkdirSync(dirname(join(root, relPath)), { recursive: true });
    writeFileSync(join(root, relPath), relPath);
  }
}

const imagesOf = (scan: FolderScan): readonly string[] => scan.bundles.map(({ image }) => image.relPath);
const kindsOf = (scan: FolderScan, index = 0): readonly string[] =>
  scan.bundles[index]?.sidecars.map(({ kind }) => kind) ?? [];

const real = findSharedData("kymographs");
test.runIf(real !== undefined)(
  "the lab's folder: 4 images, 3 headers, 3 classic JSONs, one orphan",
  async () => {
    const scan = await scanFolder(real ?? "");
    expect(imagesOf(scan)).toEqual([
      "28d AngII/20250722/20250722_A89_0002.tif",
      "28d AngII/20250722/20250722_A89_0003.tif",
      "Capillary1_0001.tif",
      "Capillary2_no_txt.tif",
    ]);
    const kinds = scan.bundles.flatMap(({ sidecars }) => sidecars.map(({ kind }) => kind));
    const count = (kind: string): number => kinds.filter((other) => other === kind).length;
    expect([
      count("olympus_header"),
      count("classic_json"),
      count("radon_csv"),
      count("kymanalysis_csv"),
      count("v0_csv"),
      count("events_json"),
    ]).toEqual([3, 3, 1, 3, 2, 1]);
    expect(scan.bundles[3]?.sidecars).toEqual([]);
    expect(
      scan.orphans.map(({ stem, folder, files }) => [stem, folder, files.map(({ kind }) => kind)]),
    ).toEqual([
      ["20250722_A89_0007", "28d AngII/20250722", ["v0_csv", "kymanalysis_csv", "kymanalysis_json"]],
    ]);
    expect(scan.folderDatabases.map(({ database }) => database)).toEqual(["kym_event", "radon_report"]);
    expect([scan.unreadable, scan.unrecognised, scan.ignored]).toEqual([[], [], []]);
    expect(scan.bundles[2]?.image).toMatchObject({
      sizeBytes: 2_288_496,
      path: join(real ?? "", "Capillary1_0001.tif"),
    });
  },
);

test("files of subfolders, with spaces, brackets and any ending, and every file exactly once", async () => {
  put(
    "28d AngII + R/a[1].TIF",
    "28d AngII + R/a[1].txt",
    "28d AngII + R/a1.txt",
    "b.tiff",
    "b.x.json",
    "notes.md",
    ".DS_Store",
  );
  put(
    "flow-analysis/b_radon.csv",
    "flow-analysis/extra.tif",
    "flow-analysis/extra.txt",
    "20250722-analysis/b.csv",
    "20250722-analysis/c.csv",
  );
  const scan = await scanFolder(root);
  expect(imagesOf(scan)).toEqual(["28d AngII + R/a[1].TIF", "b.tiff", "flow-analysis/extra.tif"]);
  expect(kindsOf(scan, 0)).toEqual(["olympus_header"]);
  expect(kindsOf(scan, 1)).toEqual(["v0_csv", "artifact", "radon_csv"]);
  expect(kindsOf(scan, 2)).toEqual(["olympus_header"]);
  expect(scan.orphans).toMatchObject([{ stem: "c", folder: "" }]);
  expect(scan.unrecognised.map(({ relPath }) => relPath)).toEqual(["28d AngII + R/a1.txt", "notes.md"]);
  expect(scan.ignored).toMatchObject([{ relPath: ".DS_Store" }]);
});

test("a pattern selects images; what belongs to the others is no orphan", async () => {
  put("a1.tif", "a1.txt", "b1.tif", "b1.txt", "flow-analysis/b1_radon.csv");
  const scan = await scanFolder(root, { pattern: "A*.tif" });
  expect(imagesOf(scan)).toEqual(["a1.tif"]);
  expect(scan.orphans).toEqual([]);
  expect(scan.unrecognised.map(({ relPath }) => relPath)).toEqual([
    "b1.tif",
    "b1.txt",
    "flow-analysis/b1_radon.csv",
  ]);
  expect(imagesOf(await scanFolder(root, { pattern: "*" }))).toEqual(["a1.tif", "b1.tif"]);
});

test("channels written as files of their own are one bundle", async () => {
  put("s_C001T001.tif", "s_C002T001.tif", "s.txt");
  const scan = await scanFolder(root);
  expect(scan.bundles).toMatchObject([
    {
      stem: "s_C001T001",
      otherChannels: [{ relPath: "s_C002T001.tif", channel: 2 }],
      sidecars: [{ relPath: "s.txt" }],
    },
  ]);
});

test("links to files inside are read; everything else that is linked is named with its reason", async () => {
  put("real/a.tif");
  writeFileSync(join(base, "outside.tif"), "x");
  symlinkSync(join(root, "real/a.tif"), join(root, "inside.tif"));
  symlinkSync(join(base, "outside.tif"), join(root, "outside.tif"));
  symlinkSync(join(root, "gone.tif"), join(root, "dangling.tif"));
  symlinkSync(join(root, "gone.tif"), join(root, ".#lock"));
  symlinkSync(root, join(root, "circle"));
  symlinkSync(join(root, "loop.tif"), join(root, "loop.tif"));
  const scan = await scanFolder(root);
  expect(imagesOf(scan)).toEqual(["inside.tif", "real/a.tif"]);
  expect(scan.unreadable).toEqual([
    { relPath: "dangling.tif", reason: "a link to a file that does not exist" },
    { relPath: "loop.tif", reason: "a link that cannot be followed: ELOOP" },
    { relPath: "outside.tif", reason: "a link to a file outside the folder, not followed" },
  ]);
  expect(scan.ignored).toEqual([
    { relPath: ".#lock", reason: "hidden" },
    { relPath: "circle", reason: "a link to a folder, not followed" },
  ]);
});

test("a folder named as an image is named, and looked into", async () => {
  put("x.tif/inner.tif", ".hidden/a.tif", "__MACOSX/._a.tif");
  const scan = await scanFolder(root);
  expect(imagesOf(scan)).toEqual(["x.tif/inner.tif"]);
  expect(scan.unreadable).toEqual([{ relPath: "x.tif", reason: "a folder, not an image" }]);
  expect(scan.ignored.map(({ relPath }) => relPath)).toEqual([".hidden", "__MACOSX"]);
});

test("a folder without permission is named, and does not end the scan", async () => {
  put("open/a.tif", "closed/b.tif");
  chmodSync(base, 0o755);
  chmodSync(join(root, "closed"), 0);
  const scan = await asOrdinaryUser(() => scanFolder(root));
  chmodSync(join(root, "closed"), 0o755);
  expect(imagesOf(scan)).toEqual(["open/a.tif"]);
  expect(scan.unreadable).toEqual([{ relPath: "closed", reason: "the folder cannot be read: EACCES" }]);
});

/** Root may read everything, so for the time of a call it is nobody. */
async function asOrdinaryUser<T>(call: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) {
    process.seteuid?.(65_534);
  }
  try {
    return await call();
  } finally {
    if (isRoot) {
      process.seteuid?.(0);
    }
  }
}

test("the order depends on names alone, by parts and code points", async () => {
  put("b/x.tif", "a b/x.tif", "a/x.tif", "B.tif", "\u{1F600}.tif", "\uFF5E.tif");
  expect(imagesOf(await scanFolder(root))).toEqual([
    "B.tif",
    "a/x.tif",
    "a b/x.tif",
    "b/x.tif",
    "\uFF5E.tif",
    "\u{1F600}.tif",
  ]);
});

test("what is no folder is refused", async () => {
  put("a.tif");
  expect(await codeOf(() => scanFolder(join(root, "gone")))).toBe("not_found");
  expect(await codeOf(() => scanFolder(join(root, "a.tif")))).toBe("invalid_argument");
  expect(await codeOf(() => scanFolder(root, { pattern: "{" }))).toBe("invalid_argument");
});
