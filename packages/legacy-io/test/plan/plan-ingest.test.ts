import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BundleFile,
  type FileHash,
  type FolderScan,
  type KnownAcquisition,
  type LegacyBundle,
  planIngest,
} from "../../src/index.ts";
import type { RefreshRules } from "../../src/plan/decide-refresh.ts";
import { placesToProbe } from "../../src/plan/find-moved.ts";
import { planBatches } from "../../src/plan/plan-batches.ts";
import { filesToHash } from "../../src/plan/plan-ingest.ts";
import { reportOfPlan } from "../../src/plan/plan-report.ts";

const file = (relPath: string, sizeBytes = 10, mtimeNs = 1n): BundleFile => ({
  path: `/lab/${relPath}`,
  relPath,
  sizeBytes,
  mtimeNs,
});

const bundleOf = (image: BundleFile, sidecar: BundleFile | undefined): LegacyBundle => ({
  image,
  stem: image.relPath.slice(image.relPath.lastIndexOf("/") + 1).replace(".tif", ""),
  otherChannels: [],
  sidecars: sidecar === undefined ? [] : [{ ...sidecar, kind: "classic_json" }],
});

const scanOf = (...bundles: LegacyBundle[]): FolderScan => ({
  root: "/lab",
  bundles,
  orphans: [
    { stem: "lost", folder: "x", files: [{ ...file("x/flow-analysis/lost_radon.csv"), kind: "radon_csv" }] },
  ],
  unreadable: [{ relPath: "z.tif", reason: "a link to a file that does not exist" }],
  folderDatabases: [],
  unrecognised: [],
  ignored: [],
});

const A_TIF = file("a.tif");
const A_JSON = file("a.json");
const KNOWN: KnownAcquisition = {
  imageId: "id",
  exists: true,
  image: { sizeBytes: 10, mtimeNs: 1n, sha256: "A" },
  sidecars: new Map([["/lab/a.json", { sizeBytes: 10, mtimeNs: 1n, sha256: "S", artifacts: [] }]]),
};
const REINGEST: RefreshRules = { mode: "reingest_if_changed", onChange: "new-record" };

/** Plans as the shell does, with the hashes that it would find. */
function planOf(
  scan: FolderScan,
  known: Readonly<Record<string, KnownAcquisition>>,
  found: {
    readonly hashes?: Readonly<Record<string, string>>;
    readonly gone?: readonly string[];
    readonly rules?: RefreshRules;
  } = {},
) {
  const acquisitions = new Map(Object.entries(known));
  const probed = placesToProbe(scan.bundles, acquisitions);
  const gone = new Set(probed.filter((path) => found.gone?.includes(path)));
  const hashes = new Map<string, FileHash>();
  for (let files = filesToHash(scan, acquisitions, { gone, hashes }); files.length > 0; ) {
    for (const { path } of files) {
      const sha256 = found.hashes?.[path];
      hashes.set(path, sha256 === undefined ? { ok: false, reason: "EACCES" } : { ok: true, sha256 });
    }
    files = filesToHash(scan, acquisitions, { gone, hashes });
  }
  const plan = planIngest(scan, acquisitions, { gone, hashes }, found.rules);
  return { plan, probed, hashed: [...hashes.keys()], report: reportOfPlan(plan, scan) };
}

/** The list of a report in which each acquisition is, with its reason. */
function placed(report: ReturnType<typeof reportOfPlan>): readonly string[] {
  const lists = ["ingested", "updated", "unchanged", "skipped", "failed", "orphans"] as const;
  return lists.flatMap((list) =>
    report[list].map(({ path, reason }) => `${list} ${path}${reason === undefined ? "" : `: ${reason}`}`),
  );
}

