import { expect, it } from "vitest";
import { encodeCheckpoint } from "../../../src/commit/log/checkpoint.ts";
import { CHECKPOINT, commitKey, stagedRecordKey } from "../../../src/commit/records/control-keys.ts";
import {
  bytes,
  die,
  key,
  type SimulatedWriters,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

/** Four commits; returns the checkpoint of the second and of the fourth. */
async function fourCommits(
  world: SimulatedWriters,
): Promise<readonly [second: Uint8Array<ArrayBuffer>, fourth: Uint8Array<ArrayBuffer>]> {
  const writer = await world.writer();
  const checkpoints: Uint8Array<ArrayBuffer>[] = [];
  for (const value of ["1", "2", "3", "4"]) {
    await writer.commit({ [`tables/${value}`]: value, "tables/a": value });
    checkpoints.push((await encodeCheckpoint(writer.engine.log.head, new Map())).bytes);
  }
  return [checkpoints[1]!, checkpoints[3]!];
}

const FOUR = { "tables/1": "1", "tables/2": "2", "tables/3": "3", "tables/4": "4", "tables/a": "4" };

async function expectAllFour(world: SimulatedWriters): Promise<void> {
  const reader = await world.second();
  expect(reader.engine.log.head.version).toBe(4);
  for (const [path, value] of Object.entries(FOUR)) {
    expect(await reader.read(path)).toBe(value);
  }
}

it("a checkpoint that is older than the log is followed by the records since", async () => {
  await withSimulatedWriters("memory", async (world) => {
    const [second] = await fourCommits(world);
    await world.store.put(CHECKPOINT, second);
    await expectAllFour(world);
    const { objects, problems } = await world.auditAfterNextWriter();
    expect(problems).toEqual([]);
    expect(objects).toMatchObject(FOUR);
  });
});

it("a checkpoint that is cut off anywhere, or has a byte flipped, is not used", async () => {
  await withSimulatedWriters("memory", async (world) => {
    const [second] = await fourCommits(world);
    for (let length = 0; length < second.length; length++) {
      await world.store.put(CHECKPOINT, second.slice(0, length));
      await expectAllFour(world);
      await world.store.put(CHECKPOINT, second.with(length, second[length]! ^ 0x10));
      await expectAllFour(world);
    }
    expect((await world.auditAfterNextWriter()).problems).toEqual([]);
  });
});

it("nothing is built on a checkpoint that is newer than the log", async () => {
  await withSimulatedWriters("memory", async (world) => {
    const [, fourth] = await fourCommits(world);
    await world.store.put(CHECKPOINT, fourth);
    await world.store.remove(commitKey(4));
    const writer = await world.writer();
    await expect(writer.commit({ "tables/b": "5" })).rejects.toMatchObject({ code: "integrity" });
    expect(await world.store.get(commitKey(5))).toBeUndefined();
    expect(await world.store.get(commitKey(4))).toBeUndefined();
  });
});

it("a staged record of which half was written is no commit, and goes with its writer's staging", async () => {
  await withSimulatedWriters("memory", async (world) => {
    await fourCommits(world);
    const dying = await world.second({ onStep: world.atStep("before-link", die) });
    let txid = "";
    const commit = dying.transact(async (transaction) => {
      txid = transaction.txid;
      await transaction.put(key("tables/a"), bytes("5"));
    });
    // A killed process cleans nothing up; this one did, so what it left is put back, torn.
    await expect(commit).rejects.toThrow();
    await world.store.put(
      key(`__staging/${txid}/__owner.json`),
      bytes(JSON.stringify({ host: "here", pid: dying.pid, started: `start of ${dying.pid}`, txid })),
    );
    await world.store.put(key(`__staging/${txid}/tables/a`), bytes("5"));
    await world.store.put(stagedRecordKey(txid), bytes('{"v": 5, "txid": "4-'));
    world.kill(dying);
    await expectAllFour(world);
    const { objects, problems, records } = await world.auditAfterNextWriter();
    expect(problems).toEqual([]);
    expect(objects).toMatchObject(FOUR);
    expect(records.at(-1)?.abort).toEqual([txid]);
  });
});
