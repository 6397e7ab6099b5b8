import { describe, expect, it } from "vitest";
import type { CommitStep } from "../../../src/commit/commit-context.ts";
import { collectGarbage } from "../../../src/commit/maintain/gc.ts";
import {
  claimFolderKey,
  claimRecordKey,
  commitKey,
  heldRecordKey,
  stagedRecordKey,
} from "../../../src/commit/records/control-keys.ts";
import { ZarrStoreError } from "../../../src/errors.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { interceptStore } from "../../../src/testing/index.ts";
import {
  bytes,
  die,
  key,
  type Medium,
  type SimulatedWriters,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

const WITHOUT: readonly Medium[] = ["memory without hard links", "local without hard links"];

describe.each<Medium>(WITHOUT)("folders that claim versions, in %s", (medium) => {
  it("hold the record of every version but the first, which is a file and says so", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const writer = await world.writer();
      for (const value of ["1", "2", "3"]) {
        await writer.commit({ "tables/a": value });
      }
      const kinds = await Promise.all(
        [1, 2, 3].map(async (version) => (await world.store.stat(commitKey(version)))?.kind),
      );
      expect(kinds).toEqual(["file", "directory", "directory"]);
      const { problems, records, objects } = await world.auditAfterNextWriter();
      expect(problems).toEqual([]);
      expect(records.map(({ claim }) => claim)).toEqual(["folder", undefined, undefined, undefined]);
      expect(objects["tables/a"]).toBe("3");
      const reader = await world.writer();
      expect([reader.engine.log.head.version, await reader.read("tables/a")]).toEqual([4, "3"]);
    });
  });

  it.each<CommitStep>(["locked", "checked", "before-link", "linked", "committed"])(
    "let a second writer in at the step %s, and the work of both is there",
    async (step) => {
      await withSimulatedWriters(medium, async (world) => {
        await (await world.writer()).commit({ "tables/base": "0" });
        let runs = 0;
        const onStep = world.atStep(step, async () => (await world.second()).commit({ "tables/b": "2" }));
        const writer = await world.second({ onStep });
        await writer.transact(async (transaction) => {
          runs++;
          await transaction.put(key("tables/a"), bytes("1"));
        });
        expect([runs, world.failures]).toEqual([1, []]);
        const { problems, objects, version } = await world.auditAfterNextWriter();
        expect([problems, version]).toEqual([[], 4]);
        expect(objects).toMatchObject({ "tables/a": "1", "tables/b": "2" });
      });
    },
  );

  it("are lost by a holder that slept before its claim until its lock was taken over: nobody's work is", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await (await world.writer()).commit({ "tables/base": "0" });
      const onStep = world.atStep("before-link", async () => {
        world.clock.nowEpochMs += 120_000;
        const other = await world.writer({ lock: { staleAfterMs: 1 } });
        await other.commit({ "tables/b": "2" });
      });
      const sleeper = await world.writer({ onStep });
      expect(await sleeper.commit({ "tables/a": "1" })).toMatchObject({ version: 3, committed: true });
      const { problems, objects } = await world.auditAfterNextWriter();
      expect([problems, world.failures]).toEqual([[], []]);
      expect(objects).toMatchObject({ "tables/a": "1", "tables/b": "2" });
    });
  });

  it("of a writer that died are barred and removed by the next commit", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await (await world.writer()).commit({ "tables/base": "0" });
      const dead = await killedBeforeClaim(world);
      expect((await world.store.stat(claimFolderKey(dead)))?.kind).toBe("directory");
      const { problems, records } = await world.auditAfterNextWriter();
      expect(problems).toEqual([]);
      expect(records.at(-1)?.abort).toEqual([dead]);
      expect(await world.store.stat(claimFolderKey(dead))).toBeUndefined();
    });
  });

  it("are collected as garbage even if nothing but the claim is left", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const writer = await world.writer();
      await writer.commit({ "tables/base": "0" });
      await world.store.put(claimRecordKey("1-lost"), bytes("cut o"));
      const { engine } = writer;
      const dry = await collectGarbage(engine, {});
      expect(dry.proposed).toMatchObject([
        { path: "__commits/claim-1-lost", txid: "1-lost", reason: "only its claim is left", files: 1 },
      ]);
      const done = await collectGarbage(engine, { dryRun: false });
      expect(done).toMatchObject({ version: 2, removed: ["__commits/claim-1-lost"] });
      const { problems, records } = await world.auditAfterNextWriter();
      expect([problems, records[1]?.abort]).toEqual([[], ["1-lost"]]);
    });
  });

  it.each(["EPERM", "EXDEV", "EACCES", "EIO", "ENOTEMPTY", "EEXIST", "ENOTDIR"])(
    "are ours if the rename worked and reported %s",
    async (errno) => {
      await withSimulatedWriters(medium, async (world) => {
        await (await world.writer()).commit({ "tables/base": "0" });
        const store = claimingBy(world.store, async (rename) => {
          await rename();
          throw ioError(errno);
        });
        const commit = await (await world.writer({ store })).commit({ "tables/a": "1" });
        expect(commit).toMatchObject({ version: 2, committed: true, published: true });
        expect((await world.auditAfterNextWriter()).problems).toEqual([]);
      });
    },
  );

  it.each(["EPERM", "EACCES", "EIO", "blocked"])(
    "are another writer's if that one came first and the rename says %s",
    async (answer) => {
      await withSimulatedWriters(medium, async (world) => {
        await (await world.writer()).commit({ "tables/base": "0" });
        let isFirst = true;
        const store = claimingBy(world.store, async (rename) => {
          if (!isFirst) {
            return rename();
          }
          isFirst = false;
          await (await world.second()).commit({ "tables/b": "2" });
          if (answer === "blocked") {
            return rename();
          }
          throw ioError(answer);
        });
        const commit = await (await world.writer({ store })).commit({ "tables/a": "1" });
        expect(commit).toMatchObject({ version: 3, committed: true });
        const { problems, objects } = await world.auditAfterNextWriter();
        expect(problems).toEqual([]);
        expect(objects).toMatchObject({ "tables/a": "1", "tables/b": "2" });
      });
    },
  );

  it("are tried again while another program holds the folder, as on SMB", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await (await world.writer()).commit({ "tables/base": "0" });
      let refusals = 3;
      const store = claimingBy(world.store, (rename) =>
        refusals-- > 0 ? Promise.reject(ioError("EACCES")) : rename(),
      );
      expect(await (await world.writer({ store })).commit({ "tables/a": "1" })).toMatchObject({ version: 2 });
      expect((await world.auditAfterNextWriter()).problems).toEqual([]);
    });
  });

  it("fail with the error if nobody has the name, and leave nothing", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await (await world.writer()).commit({ "tables/base": "0" });
      const store = claimingBy(world.store, () => Promise.reject(ioError("EXDEV")));
      const attempt = (await world.writer({ store })).commit({ "tables/a": "1" });
      await expect(attempt).rejects.toMatchObject({ code: "io", details: { found: "EXDEV" } });
      const { problems, version } = await world.auditAfterNextWriter();
      expect([problems, version]).toEqual([[], 2]);
    });
  });
});

