import { isZarrStoreError } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseSidecar } from "../../src/formats/parse-sidecar.ts";
import { csvFormat } from "../../src/formats/sidecars/csv-format.ts";
import { csvGzFormat } from "../../src/formats/sidecars/csv-gz-format.ts";
import { radonCsvFormat } from "../../src/formats/sidecars/radon-csv-format.ts";
import { decideFileRoles, isLegacyIoError, type SidecarFormat, sidecarFormats } from "../../src/index.ts";

const heart: SidecarFormat = {
  name: "heart_rate",
  endings: ["_heartrate.csv"],
  artifacts: [{ kind: "json", name: "heart/rate" }],
  parse: () => ({}),
};

function rolesOf(files: readonly string[], added: readonly SidecarFormat[]): Record<string, unknown> {
  return Object.fromEntries(decideFileRoles("day", files, sidecarFormats(added)));
}

test("a file with the ending of an added format is a sidecar of that format, in any case", () => {
  expect(rolesOf(["a.tif", "a_HeartRate.CSV", "b_heartrate.csv"], [heart])).toEqual({
    "a.tif": { role: "image", stem: "a" },
    "a_HeartRate.CSV": { role: "sidecar", image: "a.tif", kind: "heart_rate" },
    "b_heartrate.csv": { role: "unrecognised" },
  });
});

test("without the added format its files are unrecognised", () => {
  expect(rolesOf(["a.tif", "a_heartrate.csv"], [])["a_heartrate.csv"]).toEqual({ role: "unrecognised" });
});

test("a file of an added format belongs to the image with the longest stem, as all do", () => {
  const files = ["a.tif", "a.b.tif", "a.b_heartrate.csv", "a_heartrate.tif", "a_heartrate.csv"];
  const roles = rolesOf(files, [heart]);
  expect(roles["a.b_heartrate.csv"]).toEqual({ role: "sidecar", image: "a.b.tif", kind: "heart_rate" });
  expect(roles["a_heartrate.csv"]).toEqual({ role: "sidecar", image: "a_heartrate.tif", kind: "other" });
});

test("an added format is asked before the built-in ones: it may have files that would be artifacts", () => {
  const files = ["a.tif", "a.heart.json", "a.qc.json", "a.json"];
  const roles = rolesOf(files, [{ ...heart, endings: [".heart.json"] }]);
  expect(roles["a.heart.json"]).toEqual({ role: "sidecar", image: "a.tif", kind: "heart_rate" });
  expect(roles["a.qc.json"]).toEqual({
    role: "sidecar",
    image: "a.tif",
    kind: "artifact",
    artifact: "qc",
    format: "json",
  });
  expect(roles["a.json"]).toEqual({ role: "sidecar", image: "a.tif", kind: "classic_json" });
});

test("a named format finds the artifact in the file's name", () => {
  const tsv: SidecarFormat = { ...heart, name: "tsv", endings: [".tsv"], named: "table", artifacts: [] };
  const roles = rolesOf(["a.tif", "a.heart__rate.tsv", "a.tsv"], [tsv]);
  expect(roles["a.heart__rate.tsv"]).toEqual({
    role: "sidecar",
    image: "a.tif",
    kind: "artifact",
    artifact: "heart/rate",
    format: "tsv",
  });
  expect(roles["a.tsv"]).toEqual({ role: "sidecar", image: "a.tif", kind: "other" });
});

test("a format with a folder of its own has the files in it, those without an image as orphans", () => {
  const inFolder: SidecarFormat = { ...heart, endings: [".hr"], folder: (name) => `${name}-heart` };
  const files = ["a.tif", "day-heart/a.hr", "day-heart/gone.hr", "day-heart/a.txt", "other/a.hr", "a.hr"];
  expect(rolesOf(files, [inFolder])).toEqual({
    "a.tif": { role: "image", stem: "a" },
    "day-heart/a.hr": { role: "sidecar", image: "a.tif", kind: "heart_rate" },
    "day-heart/gone.hr": { role: "orphan", stem: "gone", kind: "heart_rate" },
    "day-heart/a.txt": { role: "unrecognised" },
    "other/a.hr": { role: "unrecognised" },
    "a.hr": { role: "unrecognised" },
  });
});

test("in a folder that two formats share, the file belongs to the format that leaves an image's stem", () => {
  const short: SidecarFormat = { ...heart, name: "rate", endings: ["_rate.csv"], folder: () => "heart" };
  const long: SidecarFormat = {
    ...heart,
    name: "mean",
    endings: ["_mean_rate.csv"],
    folder: () => "heart",
  };
  const roles = rolesOf(
    ["a.tif", "b_mean.tif", "heart/a_mean_rate.csv", "heart/b_mean_rate.csv"],
    [short, long],
  );
  expect(roles["heart/a_mean_rate.csv"]).toEqual({ role: "sidecar", image: "a.tif", kind: "mean" });
  expect(roles["heart/b_mean_rate.csv"]).toEqual({ role: "sidecar", image: "b_mean.tif", kind: "rate" });
});

