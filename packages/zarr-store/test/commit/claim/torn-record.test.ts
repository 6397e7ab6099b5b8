import { constants } from "node:fs";
import * as fsPromises from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { checkStore } from "../../../src/commit/maintain/check.ts";
import { repairStore } from "../../../src/commit/maintain/repair.ts";
import { decodeCommitRecord, encodeCommitRecord } from "../../../src/commit/records/commit-record.ts";
import {
  commitKey,
  heldRecordKey,
  stagedAloneKey,
  stagedKey,
  stagedRecordKey,
  stagingOf,
} from "../../../src/commit/records/control-keys.ts";
import { isTornRecord } from "../../../src/commit/records/torn-record.ts";
import { isTornCopy } from "../../../src/commit/torn-copy.ts";
import { DATASET_CONTENT_RULES } from "../../../src/dataset/maintain/dataset-content-rules.ts";
import type { StoreKey } from "../../../src/store/store-key.ts";
import { auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import {
  applyChanges,
  bytes,
  die,
  key,
  MEDIA,
  type Medium,
  SimulatedWriters,
  text,
  type Writer,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";
import { sha256, TestClock, testRuntime } from "../../support/test-runtime.ts";
import { localStoreWithoutLinks } from "../../support/without-hard-links.ts";

type Tear = (whole: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

const TEARS: Readonly<Record<string, Tear>> = {
  "no bytes": () => new Uint8Array(),
  "its first bytes": (whole) => whole.slice(0, 40),
  "all but its last byte": (whole) => whole.slice(0, -1),
  "its bytes up to a brace that closes something else": (whole) => {
    const end = text(whole)?.indexOf("\n },\n") ?? 0;
    return whole.slice(0, end + 3);
  },
  "zeros at its end": (whole) => {
    const torn = whole.slice();
    torn.fill(0, 60);
    return torn;
  },
  "zeros only": (whole) => new Uint8Array(whole.length),
};

/** Version 2 is committed and not published; its writer is dead. */
interface Killed {
  readonly txid: string;
  readonly writer: Writer;
  readonly record: Uint8Array<ArrayBuffer>;
}

/** A writer is killed after its claim, and its record is cut off as a crash would leave it. */
async function killTorn(world: SimulatedWriters, tear: Tear): Promise<Killed> {
  await (await world.writer()).commit({ "tables/base": "0" });
  let txid = "";
  const writer = await world.writer({ onStep: (step) => (step === "committed" ? die() : undefined) });
  await writer.transact(async (transaction) => {
    ({ txid } = transaction);
    await applyChanges(transaction, { "tables/a": "1", "tables/base": null });
  });
  world.kill(writer);
  const key = await recordKey(world, 2);
  const record = (await world.store.get(key))!;
  await replace(world, key, tear(record));
  return { txid, writer, record };
}

async function recordKey({ store }: SimulatedWriters, version: number): Promise<StoreKey> {
  const kind = (await store.stat(commitKey(version)))?.kind;
  return kind === "directory" ? heldRecordKey(version) : commitKey(version);
}

/** Not in place: the record may be one file with the staged one. */
async function replace(
  { store }: SimulatedWriters,
  key: StoreKey,
  value: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await store.remove(key);
  await store.put(key, value);
}

describe.each<Medium>(MEDIA)("a last record that is cut off, in %s,", (medium) => {
  describe.each(Object.entries(TEARS))("to %s", (_what, tear) => {
    it("is not there yet for a reader, without a warning", async () => {
      await withSimulatedWriters(medium, async (world) => {
        await killTorn(world, tear);
        const reader = await world.writer();
        expect([reader.engine.log.head.version, reader.log.warnings]).toEqual([1, []]);
        expect(await reader.read("tables/base")).toBe("0");
        expect(await reader.read("tables/a")).toBeUndefined();
      });
    });

    it("is finished by the next writer from what is staged", async () => {
      await withSimulatedWriters(medium, async (world) => {
        const { record, txid } = await killTorn(world, tear);
        const next = await world.writer();
        expect(await next.commit({ "tables/b": "2" })).toMatchObject({ version: 3 });
        expect(text(await world.store.get(await recordKey(world, 2)))).toBe(text(record));
        expect(next.log.warnings).toEqual([
          `commit record 2 was cut off and is whole again, from ${stagedRecordKey(txid)}`,
        ]);
        const { problems, objects, obstacles } = await world.auditAfterNextWriter();
        expect([problems, obstacles]).toEqual([[], {}]);
        expect(objects).toMatchObject({ "tables/a": "1", "tables/b": "2" });
        expect(objects).not.toHaveProperty("tables/base");
      });
    });
  });

  const CANNOT_FINISH: Readonly<Record<string, (world: SimulatedWriters, killed: Killed) => Promise<void>>> =
    {
      "nothing is staged": async ({ store }, { txid }) => {
        for (const file of [stagedRecordKey(txid), stagedAloneKey(txid, key("tables/a"))]) {
          await store.remove(file);
        }
        await store.remove(stagedKey(txid, "__owner.json"));
        await store.remove(stagingOf(txid));
      },
      "the staged record is cut off as well": (world, { txid }) =>
        replace(world, stagedRecordKey(txid), bytes('{\n "format": 2')),
      "the staged record follows another one": async (world, { txid, record }) => {
        const other = { ...(await decodeCommitRecord(record, 2, sha256)), parentSha256: "0".repeat(64) };
        await replace(world, stagedRecordKey(txid), (await encodeCommitRecord(other, sha256)).bytes);
      },
      "a staged file is damaged": (world, { txid }) =>
        replace(world, stagedAloneKey(txid, key("tables/a")), bytes("torn")),
    };

  it.each(Object.entries(CANNOT_FINISH))(
    "is set aside and named if %s, and the next writer goes on",
    async (_what, spoil) => {
      await withSimulatedWriters(medium, async (world) => {
        const killed = await killTorn(world, (whole) => whole.slice(0, 40));
        await spoil(world, killed);
        const next = await world.writer();
        expect(await next.commit({ "tables/b": "2" })).toMatchObject({ version: 2 });
        const warned = next.log.warnings.find((warning) => warning.includes("commit record 2 was cut off"));
        expect(warned).toMatch(
          /no staged record fits: it was not committed, and is kept as __staging\/obstacle-/,
        );
        const { problems, objects, obstacles } = await world.auditAfterNextWriter();
        expect(problems).toEqual([]);
        expect(objects).toMatchObject({ "tables/base": "0", "tables/b": "2" });
        expect(Object.values(obstacles)).toEqual([text(killed.record.slice(0, 40))]);
      });
    },
  );

  it.each([true, false])(
    "is finished once if the records of two writers fit, both dead: %s",
    async (isOtherDead) => {
      await withSimulatedWriters(medium, async (world) => {
        await killTorn(world, () => new Uint8Array());
        const record = await recordKey(world, 2);
        const torn = (await world.store.get(record))!;
        // Another writer had staged version 2 before it was killed.
        await world.store.remove(record);
        await world.store.remove(commitKey(2));
        const other = await world.second({ onStep: (step) => (step === "before-link" ? die() : undefined) });
        const attempt = other.transact(async (transaction) => {
          transaction.discard = () => Promise.resolve();
          await applyChanges(transaction, { "tables/c": "3" });
        });
        await expect(attempt).rejects.toThrow();
        if (isOtherDead) {
          world.kill(other);
        }
        await world.store.put(record, torn);
        const next = await world.writer();
        expect(await next.commit({ "tables/b": "2" })).toMatchObject({ version: 3 });
        const { problems, objects, obstacles, version } = await world.auditAfterNextWriter();
        expect([problems, obstacles, version]).toEqual([[], {}, 4]);
        expect(objects).toHaveProperty("tables/b", "2");
        const finished = ["tables/a", "tables/c"].filter((path) => path in objects);
        expect(finished).toEqual(isOtherDead ? [expect.any(String)] : ["tables/c"]);
      });
    },
  );

  it("is noted by check, and settled by repair", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await killTorn(world, (whole) => whole.slice(0, 40));
      const parts = { store: world.store, runtime: testRuntime(), rules: DATASET_CONTENT_RULES };
      const { problems, notes, version } = await checkStore(parts, { level: "structure" });
      expect([problems, version]).toEqual([[], 1]);
      expect(notes).toContainEqual({
        kind: "torn",
        path: commitKey(2),
        message: "commit record 2 is cut off; the next writer finishes it or sets it aside",
      });
      const { engine } = await world.writer();
      const { actions } = await repairStore(engine, DATASET_CONTENT_RULES);
      expect(actions).toContainEqual({ kind: "settled_record", path: commitKey(2) });
      const { problems: left, version: repaired } = await auditStore(world.store);
      expect([left, repaired]).toEqual([[], 2]);
    });
  });

  it("is damage if it ends whole but has another byte, and nothing is written", async () => {
    await withSimulatedWriters(medium, async (world) => {
      await killTorn(world, (whole) => whole.with(30, 0x21));
      const next = await world.writer();
      await expect(next.commit({ "tables/b": "2" })).rejects.toMatchObject({ code: "integrity" });
      expect(next.log.warnings).toHaveLength(1);
    });
  });

  it("is damage if a record comes after it", async () => {
    await withSimulatedWriters(medium, async (world) => {
      const setup = await world.writer();
      for (const value of ["1", "2", "3"]) {
        await setup.commit({ "tables/a": value });
      }
      await replace(world, await recordKey(world, 2), new Uint8Array());
      const next = await world.writer();
      await expect(next.commit({ "tables/b": "2" })).rejects.toMatchObject({ code: "integrity" });
    });
  });
});

