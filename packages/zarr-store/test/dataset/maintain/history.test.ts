import { describe, expect, it } from "vitest";
import {
  checkDataset,
  type KeepsHistory,
  openDataset,
  parseStoreKey,
  type ZarrDataset,
} from "../../../src/index.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import { readTree } from "../../support/audit-store.ts";
import { sha256, testRuntime } from "../../support/test-runtime.ts";
import { inMaintained, type Maintained, notesOf, problemsOf } from "./maintained-dataset.ts";

const DAY_MS = 86_400_000;
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** The hash that an artifact has now. */
async function hashOf(dataset: ZarrDataset, key: string): Promise<string> {
  return (await dataset.record("one").objectHashes()).get(key) ?? "";
}

/** Saves another `qc` and returns the hash of what it replaces. */
async function replaceQc(dataset: ZarrDataset, value: unknown): Promise<string> {
  const before = await hashOf(dataset, "analysis/qc.json");
  await dataset.record("one").saveJson("qc", value);
  return before;
}

async function kept({ store }: Maintained): Promise<readonly string[]> {
  return (await store.list(parseStoreKey("__history"))).map(({ name }) => name).sort();
}

const NAMES: KeepsHistory = {
  artifact: "origin",
  hashesIn: (text) => (JSON.parse(text) as { readonly base: readonly string[] }).base,
};

describe("reading the history", () => {
  it("a dataset gives the bytes that a commit replaced, by their hash, and undefined for what is not kept", async () => {
    await inMaintained("local", async ({ dataset, open }) => {
      const before = await replaceQc(dataset, { passed: false });
      const bytes = await dataset.history(before);
      expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({ passed: true });
      const reader = await open(2, { mode: "r" });
      expect(await reader.history(before)).toEqual(bytes);
      expect(await dataset.history(await hashOf(dataset, "analysis/qc.json"))).toBeUndefined();
      await expect(dataset.history("../zarr.json")).rejects.toMatchObject({ code: "invalid_argument" });
    });
  });

  it("damaged bytes are refused by name", async () => {
    await inMaintained("memory", async ({ dataset, put }) => {
      const before = await replaceQc(dataset, { passed: false });
      await put(`__history/${before}`, "something else");
      await expect(dataset.history(before)).rejects.toMatchObject({
        code: "integrity",
        details: { path: `__history/${before}`, expected: before, found: sha256(bytesOf("something else")) },
      });
    });
  });
});

describe("checking the history", () => {
  it("a sound history has no problems and no notes, at any level", async () => {
    await inMaintained("memory", async ({ dataset }) => {
      await replaceQc(dataset, { passed: false });
      await dataset.deleteImage("one");
      for (const level of ["structure", "data", { percent: 50 }] as const) {
        expect(await dataset.check({ level })).toMatchObject({ problems: [], notes: [] });
      }
    });
  });

  it("a missing, a cut off and a damaged object are problems that a copy helps, and repair does nothing to them", async () => {
    await inMaintained("memory", async (at) => {
      const { dataset, put, remove, store } = at;
      const [missing, short, damaged] = [
        await replaceQc(dataset, { n: 1 }),
        await replaceQc(dataset, { n: 2 }),
        await replaceQc(dataset, { n: 3 }),
      ];
      const sound = (await dataset.history(damaged)) ?? new Uint8Array();
      await remove(`__history/${missing}`);
      await put(`__history/${short}`, "{");
      await put(
        `__history/${damaged}`,
        sound.map((byte) => byte ^ 1),
      );
      const problems = [
        `missing __history/${missing} → restore`,
        `damaged __history/${short} → restore`,
        `damaged __history/${damaged} → restore`,
      ];
      expect([...problemsOf(await dataset.check())].sort()).toEqual(problems.sort());
      expect([...problemsOf(await dataset.check({ level: "structure" }))].sort()).toEqual(
        problems.filter((problem) => !problem.includes(damaged)).sort(),
      );
      const before = await readTree(store, "");
      const { actions } = await dataset.repair();
      expect(actions).toEqual([]);
      expect(await readTree(store, "")).toEqual(before);
      const adopted = await dataset.adopt({ dryRun: true });
      expect(adopted).toMatchObject({ adopted: [], refused: [], missing: [] });
    });
  });

  it("what was lost before its commit, or replaced before version 3, is not missed", async () => {
    await inMaintained("memory", async ({ dataset, remove }) => {
      await remove("images/one/analysis/qc.json");
      const lost = await replaceQc(dataset, { passed: false });
      expect(await dataset.history(lost)).toBeUndefined();
      expect((await dataset.check()).problems).toEqual([]);
    });
  });

  it("an object that nothing names, and a file of another kind, are notes; gc removes the object", async () => {
    await inMaintained("memory", async (at) => {
      const { dataset, put } = at;
      const replaced = await replaceQc(dataset, { passed: false });
      const nobodys = sha256(bytesOf("nobody's"));
      await put(`__history/${nobodys}`, "nobody's");
      await put("__history/notes.txt", "mine");
      expect([...notesOf(await dataset.check())].sort()).toEqual(
        [`foreign __history/notes.txt`, `history __history/${nobodys}`].sort(),
      );
      expect((await dataset.gc()).history).toMatchObject([
        { sha256: nobodys, sizeBytes: 8, reason: "no commit names it" },
      ]);
      expect(await kept(at)).toContain(nobodys);
      expect((await dataset.gc({ dryRun: false })).removed).toEqual([`__history/${nobodys}`]);
      expect(await kept(at)).toEqual([replaced, "notes.txt"].sort());
      expect(await dataset.gc({ dryRun: false })).toMatchObject({ history: [], removed: [] });
      expect((await dataset.check()).problems).toEqual([]);
    });
  });
});