test("two files of one format beside one image: the first is it, the other is kept as it came", () => {
  const two: SidecarFormat = { ...heart, endings: ["_heartrate.csv", "_heartrate.txt"] };
  const roles = rolesOf(["a.tif", "a_heartrate.txt", "a_heartrate.csv"], [two]);
  expect(roles["a_heartrate.csv"]).toEqual({ role: "sidecar", image: "a.tif", kind: "heart_rate" });
  expect(roles["a_heartrate.txt"]).toEqual({ role: "sidecar", image: "a.tif", kind: "other" });
});

test("a format that finds no file changes no role", () => {
  const name = fc
    .tuple(
      fc.constantFrom("", "flow-analysis/", "day-analysis/"),
      fc.constantFrom("a", "a.b", "a_C001T001", "a_C002T001", "é"),
      fc.constantFrom(".tif", ".TIFF", ".json", ".txt", ".x.csv", ".x.csv.gz", "_radon.csv", ".csv", ".md"),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 10 }), (files) => {
      expect(rolesOf(files, [heart])).toEqual(Object.fromEntries(decideFileRoles("day", files)));
    }),
    { numRuns: 300 },
  );
});

test("added formats come before the built-in ones, which keep their order", () => {
  const builtIn = sidecarFormats();
  expect(builtIn.map(({ name }) => name)).toContain("classic_json");
  expect(sidecarFormats([heart])).toEqual([heart, ...builtIn]);
});

test("the built-in formats could be added themselves: no two have one name, or one ending in one place", () => {
  const copies = sidecarFormats().map((format) => ({ ...format, name: `my_${format.name}` }));
  expect(sidecarFormats(copies)).toHaveLength(2 * copies.length);
});

test.each<[string, readonly unknown[]]>([
  ["the name of a built-in format", [{ ...heart, name: "radon_csv" }]],
  ["a name with a meaning of its own", [{ ...heart, name: "other" }]],
  ["an empty name", [{ ...heart, name: "" }]],
  ["one name twice", [heart, { ...heart, endings: ["_hr.csv"] }]],
  ["one ending twice", [heart, { ...heart, name: "second" }]],
  ["no ending", [{ ...heart, endings: [] }]],
  ["an ending in upper case", [{ ...heart, endings: ["_HR.csv"] }]],
  ["an empty ending", [{ ...heart, endings: [""] }]],
  ["the ending of a TIFF", [{ ...heart, endings: ["_hr.tif"] }]],
  ["an ending with a folder", [{ ...heart, endings: ["/hr.csv"] }]],
  ["a path for a folder", [{ ...heart, folder: () => "../elsewhere" }]],
  ["a named format with an ending without a dot", [{ ...heart, named: "json", endings: ["_hr"] }]],
  ["a format without parse", [{ name: "heart_rate", endings: ["_hr.csv"], artifacts: [] }]],
  ["the name of the TIFF reader", [{ ...heart, name: "tiff" }]],
  ["the version 0", [{ ...heart, version: 0 }]],
  ["half a version", [{ ...heart, version: 1.5 }]],
  ["a version that is text", [{ ...heart, version: "2" }]],
])("a format with %s is refused", (_what, added) => {
  let thrown: unknown;
  try {
    Reflect.apply(sidecarFormats, undefined, [added]);
  } catch (error) {
    thrown = error;
  }
  expect(isLegacyIoError(thrown, "invalid_argument"), String(thrown)).toBe(true);
});

test("a format that announces an artifact whose name cannot be one is refused", () => {
  let thrown: unknown;
  try {
    sidecarFormats([{ ...heart, artifacts: [{ kind: "json", name: "../up" }] }]);
  } catch (error) {
    thrown = error;
  }
  expect(isZarrStoreError(thrown, "invalid_name")).toBe(true);
});

test("two formats may have one ending in different folders", () => {
  const other: SidecarFormat = { ...heart, name: "second", folder: () => "heart" };
  expect(sidecarFormats([heart, other]).slice(0, 2)).toEqual([heart, other]);
});

test("tables and traces in Windows-1252 are read, with a warning that says so", async () => {
  const source = {
    relPath: "a.csv",
    artifact: "diameter",
    gunzip: async (bytes: Uint8Array<ArrayBuffer>) => bytes,
  };
  const cases = [
    [csvFormat, "L\xe4nge (\xb5m);ok\r\n0,5;sch\xf6n\r\n"],
    [csvGzFormat, "L\xe4nge (\xb5m);ok\r\n0,5;sch\xf6n\r\n"],
    [radonCsvFormat, "roi_id;time;velocity;Pr\xfcfer\r\n1;0,5;2,5;J\xf6rg\r\n"],
  ] as const;
  for (const [format, text] of cases) {
    const bytes = new Uint8Array(Buffer.from(text, "latin1"));
    const meaning = await parseSidecar(format, bytes, source);
    expect(meaning.kind === "understood" && meaning.facts.warnings?.join()).toContain("read as Windows-1252");
    const plain = await parseSidecar(format, new TextEncoder().encode(text), source);
    expect(plain.kind === "understood" && plain.facts.warnings).toBeUndefined();
  }
});