describe("a writer that sleeps while it creates record 1 without hard links", () => {
  it.each(["before its first byte", "in the middle"])(
    "%s: its commit is finished by another, once",
    async (when) => {
      await inFolder(async (root) => {
        const clock = new TestClock();
        const world = new SimulatedWriters(localStoreWithoutLinks(root), clock);
        let isAsleep = false;
        const sleep = async (): Promise<void> => {
          isAsleep = true;
          await (await world.second()).commit({ "tables/b": "2" });
        };
        const open: typeof fsPromises.open = async (path, flags, mode) => {
          const file = await fsPromises.open(path, flags, mode);
          const isClaim = String(path).includes("__commits") && (Number(flags) & constants.O_EXCL) !== 0;
          if (!isClaim || isAsleep) {
            return file;
          }
          if (when === "before its first byte") {
            await sleep();
            return file;
          }
          const write = file.write.bind(file) as (
            data: Uint8Array,
            from: number,
            length: number,
          ) => Promise<{ bytesWritten: number }>;
          return Object.assign(file, {
            write: async (data: Uint8Array, from: number, length: number) => {
              if (isAsleep) {
                return write(data, from, length);
              }
              const part = await write(data, from, 20);
              await sleep();
              return part;
            },
          });
        };
        const sleeper = await world.second({ store: localStoreWithoutLinks(root, { open }) });
        const commit = await sleeper.commit({ "tables/a": "1" });
        expect([isAsleep, commit.version, commit.committed]).toEqual([true, 1, true]);
        const { problems, objects, version } = await world.auditAfterNextWriter();
        expect([problems, version]).toEqual([[], 3]);
        expect(objects).toMatchObject({ "tables/a": "1", "tables/b": "2" });
      });
    },
  );
});

describe("what is torn", () => {
  it("is told by the end of a record: a closing brace alone in its line", () => {
    expect(isTornRecord(bytes('{\n "a": 1\n}\n'))).toBe(false);
    for (const end of ["", "}", "}\n", '{\n "a": 1\n}', '{\n "a": {\n }\n', '{\n "a": 1\n}\n\0']) {
      expect([end, isTornRecord(bytes(end))]).toEqual([end, true]);
    }
  });

  it("is a copy that is the beginning of the whole, perhaps with zeros after it, and not all of it", () => {
    const whole = bytes("whole");
    for (const copy of ["", "wh", "wh\0", "\0\0\0\0\0"]) {
      expect([copy, isTornCopy(bytes(copy), whole)]).toEqual([copy, true]);
    }
    for (const other of ["whole", "whale", "wholesome", "ho", "wh\0le"]) {
      expect([other, isTornCopy(bytes(other), whole)]).toEqual([other, false]);
    }
  });
});
