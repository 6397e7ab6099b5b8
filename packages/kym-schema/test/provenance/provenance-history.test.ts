import { describe, expect, it } from "vitest";
import { encodeProvenance } from "../../src/index.ts";
import { PROVENANCE_HISTORY } from "../../src/keys/index.ts";

const HASHES = ["a", "b", "c", "f"].map((letter) => letter.repeat(64));
const [A = "", B = "", C = "", F = ""] = HASHES;

describe("what an image's provenance needs of the history", () => {
  it("is every artifact that was made from a sidecar or from folder names, as it was then", () => {
    const sidecar = (artifacts: readonly string[]) => ({
      path: "/data/scan.json",
      sizeBytes: 3,
      mtimeNs: 1_700_000_000_123_456_789n,
      sha256: "d".repeat(64),
      artifacts: artifacts.map((sha256, index) => ({ key: `analysis/${index}.json`, sha256 })),
    });
    const provenance = encodeProvenance({
      sourcePrimaryPath: "/data/scan.tif",
      sourceRelPath: "scan.tif",
      sourceName: "scan.tif",
      sourceSha256: "e".repeat(64),
      ingestMode: "legacy_folder_v1",
      sidecars: [sidecar([A, B]), sidecar([]), sidecar([C])],
      pathFields: {
        ...{ pattern: "{date}", values: { date: "1" }, overruled: [] },
        artifacts: [{ key: "analysis/metadata.json", sha256: F }],
      },
    });
    const text = JSON.stringify(provenance, (_, value: unknown) =>
      typeof value === "bigint" ? Number(value) : value,
    );
    expect(PROVENANCE_HISTORY.artifact).toBe("provenance");
    expect(PROVENANCE_HISTORY.hashesIn(text)).toEqual([A, B, C, F]);
  });

  it.each([
    ["{}"],
    ["[]"],
    ["null"],
    ['{"sidecars": null}'],
    ['{"sidecars": [1, {"artifacts": {}}, {"artifacts": [null, {"sha256": 1}, {"sha256": "short"}]}]}'],
  ])("is nothing for the provenance of another program: %s", (text) => {
    expect(PROVENANCE_HISTORY.hashesIn(text)).toEqual([]);
  });

  it("cannot be told from text that is not JSON", () => {
    expect(() => PROVENANCE_HISTORY.hashesIn('{"sidecars": [')).toThrow(
      expect.objectContaining({ code: "invalid_file" }),
    );
  });
});