describe.each<Medium>(["memory", "local"])("a link and a folder at one name, in %s", (medium) => {
  const staged = stagedRecordKey("0-link");
  const folder = claimFolderKey("0-folder");
  const set = async ({ store }: SimulatedWriters): Promise<void> => {
    await store.put(staged, bytes("linked"));
    await store.put(claimRecordKey("0-folder"), bytes("renamed"));
  };

  it("exclude each other if the link comes first", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await set(world);
      expect(await world.store.putNew(commitKey(2), staged, { atomic: true })).toBe(true);
      expect(await world.store.move(folder, commitKey(2))).toBe("blocked");
      expect(await world.get(commitKey(2))).toBe("linked");
      expect(await world.get(claimRecordKey("0-folder"))).toBe("renamed");
    });
  });

  it("exclude each other if the folder comes first", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await set(world);
      expect(await world.store.move(folder, commitKey(2))).toBe("moved");
      expect(await world.store.putNew(commitKey(2), staged, { atomic: true })).toBe(false);
      expect(await world.get(heldRecordKey(2))).toBe("renamed");
    });
  });
});

/** A store whose renames of claims go through `claim`. */
function claimingBy(
  store: KeyValueStore,
  claim: (rename: () => ReturnType<KeyValueStore["move"]>) => ReturnType<KeyValueStore["move"]>,
): KeyValueStore {
  return {
    ...interceptStore(store, (_call, run) => run()),
    putNew: (path, from, options) => store.putNew(path, from, options),
    move: (from, to) =>
      to.startsWith("__commits/0") ? claim(() => store.move(from, to)) : store.move(from, to),
  };
}

function ioError(errno: string): ZarrStoreError {
  return new ZarrStoreError("io", `cannot move: ${errno}`, { found: errno });
}

/** A writer stages a claim and is killed; its transaction. */
async function killedBeforeClaim(world: SimulatedWriters): Promise<string> {
  let txid = "";
  const writer = await world.writer({ onStep: (step) => (step === "before-link" ? die() : undefined) });
  const attempt = writer.transact(async (transaction) => {
    ({ txid } = transaction);
    transaction.discard = () => Promise.resolve();
    await transaction.put(key("tables/a"), bytes("1"));
  });
  await expect(attempt).rejects.toThrow();
  world.kill(writer);
  return txid;
}
