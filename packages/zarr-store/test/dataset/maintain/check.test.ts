import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gzip } from "../../../src/bytes/gzip.ts";
import { CHECKPOINT, OLD_CHECKPOINT } from "../../../src/commit/records/control-keys.ts";
import { checkDataset, parseStoreKey, type ReadableStore, readOnlyStore } from "../../../src/index.ts";
import { readTree } from "../../support/audit-store.ts";
import { turnIntoOldCheckpoint } from "../../support/forge-checkpoint.ts";
import { die } from "../../support/simulated-writers.ts";
import { testRuntime } from "../../support/test-runtime.ts";
import { inMaintained, type Maintained, notesOf, problemsOf } from "./maintained-dataset.ts";

const QC = "images/one/analysis/qc.json";
const PIXELS = "images/one/data/c/0/0";

interface Fault {
  readonly name: string;
  readonly make: (at: Maintained) => Promise<void>;
  readonly problems: readonly string[];
  /** What only its bytes tell, a check by structure does not find. */
  readonly needsData?: boolean;
}

const FAULTS: readonly Fault[] = [
  {
    name: "a missing file",
    make: ({ remove }) => remove(PIXELS),
    problems: [`missing ${PIXELS} → restore`],
  },
  {
    name: "shortened pixels",
    make: ({ put }) => put(PIXELS, "short"),
    problems: [`damaged ${PIXELS} → restore`],
  },
  {
    name: "a damaged array artifact",
    make: ({ put }) => put("images/one/analysis_arrays/mask/data/c/0", "other"),
    problems: ["damaged images/one/analysis_arrays/mask/data/c/0 → restore"],
  },
  {
    name: "JSON that no longer parses",
    make: ({ put }) => put(QC, '{"passed": tr'),
    problems: [`damaged ${QC} → restore`],
  },
  {
    name: "Parquet that no longer parses",
    make: ({ put }) => put("tables/pooled.parquet", "PAR1"),
    problems: ["damaged tables/pooled.parquet → restore"],
  },
  {
    name: "edited JSON",
    make: ({ put }) => put(QC, '{"passed": false}'),
    problems: [`modified_outside ${QC} → adopt`],
  },
  {
    name: "edited JSON of the same length",
    make: async ({ put, text }) => put(QC, (await text(QC))?.replace("passed", "PASSED") ?? ""),
    problems: [`modified_outside ${QC} → adopt`],
    needsData: true,
  },
  {
    name: "a new artifact",
    make: ({ put }) => put("images/one/analysis/new.json", "{}"),
    problems: ["unknown images/one/analysis/new.json → adopt"],
  },
  {
    name: "new files that nothing can be made of",
    make: async ({ put }) => {
      await put("images/one/analysis/new.json", "no json");
      await put("images/one/data/c/9/9", "pixels");
      await put("images/two/analysis/qc.json", "{}");
      await put("tables/readme.txt", "text");
    },
    problems: [
      "unknown images/one/analysis/new.json → move",
      "unknown images/one/data/c/9/9 → move",
      "unknown images/two/analysis/qc.json → move",
      "unknown tables/readme.txt → move",
    ],
  },
  {
    name: "a deleted file that is back",
    make: async ({ dataset, put, store }) => {
      const path = parseStoreKey("tables/pooled.parquet");
      const bytes = await store.get(path);
      await dataset.deleteTable("pooled");
      await put(path, bytes ?? "");
    },
    problems: ["stray tables/pooled.parquet → repair"],
  },
  {
    name: "a directory where a file was",
    make: async ({ remove, store }) => {
      await remove(QC);
      await store.makeDirectory(parseStoreKey(QC));
    },
    problems: [`missing ${QC} → restore`],
  },
  {
    name: "a gap in the log",
    make: ({ remove }) => remove("__commits/00000000000000000003.json"),
    problems: [
      "log __commits/00000000000000000003.json → restore",
      "unknown images/one/analysis/qc.json → adopt",
    ],
  },
  {
    name: "an unreadable record",
    make: ({ put }) => put("__commits/00000000000000000003.json", "torn"),
    problems: [
      "log __commits/00000000000000000003.json → restore",
      "unknown images/one/analysis/qc.json → adopt",
    ],
  },
  {
    name: "a damaged checkpoint",
    make: ({ put }) => put("__commits/checkpoint", "no gzip"),
    problems: ["log __commits/checkpoint → repair"],
  },
  {
    name: "a damaged checkpoint of version 2",
    make: ({ put }) => put("__commits/checkpoint.json.gz", "no gzip"),
    problems: ["log __commits/checkpoint.json.gz → repair"],
  },
  {
    name: "a checkpoint that says the same, packed by another program",
    make: async ({ dataset, store }) => {
      await dataset.updateManifest();
      await turnIntoOldCheckpoint(store);
      await store.put(
        OLD_CHECKPOINT,
        new Uint8Array(gzipSync(gunzipSync((await store.get(OLD_CHECKPOINT)) ?? "").toString())),
      );
    },
    problems: ["log __commits/checkpoint.json.gz → repair"],
  },
  {
    name: "a checkpoint with a byte after it",
    make: async ({ dataset, store }) => {
      await dataset.updateManifest();
      await store.put(CHECKPOINT, Uint8Array.of(...((await store.get(CHECKPOINT)) ?? []), 0));
    },
    problems: ["log __commits/checkpoint → repair"],
  },
];