describe("the plan of an ingest or a refresh", () => {
  const REST = [
    "failed z.tif: a link to a file that does not exist",
    "orphans x/lost: no image for x/flow-analysis/lost_radon.csv",
  ];
  const at = (image: BundleFile, sidecar: BundleFile | undefined = A_JSON): FolderScan =>
    scanOf(bundleOf(image, sidecar));

  it.each<
    [
      string,
      FolderScan,
      KnownAcquisition | undefined,
      Record<string, string>,
      RefreshRules | undefined,
      string,
      string[],
    ]
  >([
    ["a new file", at(A_TIF), undefined, {}, undefined, "ingested a.tif", []],
    ["the same sizes and times", at(A_TIF), KNOWN, {}, undefined, "unchanged a.tif", []],
    [
      "another time, the same bytes",
      at(file("a.tif", 10, 2n), file("a.json", 10, 3n)),
      KNOWN,
      { "/lab/a.tif": "A", "/lab/a.json": "S" },
      REINGEST,
      "unchanged a.tif",
      ["/lab/a.tif", "/lab/a.json"],
    ],
    [
      "another time, other bytes",
      at(file("a.tif", 10, 2n)),
      KNOWN,
      { "/lab/a.tif": "B" },
      undefined,
      "skipped a.tif: the image changed since it was ingested",
      ["/lab/a.tif"],
    ],
    [
      "another size, to be taken in again",
      at(file("a.tif", 11)),
      KNOWN,
      { "/lab/a.tif": "B" },
      REINGEST,
      "ingested a.tif: the image changed since it was ingested: a new record beside id",
      ["/lab/a.tif"],
    ],
    [
      "another size, to take the old one's place",
      at(file("a.tif", 11)),
      KNOWN,
      { "/lab/a.tif": "B" },
      { mode: "reingest_if_changed", onChange: "supersede" },
      "ingested a.tif: the image changed since it was ingested: a new record in place of id",
      ["/lab/a.tif"],
    ],
    [
      "a deleted image, whatever the mode",
      at(file("a.tif", 11)),
      { ...KNOWN, exists: false },
      {},
      REINGEST,
      "skipped a.tif: its image was deleted from the dataset",
      [],
    ],
    [
      "a changed sidecar",
      at(A_TIF, file("a.json", 10, 2n)),
      KNOWN,
      { "/lab/a.json": "T" },
      undefined,
      "updated a.tif: changed beside it: a.json",
      ["/lab/a.json"],
    ],
    [
      "a changed sidecar in the other mode",
      at(A_TIF, file("a.json", 12)),
      KNOWN,
      { "/lab/a.json": "T" },
      REINGEST,
      "updated a.tif: changed beside it: a.json",
      ["/lab/a.json"],
    ],
    [
      "a sidecar that was not there",
      at(A_TIF),
      { ...KNOWN, sidecars: new Map() },
      {},
      undefined,
      "updated a.tif: new beside it: a.json",
      [],
    ],
    [
      "a changed image with a changed sidecar, the image left alone",
      at(file("a.tif", 11), file("a.json", 12)),
      KNOWN,
      { "/lab/a.tif": "B", "/lab/a.json": "T" },
      undefined,
      "skipped a.tif: the image changed since it was ingested; changed beside it: a.json",
      ["/lab/a.tif", "/lab/a.json"],
    ],
    [
      "an image that looks changed and cannot be read",
      at(file("a.tif", 11)),
      KNOWN,
      {},
      REINGEST,
      "failed a.tif: EACCES",
      ["/lab/a.tif"],
    ],
    [
      "a sidecar that looks changed and cannot be read",
      at(A_TIF, file("a.json", 11)),
      KNOWN,
      {},
      undefined,
      "failed a.tif: EACCES",
      ["/lab/a.json"],
    ],
  ])("for %s", (_name, scan, known, hashes, rules, expected, hashed) => {
    const found = planOf(scan, known === undefined ? {} : { "/lab/a.tif": known }, {
      hashes,
      ...(rules && { rules }),
    });
    expect(placed(found.report).toSorted()).toEqual([...REST, expected].toSorted());
    expect([found.report.found, found.hashed]).toEqual([2, hashed]);
  });

  it("notes a sidecar that is gone, and plans nothing for it", () => {
    const { report } = planOf(scanOf(bundleOf(A_TIF, undefined)), { "/lab/a.tif": KNOWN });
    expect(report.unchanged).toEqual([{ path: "a.tif", imageId: "id" }]);
    expect(report.notes).toEqual([
      { path: "a.json", imageId: "id", reason: "the file is gone; the dataset keeps what was made from it" },
    ]);
  });

  describe("of an image that is new at its path", () => {
    const moved = at(file("b/c.tif"), file("b/c.json"));
    const hashes = { "/lab/b/c.tif": "A", "/lab/b/c.json": "S" };
    const known = { "/lab/a.tif": KNOWN };

    it("finds it moved if the known one with its hash is gone, its sidecars with it", () => {
      const { report, plan } = planOf(moved, known, { hashes, gone: ["/lab/a.tif"] });
      expect(report.updated).toEqual([{ path: "b/c.tif", imageId: "id", reason: "moved from a.tif" }]);
      expect(plan.actions[0]).toMatchObject({ action: "update", sidecars: [], vanished: [] });
      expect(report.notes).toEqual([]);
    });

    it("finds a moved one with a changed sidecar", () => {
      const changed = { ...hashes, "/lab/b/c.json": "T" };
      const { report } = planOf(moved, known, { hashes: changed, gone: ["/lab/a.tif"] });
      expect(report.updated).toMatchObject([{ reason: "moved from a.tif; changed beside it: b/c.json" }]);
    });

    it("takes it for a separate image while the known one is there", () => {
      const { report, probed, hashed } = planOf(moved, known, { hashes });
      expect([placed(report)[0], probed, hashed]).toEqual(["ingested b/c.tif", ["/lab/a.tif"], []]);
    });

    it("takes it for a new one if it has other bytes, and hashes none of another size", () => {
      const other = planOf(moved, known, { hashes: { "/lab/b/c.tif": "B" }, gone: ["/lab/a.tif"] });
      expect([placed(other.report)[0], other.hashed]).toEqual(["ingested b/c.tif", ["/lab/b/c.tif"]]);
      const larger = planOf(at(file("b/c.tif", 11)), known, { gone: ["/lab/a.tif"] });
      expect([placed(larger.report)[0], larger.probed, larger.hashed]).toEqual(["ingested b/c.tif", [], []]);
    });

    it("moves each known image once: to the file with its name, else to the first", () => {
      const copies = scanOf(
        ...["b/c.tif", "d/a.tif", "e/f.tif"].map((path) => bundleOf(file(path), undefined)),
      );
      const all = { "/lab/b/c.tif": "A", "/lab/d/a.tif": "A", "/lab/e/f.tif": "A" };
      const { report } = planOf(copies, known, { hashes: all, gone: ["/lab/a.tif"] });
      expect(report.updated.map(({ path }) => path)).toEqual(["d/a.tif"]);
      expect(report.ingested.map(({ path }) => path)).toEqual(["b/c.tif", "e/f.tif"]);
      const twice = { ...known, "/lab/g.tif": { ...KNOWN, imageId: "other" } };
      const both = planOf(copies, twice, { hashes: all, gone: ["/lab/a.tif", "/lab/g.tif"] });
      expect(both.report.updated.map(({ path, imageId }) => [path, imageId])).toEqual([
        ["b/c.tif", "other"],
        ["d/a.tif", "id"],
      ]);
    });

    it("does not bring a deleted image back", () => {
      const deleted = { "/lab/a.tif": { ...KNOWN, exists: false, sidecars: new Map() } };
      const { report } = planOf(moved, deleted, { hashes, gone: ["/lab/a.tif"] });
      expect(placed(report)[0]).toBe("skipped b/c.tif: its image was deleted from the dataset");
    });

    it("leaves a later channel alone whose first channel was taken away", () => {
      const channel = { sizeBytes: 10, mtimeNs: 1n, sha256: "C", artifacts: [] };
      const two = { ...KNOWN, sidecars: new Map([["/lab/a_C002T001.tif", channel]]) };
      const { report } = planOf(at(file("a_C002T001.tif"), undefined), { "/lab/a_C001T001.tif": two });
      expect(placed(report)[0]).toContain("skipped a_C002T001.tif: it is a channel");
    });
  });

  it("takes another file of a group of channels for a change of the image", () => {
    const group = scanOf({
      ...bundleOf(A_TIF, undefined),
      otherChannels: [{ ...file("b.tif"), channel: 2 }],
    });
    const { report } = planOf(group, { "/lab/a.tif": { ...KNOWN, sidecars: new Map() } });
    expect(placed(report)[1]).toBe("failed z.tif: a link to a file that does not exist");
    expect(placed(report)[0]).toBe("skipped a.tif: the image changed since it was ingested");
  });

  it("cuts batches that keep the order and the limits", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 100 }),
        (all, maxImages, maxSizeBytes) => {
          const items = all.map((sizeBytes, index) => ({ sizeBytes, index }));
          const batches = planBatches(items, ({ sizeBytes }) => sizeBytes, { maxImages, maxSizeBytes });
          expect(batches.flat()).toEqual(items);
          for (const batch of batches) {
            const sizeBytes = batch.reduce((sum, item) => sum + item.sizeBytes, 0);
            expect(batch.length).toBeGreaterThan(0);
            expect(batch.length).toBeLessThanOrEqual(maxImages);
            expect(batch.length === 1 || sizeBytes <= maxSizeBytes).toBe(true);
          }
        },
      ),
    );
  });
});
