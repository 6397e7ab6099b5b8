import { describe, expect, it } from "vitest";
import type { CommitStep } from "../../../src/commit/commit-context.ts";
import { collectGarbage, type GcReport } from "../../../src/commit/maintain/gc.ts";
import {
  key,
  MEDIA,
  type Medium,
  type SimulatedWriters,
  type WriterOptions,
  withSimulatedWriters,
} from "../../support/simulated-writers.ts";

/** Garbage is collected by one who takes everything in staging for abandoned, whatever lives. */
async function collectAll(world: SimulatedWriters): Promise<GcReport> {
  const { engine } = await world.second();
  return collectGarbage(engine, { dryRun: false, olderThanMs: -1 });
}

interface Paused {
  readonly runs: number;
  readonly gc: GcReport;
}

/** A writer stages two objects, garbage is collected at one moment of it, and it goes on. */
async function collectWhile(world: SimulatedWriters, at: CommitStep | "between two files"): Promise<Paused> {
  const reports: GcReport[] = [];
  const options: WriterOptions =
    at === "between two files"
      ? {}
      : {
          onStep: world.atStep(at, async () => {
            reports.push(await collectAll(world));
          }),
        };
  let runs = 0;
  const writer = await world.second(options);
  await writer.transact(async (transaction) => {
    runs++;
    await transaction.put(key("tables/a"), new TextEncoder().encode("1"));
    if (at === "between two files" && runs === 1) {
      reports.push(await collectAll(world));
    }
    await transaction.put(key("tables/deep/b"), new TextEncoder().encode("2"));
  });
  expect(world.failures).toEqual([]);
  expect([...world.unreached]).toEqual([]);
  return { runs, gc: reports[0]! };
}

describe.each<Medium>(MEDIA)("gc beside a writer that is slow, in %s", (medium) => {
  it.each(["between two files", "staged", "synced", "checked", "before-link"] as const)(
    "%s: the writer is fenced off, and runs again",
    async (at) => {
      await withSimulatedWriters(medium, async (world) => {
        await (await world.writer()).commit({ "tables/base": "0" });
        const { runs, gc } = await collectWhile(world, at);
        expect(gc.proposed).toHaveLength(1);
        expect(runs).toBe(2);
        const { objects, problems, foreign, records } = await world.auditAfterNextWriter();
        expect(problems).toEqual([]);
        expect(foreign).toEqual({});
        expect(objects).toMatchObject({ "tables/a": "1", "tables/deep/b": "2", "tables/base": "0" });
        expect(records.flatMap(({ abort }) => abort)).toEqual(gc.proposed.map(({ txid }) => txid));
      });
    },
  );

  it.each(["linked", "committed", "publish-put", "published"] as const)(
    "%s: what is committed stays, and is published",
    async (at) => {
      await withSimulatedWriters(medium, async (world) => {
        await (await world.writer()).commit({ "tables/base": "0" });
        const { runs, gc } = await collectWhile(world, at);
        expect(gc.proposed).toEqual([]);
        expect(runs).toBe(1);
        const { objects, problems, foreign, records } = await world.auditAfterNextWriter();
        expect(problems).toEqual([]);
        expect(foreign).toEqual({});
        expect(objects).toMatchObject({ "tables/a": "1", "tables/deep/b": "2", "tables/base": "0" });
        expect(records.flatMap(({ abort }) => abort)).toEqual([]);
      });
    },
  );
});
