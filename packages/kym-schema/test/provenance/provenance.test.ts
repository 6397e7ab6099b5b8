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
