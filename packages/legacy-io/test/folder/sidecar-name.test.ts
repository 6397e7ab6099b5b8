import fc from "fast-check";
import { expect, test } from "vitest";
import { decideFileRoles, type FileRole, imageStem } from "../../src/folder/sidecar-name.ts";
import { v0AnalysisFolder } from "../../src/formats/sidecars/v0-csv-format.ts";

function roleOf(file: string, files: readonly string[], folderName = "20250722"): FileRole | undefined {
  return decideFileRoles(folderName, [...files, file]).get(file);
}

const sidecar = (image: string, kind: string): unknown => ({ role: "sidecar", image, kind });
const artifact = (image: string, name: string, format: string): unknown => ({
  role: "sidecar",
  image,
  kind: "artifact",
  artifact: name,
  format,
});

test.for([
  ["a.txt", "olympus_header"],
  ["a.json", "classic_json"],
  ["a.JSON", "classic_json"],
  ["flow-analysis/a_radon.csv", "radon_csv"],
  ["flow-analysis/a_radon.json", "radon_json"],
  ["flow-analysis/a_kymanalysis.csv", "kymanalysis_csv"],
  ["flow-analysis/a_kymanalysis.json", "kymanalysis_json"],
  ["flow-analysis/a_events.json", "events_json"],
  ["20250722-analysis/a.csv", "v0_csv"],
] as const)("%s belongs to a.tif as %s", ([file, kind]) => {
  expect(roleOf(file, ["a.tif"])).toEqual(sidecar("a.tif", kind));
});

test.for([
  ["a.metadata.json", "metadata", "json"],
  ["a.diameter.csv", "diameter", "csv"],
  ["a.diameter.csv.gz", "diameter", "csv.gz"],
  ["a.radon__velocity.parquet", "radon/velocity", "parquet"],
  ["a.roi_mask_1.npy", "roi_mask_1", "npy"],
] as const)("%s holds the artifact %s", ([file, name, format]) => {
  expect(roleOf(file, ["a.tif"])).toEqual(artifact("a.tif", name, format));
});

test("the longest stem wins, whatever the order of the files", () => {
  for (const images of [
    ["a.tif", "a.b.tif"],
    ["a.b.tif", "a.tif"],
  ]) {
    expect(roleOf("a.b.metadata.json", images)).toEqual(artifact("a.b.tif", "metadata", "json"));
    expect(roleOf("a.metadata.json", images)).toEqual(artifact("a.tif", "metadata", "json"));
    expect(roleOf("a.b.json", images)).toEqual(sidecar("a.b.tif", "classic_json"));
    expect(roleOf("a.b.txt", images)).toEqual(sidecar("a.b.tif", "olympus_header"));
  }
  expect(roleOf("a.b.json", ["a.tif"])).toEqual(artifact("a.tif", "b", "json"));
  expect(roleOf("ab.metadata.json", ["a.tif"])).toEqual({ role: "unrecognised" });
});

test.for(["c[1]", "c*", "a b+c", "über", "日本", "x{1,2}", "$&", "a.b.c", "^.*$"])(
  "a stem is a plain string: %s",
  (stem) => {
    const images = [`${stem}.tif`, "c1.tif", "cc.tif"];
    expect(roleOf(`${stem}.radon.json`, images)).toEqual(artifact(`${stem}.tif`, "radon", "json"));
    expect(roleOf(`flow-analysis/${stem}_radon.csv`, images)).toEqual(sidecar(`${stem}.tif`, "radon_csv"));
    expect(roleOf("c1.radon.json", images)).toEqual(artifact("c1.tif", "radon", "json"));
  },
);

test("images end in .tif or .tiff in any case; hidden files are no images", () => {
  expect(["a.tif", "a.TIF", "a.tiff", "a.b.TiFf"].map(imageStem)).toEqual(["a", "a", "a", "a.b"]);
  expect([".tif", ".a.tif", "._a.tif", "a.tif.txt", "atif", "a.btf", "tif"].map(imageStem)).toEqual(
    Array.from({ length: 7 }, () => undefined),
  );
});

test("of two images with one stem the first has the sidecars", () => {
  const images = ["a.tiff", "a.TIF"];
  expect(roleOf("a.txt", images)).toEqual(sidecar("a.TIF", "olympus_header"));
  const roles = decideFileRoles("x", images);
  expect([...roles.values()].map(({ role }) => role)).toEqual(["image", "image"]);
});