describe("collecting the history", () => {
  it("gc removes what was replaced longer ago than an age, by the times of the commits, and check does not miss it", async () => {
    await inMaintained("memory", async (at) => {
      const { dataset, clock } = at;
      const old = await replaceQc(dataset, { n: 1 });
      clock.nowEpochMs += 60 * DAY_MS;
      const recent = await replaceQc(dataset, { n: 2 });
      clock.nowEpochMs += 40 * DAY_MS;
      const { version } = dataset;
      const plan = await dataset.gc({ historyOlderThanMs: 90 * DAY_MS });
      expect(plan).toMatchObject({ dryRun: true, version, removed: [], history: [{ sha256: old }] });
      expect(await kept(at)).toEqual([old, recent].sort());
      const done = await dataset.gc({ historyOlderThanMs: 90 * DAY_MS, dryRun: false });
      expect(done).toMatchObject({ version: version + 1, removed: [`__history/${old}`] });
      expect(await kept(at)).toEqual([recent]);
      expect((await dataset.check()).problems).toEqual([]);
      const record = (await Array.fromAsync(dataset.log())).at(-1);
      expect(record).toMatchObject({ ops: [], message: "garbage collection" });
      const before = new Date(clock.nowEpochMs - 90 * DAY_MS).toISOString().slice(0, 16);
      expect(record?.details).toEqual({ history: { removed_before: expect.stringContaining(before) } });
      await dataset.gc({ dryRun: false });
      expect(await kept(at)).toEqual([recent]);
    });
  });

  it("an object that was replaced again since stays", async () => {
    await inMaintained("memory", async (at) => {
      const { dataset, clock } = at;
      const old = await replaceQc(dataset, { n: 1 });
      clock.nowEpochMs += 100 * DAY_MS;
      await replaceQc(dataset, { passed: true });
      expect(await replaceQc(dataset, { n: 2 })).toBe(old);
      const { removed } = await dataset.gc({ historyOlderThanMs: 90 * DAY_MS, dryRun: false });
      expect(removed).toEqual([]);
      expect(await kept(at)).toContain(old);
    });
  });

  it("an object that an image names stays whatever its age, and is missed when it is damaged", async () => {
    await inMaintained("memory", async (at) => {
      const { clock, put, store } = at;
      const dataset = await at.open(2, { keepsHistory: NAMES });
      const base = await replaceQc(dataset, { n: 1 });
      const other = await replaceQc(dataset, { n: 2 });
      await dataset.record("one").saveJson("origin", { base: [base] });
      clock.nowEpochMs += 100 * DAY_MS;
      const { removed, kept: stays } = await dataset.gc({ historyOlderThanMs: DAY_MS, dryRun: false });
      expect(removed).toEqual([`__history/${other}`]);
      expect(stays).toEqual([{ path: `__history/${base}`, reason: "an image still needs it" }]);
      expect(await kept(at)).toEqual([base]);
      const check = () => checkDataset(store, { runtime: testRuntime({ clock }), keepsHistory: NAMES });
      expect(await check()).toMatchObject({ problems: [], notes: [] });
      await put(`__history/${base}`, "damaged");
      expect(problemsOf(await check())).toEqual([`damaged __history/${base} → restore`]);
      await dataset.deleteImage("one");
      expect((await dataset.gc({ historyOlderThanMs: 0, dryRun: false })).removed).toContain(
        `__history/${base}`,
      );
    });
  });

  it("what a transaction was asked to keep is missed when it is gone, and goes by its age", async () => {
    await inMaintained("memory", async (at) => {
      const { dataset, clock, remove } = at;
      const keep = async (text: string): Promise<string> => {
        const hashes: string[] = [];
        await dataset.transaction(async (transaction) => {
          const record = transaction.record("one");
          hashes.push(await record.files.keepInHistory(bytesOf(text)));
          await record.saveAttachment("note.txt", bytesOf(text));
        });
        return hashes[0] ?? "";
      };
      const [old, gone] = [await keep("came first"), await keep("came then")];
      clock.nowEpochMs += 60 * DAY_MS;
      const recent = await keep("came last");
      expect(new TextDecoder().decode(await dataset.history(recent))).toBe("came last");
      expect(await dataset.check()).toMatchObject({ problems: [], notes: [] });
      await remove(`__history/${gone}`);
      expect(problemsOf(await dataset.check())).toEqual([`missing __history/${gone} → restore`]);
      const { removed } = await dataset.gc({ historyOlderThanMs: 30 * DAY_MS, dryRun: false });
      expect(removed).toEqual([`__history/${old}`]);
      expect((await dataset.check()).problems).toEqual([]);
      expect(await kept(at)).toEqual([recent]);
    });
  });

  it("while what an image names cannot be read, nothing is removed", async () => {
    await inMaintained("memory", async (at) => {
      const dataset = await at.open(2, { keepsHistory: NAMES });
      const replaced = await replaceQc(dataset, { n: 1 });
      await dataset.record("one").saveJson("origin", { base: [] });
      await at.put("images/one/analysis/origin.json", '{"base":["edited"]}');
      at.clock.nowEpochMs += DAY_MS;
      const report = await dataset.gc({ historyOlderThanMs: 0, dryRun: false });
      expect(report).toMatchObject({
        history: [],
        removed: [],
        kept: [
          {
            path: "__history",
            reason: expect.stringContaining("images/one/analysis/origin.json was changed"),
          },
        ],
      });
      expect(await kept(at)).toContain(replaced);
    });
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])(
    "an age of %d ms is refused",
    async (historyOlderThanMs) => {
      await inMaintained("memory", async ({ dataset }) => {
        await expect(dataset.gc({ historyOlderThanMs })).rejects.toMatchObject({ code: "invalid_argument" });
      });
    },
  );
});

