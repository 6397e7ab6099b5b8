import { describe, expect, it } from "vitest";
import {
  COMMITS,
  HISTORY,
  historyKey,
  STAGING,
  stagedKey,
} from "../../../src/commit/records/control-keys.ts";
import { interceptStore, type StoreCall } from "../../../src/testing/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import {
  bytes,
  die,
  key,
  record,
  type SimulatedWriters,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";
import { sha256 } from "../../support/test-runtime.ts";

const A = "images/x/analysis/a.json";
const hashOf = (text: string): string => sha256(bytes(text));

async function setUp(world: SimulatedWriters): Promise<void> {
  const setup = await world.writer();
  await setup.commit({
    "zarr.json": "{}",
    "images/zarr.json": "{}",
    "tables/t": "rows",
    ...record("x", {
      "analysis/a.json": "first",
      "analysis/more/b.csv.gz": "b",
      "attachments/c": "c",
    }),
  });
}

describe.each(["memory", "local"] as const)("the history, in %s", (medium) => {
  it("a commit keeps what it replaces and deletes of an image's analysis, and nothing else", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const writer = await world.writer();
      expect((await auditStore(world.store)).history).toEqual({});
      await writer.commit({ [A]: "second", "tables/t": "other rows", "images/x/attachments/c": "other" });
      await writer.commit({ "images/x/analysis/more/b.csv.gz": null, "images/x/data/c.0.0": "pixels" });
      const { history, problems } = await auditStore(world.store);
      expect(history).toEqual({ [hashOf("first")]: "first", [hashOf("b")]: "b" });
      expect(problems).toEqual([]);
    });
  });

  it("what is kept is a file of its own: a program that writes into the old one does not change it", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const writer = await world.writer({
        onStep: world.atStep("linked", () => world.store.put(key(A), bytes("FIRST, written in place"))),
      });
      await writer.commit({ [A]: "second" });
      expect((await auditStore(world.store)).history).toEqual({ [hashOf("first")]: "first" });
    });
  });

  it("bytes that are kept already are kept once, and a damaged copy of them is replaced", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const writer = await world.writer();
      await writer.commit({ [A]: "second" });
      await world.put(historyKey(hashOf("first")), "fir");
      await writer.commit({ [A]: "first" });
      await writer.commit({ [A]: "second" });
      const { history, problems } = await auditStore(world.store);
      expect(Object.keys(history).sort()).toEqual([hashOf("first"), hashOf("second")].sort());
      expect(problems).toEqual([]);
    });
  });

  it("what is not in place yet is kept from where it is", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const first = await world.writer();
      const { txid } = await first.commit({ [A]: "second" });
      await first.commit({ "tables/t": "other rows" });
      // As a power cut leaves it that undid the rename.
      await world.store.makeDirectory(stagedKey(txid, "images/x/analysis"));
      await world.store.move(key(A), stagedKey(txid, A));
      await (await world.writer()).commit({ [A]: "third" });
      expect((await auditStore(world.store)).history).toMatchObject({ [hashOf("second")]: "second" });
    });
  });
});