test("an analysis whose image is not there is an orphan; nothing else is", () => {
  expect(roleOf("flow-analysis/gone_radon.csv", ["a.tif"])).toEqual({
    role: "orphan",
    stem: "gone",
    kind: "radon_csv",
  });
  expect(roleOf("20250722-analysis/gone.csv", [])).toEqual({ role: "orphan", stem: "gone", kind: "v0_csv" });
  for (const file of [
    "gone.json",
    "README.txt",
    "gone.metadata.json",
    "flow-analysis/notes.txt",
    "flow-analysis/_radon.csv",
    "other-analysis/a.csv",
  ]) {
    expect(roleOf(file, ["a.tif"])).toEqual({ role: "unrecognised" });
  }
});

test("folder databases and files of the system are told apart", () => {
  expect(roleOf("radon_report_db.csv", [])).toEqual({ role: "folder_database", database: "radon_report" });
  expect(roleOf("files_kym_event_db.csv", [])).toEqual({ role: "folder_database", database: "kym_event" });
  for (const file of [".DS_Store", "._a.tif", "Thumbs.db", "desktop.ini", "~$a.csv"]) {
    expect(roleOf(file, ["a.tif"])).toMatchObject({ role: "ignored" });
  }
});

test("channels of one acquisition are one image, with the header of their common name", () => {
  const images = ["s_C002T001.tif", "s_C001T001.tif"];
  expect(roleOf("s_C003T001.tif", images)).toEqual({ role: "channel", image: "s_C001T001.tif", channel: 3 });
  expect(roleOf("s_C001T002.tif", images)).toEqual({ role: "image", stem: "s_C001T002" });
  expect(roleOf("s.txt", images)).toEqual(sidecar("s_C001T001.tif", "olympus_header"));
  expect(roleOf("s_C001T001.json", images)).toEqual(sidecar("s_C001T001.tif", "classic_json"));
  expect(roleOf("s_C002T001.json", images)).toEqual(sidecar("s_C001T001.tif", "other"));
  expect(roleOf("flow-analysis/s_C002T001_radon.csv", images)).toEqual(sidecar("s_C001T001.tif", "other"));
  expect(roleOf("s.txt", [...images, "s.tif"])).toEqual(sidecar("s.tif", "olympus_header"));
});

test("a file that belongs to an image and is not understood is kept with it", () => {
  for (const file of [
    "a.csv",
    "a.npy",
    "a.bad name.json",
    "a..json",
    "a.data.json",
    "a.__x.csv",
    "a.note.txt",
  ]) {
    expect(roleOf(file, ["a.tif"])).toEqual(sidecar("a.tif", "other"));
  }
  const twice = decideFileRoles("x", ["a.tif", "a.txt", "a.TXT"]);
  expect([twice.get("a.TXT"), twice.get("a.txt")]).toEqual([
    sidecar("a.tif", "olympus_header"),
    sidecar("a.tif", "other"),
  ]);
});

test("every file has exactly one role, and every sidecar an image that is there", () => {
  const name = fc.string({
    unit: fc.constantFrom("a", "b", ".", "_", "[", "é", "C001T001"),
    minLength: 1,
    maxLength: 4,
  });
  const ending = fc.constantFrom(
    ".tif",
    ".TIFF",
    ".json",
    ".txt",
    ".csv",
    ".csv.gz",
    ".npy",
    ".m.json",
    "_radon.csv",
    "",
  );
  const place = fc.constantFrom("", "flow-analysis/", `${v0AnalysisFolder("f")}/`);
  const file = fc.tuple(place, name, ending).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.uniqueArray(file, { maxLength: 12 }), (files) => {
      const roles = decideFileRoles("f", files);
      expect([...roles.keys()]).toEqual(files);
      const claims = new Set<string>();
      for (const [path, role] of roles) {
        if (role.role === "sidecar" || role.role === "channel") {
          expect(roles.get(role.image)?.role).toBe("image");
        }
        if (role.role === "sidecar" && role.kind !== "other") {
          const part = role.kind === "artifact" ? `${role.format}${role.artifact}` : role.kind;
          const claim = `${role.image} ${part}`;
          expect(claims.has(claim), path).toBe(false);
          claims.add(claim);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test("roles do not depend on the order of the files", () => {
  const files = [
    "a.tif",
    "a.b.tif",
    "a.TIF",
    "a.b.c.json",
    "a.txt",
    "a.TXT",
    "flow-analysis/a_radon.csv",
    "s_C002T001.tif",
    "s_C001T001.tif",
    "s.txt",
  ];
  const expected = decideFileRoles("f", files);
  fc.assert(
    fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
      const roles = decideFileRoles("f", shuffled);
      expect(files.map((file) => roles.get(file))).toEqual(files.map((file) => expected.get(file)));
    }),
  );
});
