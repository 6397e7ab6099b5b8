import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BundleFile,
  type FolderScan,
  filesToHash,
  type KnownAcquisition,
  planIngest,
} from "../src/index.ts";
import { planBatches } from "../src/plan-ingest.ts";

const file = (relPath: string, sizeBytes = 10, mtimeNs = 1n): BundleFile => ({
  path: `/lab/${relPath}`,
  relPath,
  sizeBytes,
  mtimeNs,
});

const scanOf = (...images: BundleFile[]): FolderScan => ({
  root: "/lab",
  bundles: images.map((image) => ({
    image,
    stem: image.relPath.replace(".tif", ""),
    otherChannels: [],
    sidecars: [{ ...file(image.relPath.replace(".tif", ".json")), kind: "classic_json" }],
  })),
  orphans: [],
  unreadable: [],
  folderDatabases: [],
  unrecognised: [],
  ignored: [],
});

const known = (exists = true): KnownAcquisition => ({
  imageId: "id",
  exists,
  image: { sizeBytes: 10, mtimeNs: 1n, sha256: "A" },
  sidecars: new Map([["/lab/a.json", { sizeBytes: 10, mtimeNs: 1n, sha256: "S" }]]),
});

describe("the plan of an ingest", () => {
  const plan = (
    scan: FolderScan,
    of: KnownAcquisition | undefined,
    hashes: Readonly<Record<string, string>> = {},
  ) => {
    const knownOf = (path: string) => (path === "/lab/a.tif" ? of : undefined);
    const hashed = filesToHash(scan, knownOf).map(({ path }) => path);
    const [action] = planIngest(scan, knownOf, ({ path }) => hashes[path]).actions;
    return { hashed, action: action?.action };
  };

  it.each([
    ["a new file", scanOf(file("a.tif")), undefined, {}, [], "ingest"],
    ["the same size and time", scanOf(file("a.tif")), known(), {}, [], "unchanged"],
    [
      "another time, the same bytes",
      scanOf(file("a.tif", 10, 2n)),
      known(),
      { "/lab/a.tif": "A" },
      ["/lab/a.tif"],
      "unchanged",
    ],
    [
      "another time, other bytes",
      scanOf(file("a.tif", 10, 2n)),
      known(),
      { "/lab/a.tif": "B" },
      ["/lab/a.tif"],
      "skip",
    ],
    ["another size", scanOf(file("a.tif", 11, 1n)), known(), { "/lab/a.tif": "B" }, ["/lab/a.tif"], "skip"],
    ["a deleted image", scanOf(file("a.tif")), known(false), {}, [], "skip"],
    [
      "a sidecar that was not there",
      scanOf(file("a.tif")),
      { ...known(), sidecars: new Map() },
      {},
      [],
      "skip",
    ],
  ])("for %s", (_name, scan, of, hashes, hashed, action) => {
    expect(plan(scan, of, hashes)).toEqual({ hashed, action });
  });

  it("cuts batches that keep the order and the limits", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 100 }),
        (all, maxImages, maxSizeBytes) => {
          const { bundles } = scanOf(...all.map((size, index) => file(`${index}.tif`, size)));
          const batches = planBatches(bundles, { maxImages, maxSizeBytes });
          expect(batches.flat()).toEqual(bundles);
          for (const batch of batches) {
            const sizeBytes = batch.reduce((sum, { image }) => sum + image.sizeBytes, 0);
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(maxImages);
            expect(batch.length === 1 || sizeBytes <= maxSizeBytes).toBe(true);
          }
        },
      ),
    );
  });
});