describe("a collection beside a writer that lost its lock", () => {
  const STEPS = ["locked", "finished-head", "checked", "before-link", "linked", "published"] as const;
  it.each(STEPS)("what its commit replaces is there, though it slept when it had %s", async (step) => {
    await inMaintained("memory", async (at) => {
      // The old state was replaced long ago, and is replaced again by the writer that sleeps.
      const old = await replaceQc(at.dataset, { n: 1 });
      await replaceQc(at.dataset, { passed: true });
      at.clock.nowEpochMs += 100 * DAY_MS;
      let slept = 0;
      const sleeper = await at.open(7, {
        lock: { disabled: true },
        onStep: async (reached) => {
          if (reached === step && slept++ === 0) {
            const other = await at.open(8);
            const { removed } = await other.gc({ historyOlderThanMs: DAY_MS, dryRun: false });
            expect(removed.includes(`__history/${old}`) || step === "linked" || step === "published").toBe(
              true,
            );
          }
        },
      });
      expect(await replaceQc(sleeper, { n: 3 })).toBe(old);
      expect(slept).toBeGreaterThan(0);
      expect(JSON.parse(new TextDecoder().decode(await sleeper.history(old)))).toEqual({ passed: true });
      expect((await sleeper.check()).problems).toEqual([]);
    });
  });

  it("what it keeps between the look of the collection and the removal stays", async () => {
    await inMaintained("memory", async (at) => {
      const old = await replaceQc(at.dataset, { n: 1 });
      await replaceQc(at.dataset, { passed: true });
      at.clock.nowEpochMs += 100 * DAY_MS;
      const writer = await at.open(7, { lock: { disabled: true } });
      let isDone = false;
      const store = interceptStore(at.store, async (call, run) => {
        if (!isDone && call.method === "move" && call.keys[0] === `__history/${old}`) {
          isDone = true;
          await replaceQc(writer, { n: 3 });
        }
        return run();
      });
      const collector = await openDataset(store, {
        runtime: testRuntime({ clock: at.clock, pid: 8 }),
        durability: "none",
      });
      const { removed } = await collector.gc({ historyOlderThanMs: DAY_MS, dryRun: false });
      expect([isDone, removed]).toEqual([true, []]);
      expect(await writer.history(old)).toBeDefined();
      expect(await writer.check()).toMatchObject({ problems: [], notes: [] });
    });
  });
});
