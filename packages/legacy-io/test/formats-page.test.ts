// The tables of `docs/formats.md` against files that are made for each of their cells.
import { createNdArray, type DType } from "@kym/zarr-store";
import { describe, expect, test } from "vitest";
import { decideFileRoles } from "../src/folder/sidecar-name.ts";
import { ALL_FORMATS } from "../src/formats/all-formats.ts";
import { readOlympusHeader } from "../src/formats/olympus/olympus-header.ts";
import { bytesSource } from "../src/tiff/byte-source.ts";
import { ALL_CODECS } from "../src/tiff/codecs/all-codecs.ts";
import { describeUnread, findCodec } from "../src/tiff/codecs/find-codec.ts";
import { DEFAULT_TIFF_LIMITS } from "../src/tiff/header/tiff-limits.ts";
import { readTiff } from "../src/tiff/read-tiff.ts";
import { writeImageJTiff } from "../src/tiff/write/write-imagej.ts";
import { checkRow, type RowTrials, tableBelow, textBelow, wordsIn } from "./formats-page/page-table.ts";
import { ROI_TRIALS } from "./formats-page/roi-trials.ts";
import { formatRow, SIDECAR_TRIALS } from "./formats-page/sidecar-trials.ts";
import { codecRow, TIFF_TRIALS } from "./formats-page/tiff-trials.ts";
import { prairieTiff } from "./support/prairie-files.ts";

const DTYPES: readonly DType[] = [
  "bool",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "int8",
  "int16",
  "int32",
  "int64",
  "float32",
  "float64",
];

const trialsOfFormats: Readonly<Record<string, RowTrials>> = Object.fromEntries(
  ALL_FORMATS.map((format) => {
    const trials = SIDECAR_TRIALS[format.name];
    if (trials === undefined) {
      throw new Error(`no file is made for the format ${format.name}: add it to SIDECAR_TRIALS`);
    }
    return [formatRow(format), trials];
  }),
);

describe.each([
  ["### TIFF", TIFF_TRIALS],
  ["### Files beside an image", trialsOfFormats],
  ["### ROI files", ROI_TRIALS],
])("%s", (heading, trials) => {
  const rows = tableBelow(heading);

  test("has one row for each kind of file, and no other", () => {
    expect(rows.map(([file]) => file).toSorted()).toEqual(Object.keys(trials).toSorted());
  });

  test.each(rows.map((row) => ({ file: row[0] ?? "", row })))(
    "$file says what is so",
    async ({ file, row }) => {
      const trial = trials[file];
      expect(trial).toBeDefined();
      if (trial !== undefined) {
        await checkRow(row, trial);
      }
    },
  );
});

test("every compression that is read has a row, and every one with a name that is not read is named", () => {
  const rows = new Map(tableBelow("### TIFF").map((row) => [row[0], row[3]]));
  for (const codec of ALL_CODECS) {
    expect([...rows.keys()]).toContain(codecRow(codec));
  }
  const named = Array.from({ length: 2 ** 16 }, (_, code) => code).filter(
    (code) => describeUnread(code) !== String(code),
  );
  expect(named.length).toBeGreaterThan(5);
  for (const code of named) {
    expect(findCodec(code, [])).toBeUndefined();
    expect(rows.get("other compressions")).toContain(describeUnread(code));
  }
});

test.each([
  ["another word", ["", "`lzw`", "—", "`invalid_file`: damaged"]],
  ["no word", ["", "yes", "—", "`invalid_file`: damaged"]],
  ["nothing read", ["", "—", "—", "`invalid_file`: damaged"]],
  ["a warning", ["", "`none`", "with a warning: `never said`", "`invalid_file`: damaged"]],
  ["another code", ["", "`none`", "—", "`not_supported`: damaged"]],
  ["a further error", ["", "`none`", "—", "`invalid_file`: damaged<br>`io`: gone"]],
  ["no error", ["", "`none`", "—", "—"]],
])("a row with %s is found", async (_what, row) => {
  const trials = TIFF_TRIALS["compression `none` (1)"];
  expect(trials).toBeDefined();
  await expect(checkRow(row, trials ?? { read: [] })).rejects.toThrow();
});

test("the limits are the defaults", () => {
  const rows = tableBelow("### Limits of a TIFF").map(([name = "", value]) => [wordsIn(name)[0], value]);
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(
      Object.entries(DEFAULT_TIFF_LIMITS).map(([name, value]) => [name, limitText(name, value)]),
    ),
  );
});

test("the header of the page is read as its table says", () => {
  const text = textBelow("## Olympus header").replaceAll(/" {2,}"/g, '"\t"');
  const header = readOlympusHeader(new TextEncoder().encode(text));
  expect(header.warnings).toEqual([]);
  for (const [names = "", values = ""] of tableBelow("## Olympus header")) {
    const found = wordsIn(names).map((name) => Reflect.get(header, name));
    expect(found.join(", ")).toBe(values);
  }
});

test("writeImageJTiff writes each dtype as the page says", async () => {
  const rows = tableBelow("## What is written");
  const named = rows.flatMap(([dtypes = ""]) => dtypes.split(", "));
  expect(named.toSorted()).toEqual([...DTYPES].toSorted());
  for (const [dtypes = "", written = ""] of rows) {
    for (const dtype of DTYPES.filter((one) => dtypes.split(", ").includes(one))) {
      const { info } = await readTiff(bytesSource(writeImageJTiff(createNdArray<DType>(dtype, [2, 2]))));
      expect(written === "the same" ? dtype : written.split(/[ ,]/)[0]).toBe(info.dtype);
    }
  }
});

/** The first TIFFs of acquisitions with one file per channel. */
const PAIR = ["pair_C001T001.tif", "pair_C002T001.tif", prairieTiff("pair", 1, 1)];

test("other files have the roles that the page gives them", () => {
  for (const [files = "", what = ""] of tableBelow("### Other files")) {
    const [role] = wordsIn(what);
    for (const pattern of wordsIn(files)) {
      const file = pattern.replace("<stem>", "scan").replace("<base>", "pair");
      const others = pattern.includes("<base>") ? PAIR : [];
      const usual = /^scan\.tiff?$/i.test(file) ? [] : ["scan.tif"];
      const found = decideFileRoles("day", [...new Set([...usual, ...others, file])]).get(file);
      expect([file, found?.role]).toEqual([file, role]);
    }
  }
});

function limitText(name: string, value: number): string {
  if (!name.endsWith("Bytes")) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, " ");
  }
  return value >= 2 ** 30 ? `${value / 2 ** 30} GiB` : `${value / 2 ** 20} MiB`;
}
