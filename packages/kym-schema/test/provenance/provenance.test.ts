import { serializeLossless } from "@kym/zarr-store/json";
import { expect, test } from "vitest";
import { encodeProvenance, type Provenance, parseProvenance } from "../../src/index.ts";

const PROVENANCE: Provenance = {
  sourcePrimaryPath: "/lab/day 1/cell.tif",
  sourceRelPath: "day 1/cell.tif",
  sourceName: "cell.tif",
  sourceSha256: "ab",
  ingestMode: "legacy_folder_v1",
  sidecars: [
    {
      path: "/lab/day 1/cell.json",
      sizeBytes: 12,
      mtimeNs: 1753190060091123457n,
      sha256: "cd",
      artifacts: [{ key: "analysis/metadata.json", sha256: "ef" }],
    },
  ],
};

test("provenance comes back as it was stored, nanoseconds to the last digit", () => {
  const text = serializeLossless(encodeProvenance(PROVENANCE));
  expect(text).toMatch(/"mtime_ns":\s*1753190060091123457\b/);
  expect(parseProvenance(text)).toEqual(PROVENANCE);
});

const WITH_READERS: Provenance = {
  ...PROVENANCE,
  reader: { name: "tiff", version: 2 },
  sidecars: PROVENANCE.sidecars.map((file) => ({ ...file, reader: { name: "classic_json", version: 1 } })),
};

test("the version of each reader comes back as it was stored", () => {
  const text = serializeLossless(encodeProvenance(WITH_READERS));
  expect(parseProvenance(text)).toEqual(WITH_READERS);
  expect(JSON.parse(text)).toMatchObject({
    reader: { name: "tiff", version: 2 },
    sidecars: [{ reader: { name: "classic_json", version: 1 } }],
  });
});

test("provenance of a build that noted no reader is read, and written again without one", () => {
  const text = serializeLossless(encodeProvenance(PROVENANCE));
  expect(text).not.toContain("reader");
  const provenance = parseProvenance(text);
  expect("reader" in provenance).toBe(false);
  expect(serializeLossless(encodeProvenance(provenance))).toBe(text);
});

test.each([
  [3, "provenance: expected an object at $.reader"],
  [{ version: 1 }, "provenance: name is not text"],
  [{ name: "tiff", version: 1_000_001 }, "provenance: version is not from 1 to 1000000"],
  [{ name: "tiff", version: 0 }, "provenance: version is not from 1 to 1000000"],
  [{ name: "tiff", version: "2" }, "provenance: version is not an integer"],
])("a reader that is not a name and a version is invalid_file: %j", (reader, message) => {
  expect(() => parseProvenance(serializeLossless({ ...encodeProvenance(PROVENANCE), reader }))).toThrow(
    expect.objectContaining({ name: "KymSchemaError", code: "invalid_file", message }),
  );
});

test("provenance is stored under these keys in this order", () => {
  expect(Object.keys(encodeProvenance(PROVENANCE))).toEqual([
    "source_primary_path",
    "source_rel_path",
    "source_name",
    "source_sha256",
    "ingest_mode",
    "sidecars",
  ]);
});

test.each([
  ["[]", "provenance: expected an object at $"],
  ["{}", "provenance: source_primary_path is not text"],
  [
    serializeLossless({ ...encodeProvenance(PROVENANCE), sidecars: [1] }),
    "provenance: expected an object at $.sidecars[0]",
  ],
  [
    serializeLossless({ ...encodeProvenance(PROVENANCE), sidecars: [{ path: "/a", size: 1.5 }] }),
    "provenance: size is not an integer",
  ],
])("a text that is not provenance is invalid_file and says what is wrong: %s", (text, message) => {
  expect(() => parseProvenance(text)).toThrow(
    expect.objectContaining({ name: "KymSchemaError", code: "invalid_file", message }),
  );
});

const WITH_PATH_FIELDS: Provenance = {
  ...PROVENANCE,
  pathFields: {
    pattern: "{treatment}/{depth}/*",
    values: { treatment: "AngII", depth: 200.5 },
    overruled: ["treatment"],
    artifacts: [{ key: "analysis/metadata.json", sha256: "ef" }],
  },
};

test("what the names of folders said comes back as it was stored, and is absent where they were not read", () => {
  const text = serializeLossless(encodeProvenance(WITH_PATH_FIELDS));
  expect(parseProvenance(text)).toEqual(WITH_PATH_FIELDS);
  expect(serializeLossless(encodeProvenance(PROVENANCE))).not.toContain("path_fields");
});

test.each([
  ["text", "expected an object at $.path_fields", "x"],
  ["values that are a list", "an object", { pattern: "p", values: [] }],
  [
    "a value that is neither text nor a number",
    "treatment is not text or a number",
    { values: { treatment: [] } },
  ],
  ["no pattern", "pattern is not text", { values: {} }],
])("%s in place of what folder names said is an invalid file", (_, message, value) => {
  const stored = JSON.stringify({
    ...JSON.parse(serializeLossless(encodeProvenance(PROVENANCE))),
    path_fields: value,
  });
  expect(() => parseProvenance(stored)).toThrow(expect.objectContaining({ code: "invalid_file" }));
  expect(() => parseProvenance(stored)).toThrow(message);
});
