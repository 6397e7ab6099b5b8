import { describe, expect, it } from "vitest";
import {
  decodeKymManifest,
  encodeKymManifest,
  type KymManifest,
} from "../../../src/export/ngff/kym-manifest.ts";

const SHA = "0".repeat(64);
const MANIFEST: KymManifest = {
  writtenFor: "acqstore",
  imageId: "scan",
  pixels: {
    array: "0",
    dtype: "uint8",
    shape: [40, 12, 3],
    axes: ["t", "x", "s"],
    axisOrder: [2, 0, 1],
    sha256: SHA,
    chunks: [{ path: "0/c/0/0/0", sha256: SHA, key: "data/c/0/0/0" }],
    encodedAnew: false,
  },
  files: [{ path: "kym/metadata.json", sha256: SHA, key: "analysis/metadata.json", originalSha256: SHA }],
  others: [{ path: "kym/rois.geojson", sha256: SHA }],
  foreign: [{ path: "zarr.json", sha256: SHA }],
  objects: { "analysis/metadata.json": SHA },
  sources: [
    {
      source_primary_path: "a.tif",
      image_id: "scan",
      source_mtime_ns: 1_667_392_215_461_000_001n,
      source_size_bytes: 12n,
      ingested_epoch_ns: 2n,
      source_sha256: null,
      source_rel_path: "a.tif",
    },
  ],
  tables: ["kym_radon"],
  leftOut: [{ key: "attachments/x", reason: "left out" }],
};

describe("kym/export.json", () => {
  it("says the same after it was written and read", () => {
    expect(decodeKymManifest(encodeKymManifest(MANIFEST))).toEqual(MANIFEST);
  });

  const changed = (from: string, to: string): Uint8Array =>
    new TextEncoder().encode(new TextDecoder().decode(encodeKymManifest(MANIFEST)).replace(from, to));

  it.each([
    ["kym/metadata.json", "../metadata.json", "invalid_name"],
    ["kym/metadata.json", "/etc/passwd", "invalid_name"],
    ["analysis/metadata.json", "analysis//x", "invalid_name"],
    ["0/c/0/0/0", "C:/x", "invalid_name"],
    ['"format_version": 1', '"format_version": 2', "not_supported"],
    ["kym-image-export", "kym-export", "invalid_file"],
    ['"uint8"', '"complex64"', "invalid_file"],
    ['"written_for": "acqstore"', '"written_for": "x"', "invalid_file"],
    ['"encoded_anew": false', '"encoded_anew": 0', "invalid_file"],
    ["2,\n      0,\n      1", "2,\n      0,\n      2", "invalid_file"],
  ])("with %s as %s is refused: %s", (from, to, code) => {
    const bytes = changed(from, to);
    expect(bytes).not.toEqual(encodeKymManifest(MANIFEST));
    expect(() => decodeKymManifest(bytes)).toThrow(expect.objectContaining({ code }));
  });
});