describe.each(["memory", "local"] as const)("what a transaction is asked to keep, in %s", (medium) => {
  it("is in the history with what the commit replaces, and the record names it with its size", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const writer = await world.writer();
      const hashes: string[] = [];
      await writer.transact(async (transaction) => {
        hashes.push(await transaction.asked.keep(bytes("came")), await transaction.asked.keep(bytes("came")));
        await transaction.put(key(A), bytes("merged"));
      });
      expect(hashes).toEqual([hashOf("came"), hashOf("came")]);
      const { history, problems, records } = await auditStore(world.store);
      expect(history).toEqual({ [hashOf("came")]: "came", [hashOf("first")]: "first" });
      expect(records.at(-1)?.details).toEqual({ history: { kept: { [hashOf("came")]: 4 } } });
      expect(problems).toEqual([]);
    });
  });

  it("is kept by a commit that does something, and by no other", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const writer = await world.writer();
      const commit = await writer.transact(async (transaction) => {
        await transaction.asked.keep(bytes("came"));
        await transaction.put(key(A), bytes("first"));
      });
      expect(commit.committed).toBe(false);
      expect((await auditStore(world.store)).history).toEqual({});
      expect(await world.store.list(STAGING)).toEqual([]);
    });
  });

  it("is written anew when another commit comes first, and a collection took it meanwhile", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const other = await world.second();
      const writer = await world.writer({
        onStep: world.atStep("before-link", async () => {
          await other.commit({ "tables/t": "other rows" });
          await world.store.remove(historyKey(hashOf("came")));
        }),
      });
      await writer.transact(async (transaction) => {
        await transaction.asked.keep(bytes("came"));
        await transaction.put(key(A), bytes("merged"));
      });
      const { history, problems } = await auditStore(world.store);
      expect(history).toMatchObject({ [hashOf("came")]: "came", [hashOf("first")]: "first" });
      expect(problems).toEqual([]);
    });
  });

  it.each(["checked", "before-link", "linked", "committed"] as const)(
    "is there if the commit stands, however its writer dies: when it has %s",
    async (step) => {
      await withSimulatedWriters(medium, async (world) => {
        await setUp(world);
        const killed = await world.writer({ onStep: world.atStep(step, die) });
        const commit = killed.transact(async (transaction) => {
          await transaction.asked.keep(bytes("came"));
          await transaction.put(key(A), bytes("merged"));
        });
        await commit.catch(() => undefined);
        world.kill(killed);
        const { problems, objects, history } = await world.auditAfterNextWriter();
        expect(problems).toEqual([]);
        expect(objects[A] === "first" || history[hashOf("came")] === "came").toBe(true);
      });
    },
  );

  it("is flushed before the version is claimed", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await setUp(world);
      const calls: StoreCall[] = [];
      const store = interceptStore(world.store, (call, run) => {
        calls.push(call);
        return run();
      });
      const writer = await world.writer({ store });
      await writer.transact(async (transaction) => {
        await transaction.asked.keep(bytes("came"));
        await transaction.put(key(A), bytes("merged"));
      });
      const kept = historyKey(hashOf("came"));
      const at = (method: string, path: string): number =>
        calls.findIndex((call) => call.method === method && call.keys.some((each) => each.startsWith(path)));
      const steps = [at("move", `__staging/`), at("sync", kept), at("putNew", COMMITS)];
      expect(steps.every((step) => step > 0)).toBe(true);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    });
  });
});

describe("what cannot be kept", () => {
  it("a lost original is logged, named by the record, and does not stop the commit", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await setUp(world);
      await world.store.remove(key(A));
      const writer = await world.writer();
      await writer.commit({ [A]: "second" });
      expect(writer.log.warnings).toEqual([expect.stringContaining(`replaces at ${A} is not kept`)]);
      const { records, history } = await auditStore(world.store);
      expect(records.at(-1)?.details).toEqual({ history: { lost: [hashOf("first")] } });
      expect(history).toEqual({});
    });
  });

  it("a lost original that an earlier commit kept is not called lost", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await setUp(world);
      const writer = await world.writer();
      await writer.commit({ [A]: "second" });
      await writer.commit({ [A]: "first" });
      await world.store.remove(key(A));
      await writer.commit({ [A]: "third" });
      expect(writer.log.warnings).toEqual([]);
      expect((await auditStore(world.store)).records.at(-1)?.details).toBeUndefined();
    });
  });

  it("an object of more than 16 MiB is not kept, one of 16 MiB is", async () => {
    await withSimulatedWriters("memory", async (world) => {
      const most = "x".repeat(16 * 1024 * 1024);
      const setup = await world.writer();
      await setup.commit({
        "zarr.json": "{}",
        ...record("x", { "analysis/most.json": most, "analysis/more.json": `${most}x` }),
      });
      await setup.commit({ "images/x/analysis/most.json": "small", "images/x/analysis/more.json": "small" });
      expect(await world.store.list(HISTORY)).toEqual([{ name: hashOf(most), kind: "file" }]);
      expect((await setup.engine.log.headRecord())?.details).toBeUndefined();
    });
  });

  it("more than 16 MiB are not kept, and the record does not name them", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await setUp(world);
      const writer = await world.writer();
      await writer.transact(async (transaction) => {
        await transaction.asked.keep(new Uint8Array(16 * 1024 * 1024 + 1));
        await transaction.put(key(A), bytes("second"));
      });
      const { records, history } = await auditStore(world.store);
      expect(history).toEqual({ [hashOf("first")]: "first" });
      expect(records.at(-1)?.details).toBeUndefined();
    });
  });

  it("a history that cannot be written fails the commit, and leaves nothing staged", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await setUp(world);
      await world.store.makeDirectory(key(`${historyKey(hashOf("first"))}/in-the-way`));
      const writer = await world.writer();
      await expect(writer.commit({ [A]: "second" })).rejects.toMatchObject({ code: "io" });
      expect(await world.get(A)).toBe("first");
      expect(await world.store.list(STAGING)).toEqual([]);
    });
  });
});