describe.each(["memory", "local"] as const)("on a %s store", (medium) => {
  it("check finds nothing in a sound dataset, reads everything, and writes nothing", async () => {
    await inMaintained(medium, async ({ dataset, store }) => {
      await dataset.updateManifest();
      const before = await readTree(store, "");
      const report = await dataset.check();
      expect(report).toMatchObject({ version: 8, level: "data", problems: [], notes: [] });
      const objects = [...before].filter(([path]) => !path.startsWith("__") && path !== ".gitattributes");
      expect(report.checked).toEqual({
        objects: objects.length,
        bytes: objects.reduce((sum, [, bytes]) => sum + bytes.length, 0),
      });
      expect(await readTree(store, "")).toEqual(before);
      expect((await dataset.check({ level: "structure" })).checked).toEqual({
        objects: objects.length,
        bytes: 0,
      });
    });
  });

  it("check finds nothing in a checkpoint that has no seal yet, and such a one is used", async () => {
    await inMaintained(medium, async ({ dataset, store, open }) => {
      await dataset.updateManifest();
      await turnIntoOldCheckpoint(store);
      const sealed = (await store.get(OLD_CHECKPOINT)) ?? new Uint8Array();
      await store.put(OLD_CHECKPOINT, await gzip(new Uint8Array(gunzipSync(sealed))));
      expect(await store.get(OLD_CHECKPOINT)).not.toEqual(sealed);
      expect((await dataset.check()).problems).toEqual([]);
      expect(await (await open(2)).loadManifest()).toEqual(await dataset.loadManifest());
    });
  });

  it("check finds a checkpoint that is damaged where it says nothing, and such a one is used and can be repaired", async () => {
    await inMaintained(medium, async ({ dataset, store, open }) => {
      await dataset.updateManifest();
      await turnIntoOldCheckpoint(store);
      const sealed = (await store.get(OLD_CHECKPOINT)) ?? new Uint8Array();
      await store.put(OLD_CHECKPOINT, new Uint8Array(sealed.with(4, 1)));
      expect((await dataset.check()).problems).toMatchObject([
        {
          path: OLD_CHECKPOINT,
          message: "the checkpoint is damaged: its gzip header is not one that this package writes",
          remedy: "repair",
        },
      ]);
      expect(await (await open(2)).loadManifest()).toBeDefined();
      expect(await dataset.repair()).toMatchObject({
        actions: [{ kind: "removed_checkpoint", path: OLD_CHECKPOINT }],
        problems: [],
      });
    });
  });

  it.each(FAULTS)("check finds $name", async ({ make, problems, needsData = false }) => {
    await inMaintained(medium, async (at) => {
      await make(at);
      const before = await readTree(at.store, "");
      expect(problemsOf(await checkDataset(readOnlyStore(at.store)))).toEqual(problems);
      expect(problemsOf(await at.dataset.check({ level: "structure" }))).toEqual(needsData ? [] : problems);
      expect(await readTree(at.store, "")).toEqual(before);
    });
  });
});

