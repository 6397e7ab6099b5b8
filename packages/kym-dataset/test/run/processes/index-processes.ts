/** Processes that edit and index one dataset at the same time. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect } from "vitest";
import { KymDataset, velocityEventIndexer } from "../../../src/index.ts";
import { addAnalysedImage } from "../../support/image-fixture.ts";
import { runIndexWorker } from "./run-index-worker.ts";

const IDS = ["a", "b", "c", "d"];
const TABLE = "kym_velocity_events";

async function inStudy(run: (folder: string) => Promise<void>): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "kym-index-"));
  try {
    const folder = join(work, "study.zarr");
    {
      await using dataset = await openLocalDataset(folder, { durability: "none" });
      for (const [index, id] of IDS.entries()) {
        await addAnalysedImage(dataset, id, index);
      }
    }
    await run(folder);
  } finally {
    await rm(work, { recursive: true });
  }
}

/** Two processes index for the first time at once: the tables are those of one of them. */
export async function checkFirstIndex(): Promise<void> {
  await inStudy(async (folder) => {
    const task = { folder, imageIds: [], rounds: 1, firstScore: 0, mode: "incremental" } as const;
    const reports = await Promise.all([runIndexWorker(task), runIndexWorker(task)]);
    expect(reports.map(({ updated }) => updated).every((updated) => updated === 0 || updated === 4)).toBe(
      true,
    );
    await using dataset = await openLocalDataset(folder, { durability: "none" });
    await expectOfOneRun(dataset);
  });
}

/** Two processes edit two images each and index, `rounds` times: the tables hold the last edit of every image. */
export async function checkEditsAndIndexes(mode: "incremental" | "replace", rounds: number): Promise<void> {
  await inStudy(async (folder) => {
    const task = { folder, rounds, mode } as const;
    await Promise.all([
      runIndexWorker({ ...task, imageIds: ["a", "b"], firstScore: 1000 }),
      runIndexWorker({ ...task, imageIds: ["c", "d"], firstScore: 2000 }),
    ]);
    await using dataset = await openLocalDataset(folder, { durability: "none" });
    const last = (first: number): readonly number[] => [first + 2 * rounds - 2, first + 2 * rounds - 1];
    const [a, b, c, d] = [...last(1000), ...last(2000)];
    expect(await scoresIn(dataset)).toEqual({ a, b, c, d });
    await expectOfOneRun(dataset);
  });
}

async function scoresIn(dataset: ZarrDataset): Promise<Readonly<Record<string, unknown>>> {
  const rows: readonly Row[] = [...rowsOf(await dataset.loadTable(TABLE))];
  return Object.fromEntries(rows.map((row) => [row["image_id"], row["score"]]));
}

/** Nothing is stale, and a rebuild of both tables gives the same bytes and the same ledger but for its times. */
async function expectOfOneRun(dataset: ZarrDataset): Promise<void> {
  const kym = new KymDataset(dataset);
  const run = await kym.updateIndex(velocityEventIndexer, { mode: "incremental" });
  expect(run).toMatchObject({ updated: 0, skipped: IDS.length, committed: false });
  const state = async (): Promise<unknown> => [
    await dataset.loadTableBytes(TABLE),
    [...rowsOf(await dataset.loadTable(`${TABLE}_runs`))].map(({ indexed_epoch_ns: _time, ...rest }) => rest),
  ];
  const before = await state();
  await dataset.deleteTable(TABLE);
  await dataset.deleteTable(`${TABLE}_runs`);
  await kym.updateIndex(velocityEventIndexer);
  expect(await state()).toEqual(before);
}