describe("the order of a commit with history", () => {
  it("what is replaced is read once, and is kept and flushed with its folder before the version is claimed", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await setUp(world);
      const calls: StoreCall[] = [];
      const store = interceptStore(world.store, (call, run) => {
        calls.push(call);
        return run();
      });
      const writer = await world.writer({ store });
      calls.length = 0;
      await writer.commit({ [A]: "second", "images/x/analysis/more/b.csv.gz": null });
      const kept = [historyKey(hashOf("first")), historyKey(hashOf("b"))];
      const at = (fits: (call: StoreCall) => boolean): number => calls.findIndex(fits);
      const named = Math.max(
        ...kept.map((path) =>
          calls.findLastIndex(({ method, keys }) => method === "move" && keys[1] === path),
        ),
      );
      const flushed = calls.findIndex(
        ({ method, keys }, index) => index > named && method === "sync" && keys.includes(HISTORY),
      );
      const claimed = at(({ method, keys }) => method === "putNew" && keys[0]?.startsWith(COMMITS) === true);
      expect([named, flushed, claimed].every((index) => index > 0)).toBe(true);
      expect([named, flushed, claimed]).toEqual([named, flushed, claimed].toSorted((a, b) => a - b));
      expect(calls[flushed]?.keys).toEqual(expect.arrayContaining([...kept, HISTORY, ""]));
      expect(calls[flushed]?.keys).toContainEqual(expect.stringMatching(/__commit\.json$/));
      const reads = calls.slice(0, claimed).filter(({ method, keys }) => method === "get" && keys[0] === A);
      expect(reads).toHaveLength(1);
    });
  });

  it("bytes that an earlier commit kept are only replaced by bytes that are flushed", async () => {
    await withSimulatedWriters("memory", async (world) => {
      await setUp(world);
      const calls: StoreCall[] = [];
      const store = interceptStore(world.store, (call, run) => {
        calls.push(call);
        return run();
      });
      const writer = await world.writer({ store });
      await writer.commit({ [A]: "second" });
      await writer.commit({ [A]: "first" });
      calls.length = 0;
      await writer.commit({ [A]: "second" });
      const named = calls.findIndex(
        ({ method, keys }) => method === "move" && keys[1] === historyKey(hashOf("first")),
      );
      const [staged = ""] = calls[named]?.keys ?? [];
      const written = calls.findIndex(({ method, keys }) => method === "put" && keys[0] === staged);
      const flushed = calls.findIndex(({ method, keys }) => method === "sync" && keys.includes(staged));
      expect(written).toBeGreaterThan(-1);
      expect(flushed).toBeGreaterThan(written);
      expect(named).toBeGreaterThan(flushed);
    });
  });

  it.each(["checked", "before-link"] as const)(
    "a writer that dies when it has %s leaves the dataset as it was, and what it kept is nobody's",
    async (step) => {
      await withSimulatedWriters("memory", async (world) => {
        await setUp(world);
        const killed = await world.writer({ onStep: world.atStep(step, die) });
        await killed.commit({ [A]: "second" }).catch(() => undefined);
        world.kill(killed);
        const audit = await world.auditAfterNextWriter();
        expect(audit.problems).toEqual([]);
        expect(audit.objects[A]).toBe("first");
      });
    },
  );
});