describe("checking", () => {
  it("check finds metadata that were committed malformed, and notes artifacts that came so", async () => {
    await inMaintained("memory", async ({ dataset, store }) => {
      const { CommitEngine } = await import("../../../src/commit/commit-engine.ts");
      const { collectLog } = await import("../../support/test-runtime.ts");
      const engine = new CommitEngine(store, { runtime: testRuntime({ pid: 9 }), logger: collectLog() });
      await engine.open();
      await engine.transact(async (transaction) => {
        await transaction.put(parseStoreKey("images/one/zarr.json"), new TextEncoder().encode("{}"));
        await transaction.put(parseStoreKey(QC), new TextEncoder().encode("[1,"));
      });
      const report = await dataset.check();
      expect(problemsOf(report)).toEqual(["metadata images/one/zarr.json → restore"]);
      expect(notesOf(report)).toEqual([`malformed ${QC}`]);
    });
  });

  it("check checks a store that cannot be listed by what the log names, and says so", async () => {
    await inMaintained("memory", async ({ dataset, store, put, remove }) => {
      const unlisted: ReadableStore = {
        location: store.location,
        get: (path, options) => store.get(path, options),
        getRange: (path, range, options) => store.getRange(path, range, options),
      };
      const { checked } = await dataset.check();
      await put("images/one/analysis/new.json", "{}");
      const sound = await checkDataset(unlisted);
      expect([sound.problems, notesOf(sound), sound.checked]).toEqual([[], ["unlisted "], checked]);
      await remove(PIXELS);
      await put(QC, '{"passed": false}');
      expect(problemsOf(await checkDataset(unlisted, { level: "structure" }))).toEqual([
        `modified_outside ${QC} → adopt`,
        `missing ${PIXELS} → restore`,
      ]);
      await dataset.updateManifest().catch(() => undefined);
      await remove("__commits/00000000000000000003.json");
      expect(problemsOf(await checkDataset(unlisted))).toContain(
        "log __commits/00000000000000000003.json → restore",
      );
    });
  });

  it("check reads the same share of the objects each time, and all of them in parts", async () => {
    await inMaintained("memory", async ({ dataset }) => {
      const { checked } = await dataset.check();
      const parts = [1, 2, 3].map((part) => dataset.check({ level: { part, of: 3 } }));
      const bytes = (await Promise.all(parts)).map((report) => report.checked.bytes);
      expect(bytes.reduce((sum, part) => sum + part, 0)).toBe(checked.bytes);
      expect(Math.max(...bytes)).toBeLessThan(checked.bytes);
      const half = await dataset.check({ level: { percent: 50 } });
      expect(await dataset.check({ level: { percent: 50 } })).toEqual(half);
      expect((await dataset.check({ level: { percent: 100 } })).checked).toEqual(checked);
    });
  });

  it.each([{ percent: 0 }, { percent: 101 }, { part: 0, of: 2 }, { part: 3, of: 2 }])(
    "check refuses the level %j",
    async (level) => {
      await inMaintained("memory", async ({ dataset }) => {
        await expect(dataset.check({ level })).rejects.toMatchObject({ code: "invalid_argument" });
      });
    },
  );

  it("check reports progress, and stops when it is told to", async () => {
    await inMaintained("memory", async ({ dataset }) => {
      const seen: number[] = [];
      const { checked } = await dataset.check({ onProgress: ({ done }) => seen.push(done) });
      expect(seen).toEqual(Array.from({ length: checked.objects }, (_, index) => index + 1));
      const controller = new AbortController();
      const onProgress = (): void => controller.abort();
      await expect(dataset.check({ onProgress, signal: controller.signal })).rejects.toMatchObject({
        code: "aborted",
      });
    });
  });

  it("check notes what is staged, by whom, and takes no commit that is half in place for damage", async () => {
    await inMaintained("memory", async ({ open, kill, store }) => {
      let isArmed = false;
      const onStep = (step: string): Promise<never> | undefined =>
        isArmed && step === "committed" ? die() : undefined;
      const writer = await open(7, { onStep });
      isArmed = true;
      await writer.record("one").saveJson("qc", { passed: false });
      const staging = await open(8, {
        onStep: (step) => (step === "staged" ? new Promise<never>(() => undefined) : undefined),
      });
      void staging.record("one").saveJson("left", {});
      await new Promise((resolve) => setTimeout(resolve, 20));
      kill(8);
      const reader = await open(9);
      const report = await reader.check();
      expect(report.problems).toEqual([]);
      expect([...notesOf(report)].sort()).toEqual([
        expect.stringMatching(/^staging __staging\/9-8-/),
        expect.stringMatching(/^unpublished __staging\/8-7-/),
      ]);
      expect(report.notes.find(({ kind }) => kind === "staging")?.owner).toEqual({
        host: "here",
        pid: 8,
        started: "start of 8",
        state: "dead",
      });
      expect(await store.get(parseStoreKey(QC))).toBeDefined();
    });
  });

  it("check finds nothing wrong beside a writer at work", async () => {
    await inMaintained("memory", async ({ open, store }) => {
      const writer = await open(5);
      let checks = 0;
      const work = (async (): Promise<void> => {
        for (let round = 0; checks < 20 && round < 300; round++) {
          await writer.record("one").saveJson("qc", { round });
          const image = { dtype: "uint8", shape: [1, 1], data: new Uint8Array([round]) } as const;
          await writer.addImage(image, { id: `at-${round}` });
          await writer.deleteImage(`at-${round}`);
        }
      })();
      for (; checks < 20; checks++) {
        expect(problemsOf(await checkDataset(store))).toEqual([]);
      }
      await work;
      expect(writer.version).toBeGreaterThan(20);
    });
  });

  it("check needs a commit log", async () => {
    const { memoryStore } = await import("../../../src/index.ts");
    await expect(checkDataset(memoryStore())).rejects.toMatchObject({ code: "not_found" });
  });
});
