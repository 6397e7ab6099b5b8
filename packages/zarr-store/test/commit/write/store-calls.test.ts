import { afterAll, describe, expect, it } from "vitest";
import { countingStore, type StoreCounts } from "../../../src/testing/index.ts";
import {
  addLine,
  applyChanges,
  type Changes,
  deletionOf,
  record,
  type Writer,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

const IMAGES: Changes = Object.assign(
  {},
  ...Array.from({ length: 20 }, (_, index) =>
    record(`image-${index}`, { "analysis/metadata.json": "{}", "analysis/events.parquet": "rows" }),
  ),
);
const X = record("x", { "analysis/a.json": "a", "analysis/b.json": "b", "attachments/c": "c" });

const report: string[] = [];

/** What a commit costs in a session that has committed before, on a dataset where images and tables are. */
async function costOf(work: (writer: Writer) => Promise<unknown>): Promise<StoreCounts> {
  return withSimulatedWriters("memory", async (world) => {
    const setup = await world.writer();
    await setup.commit({ "zarr.json": "{}", "images/zarr.json": "{}", "tables/t": "zero\n", ...X });
    const counting = countingStore(world.store);
    const writer = await world.writer({ store: counting.store });
    await writer.commit({ "tables/first": "of the session" });
    counting.take();
    await work(writer);
    const counts = counting.take();
    expect((await world.auditAfterNextWriter()).problems).toEqual([]);
    return counts;
  });
}

/**
 * What is replaced or deleted of an image's analysis is kept: it is written to staging, looked for in the history, and renamed
 * into it, twice the first time, when the folder has to be made. It is flushed with the record: the file, its folder, and the root.
 */
const KEEPING = { calls: 3, makingFolder: 2, synced: 1, syncedFolders: 2 } as const;
/** What is replaced gets a second name, is read once more, and that name goes again. */
const HOLDING_CALLS = 3;
const REPLACED_CALLS = 24 + HOLDING_CALLS + KEEPING.calls + KEEPING.makingFolder;
const REPLACED_SYNCED = 8 + KEEPING.synced + KEEPING.syncedFolders;
/** What adds or removes a record looks whether another program's list in the root would hide that. */
const ROOT_CALLS = 1;
/** Two of the six are kept. One more call sees that the staging is still there. */
const DELETED_CALLS = 86 + 2 * KEEPING.calls + KEEPING.makingFolder + 1 + ROOT_CALLS;
const DELETED_SYNCED = 2 + 2 * KEEPING.synced + KEEPING.syncedFolders;

// Of one commit, four calls are due to the log that stays small: two of its three looks for newer records ask for a pack as well,
// the claim asks once more, and latest.json is written. A deletion looks for newer records more often.
describe("how often a commit asks the store", () => {
  it.each<readonly [string, number, number, (writer: Writer) => Promise<unknown>]>([
    ["nothing", 2, 0, (writer) => writer.commit({})],
    [
      "one small object, replaced",
      REPLACED_CALLS,
      REPLACED_SYNCED,
      (writer) => writer.commit({ "images/x/analysis/a.json": "a2" }),
    ],
    ["one small object, new", 27, 8, (writer) => writer.commit({ "images/x/analysis/new.json": "new" })],
    [
      "the merge of a table",
      25 + HOLDING_CALLS,
      6,
      (writer) => writer.transact(async (t) => addLine(t, "tables/t", "one")),
    ],
    [
      "the deletion of a record of six",
      DELETED_CALLS,
      DELETED_SYNCED,
      (writer) => writer.commit(deletionOf(X)),
    ],
    ["twenty images of five objects", 162 + ROOT_CALLS, 205, (writer) => writer.commit(IMAGES)],
  ])("%s: at most %i calls, %i flushed", async (name, calls, synced, work) => {
    const counts = await costOf(work);
    report.push(
      `${name}: ${counts.calls} calls, ${counts.synced} flushed ${JSON.stringify(counts.byMethod)}`,
    );
    expect(counts.calls).toBeLessThanOrEqual(calls);
    expect(counts.synced).toBeLessThanOrEqual(synced);
  });

  it("the paths of a record that a transaction makes are its own to tell; of another it looks for newer commits", async () => {
    const callsOf = async (group: string): Promise<number> =>
      withSimulatedWriters("memory", async (world) => {
        const counting = countingStore(world.store);
        const writer = await world.writer({ store: counting.store });
        let calls = 0;
        await writer.transact(async (transaction) => {
          await applyChanges(transaction, { "images/new/zarr.json": "{}", "images/new/a.json": "a" });
          counting.take();
          await transaction.paths(group);
          calls = counting.take().calls;
        });
        return calls;
      });
    expect(await callsOf("images/new")).toBe(0);
    expect(await callsOf("images/other")).toBe(1);
    expect(await callsOf("")).toBe(1);
  });

  it("a read is one call, and asks nothing else while nothing changes", async () => {
    const counts = await costOf((writer) => writer.read("images/x/analysis/a.json"));
    expect(counts.byMethod).toEqual({ get: 1 });
  });
});

afterAll(() => {
  console.log(report.join("\n"));
});
