// An index of 10 000 images beside reading the same small files, or the finished tables, plainly.

import { join } from "node:path";
import { KymDataset, radonIndexer, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import type { Goal, SideSamples } from "../goals/goal.ts";
import { runSides, type Side, side } from "../goals/run-sides.ts";
import { ROWS_AN_IMAGE, saveEventsOf } from "../inputs/index-study.ts";
import { replaceIndexes, updateIndexes, writeStudy } from "../measures/index-dataset.ts";
import type { Room, RoomPlace } from "./room.ts";

const COUNTS = { full: 10_000, short: 1000 };
const OURS = {
  ...{ KymDataset, createNdArray, openLocalDataset, radonIndexer, summarizeMetadata, velocityEventIndexer },
};
const TABLES = [velocityEventIndexer.tableName, radonIndexer.tableName];
const LIBRARIES = ["polars", "DuckDB", "pyarrow.dataset"] as const;
const EVENTS_GLOB = "images/*/analysis/velocity_events/events.parquet";
const CHANGED = 7;

const FULL = "ours, index from nothing";
const NOTHING = "ours, nothing changed, dataset open";
const AFTER = "ours, nothing changed, after a table was written again";
const ONE = "ours, one image changed, dataset open";
const BOTH = "reading both tables";
const EVENTS = "reading the events table";

export const indexRoom: Room = {
  name: "index",
  title: "Index of 10 000 images with ten rows in each of two tables",
  rounds: 5,
  goals: ({ isShort }) => goalsOf(isShort ? COUNTS.short : COUNTS.full),
  measure,
};

function goalsOf(count: number): readonly Goal[] {
  const rows = 2 * count * ROWS_AN_IMAGE;
  return [
    {
      id: "index.full.row",
      what: "index from nothing, a row",
      subject: FULL,
      bound: { kind: "alone", atMost: 48, unit: "µs", divideBy: rows / 1000 },
    },
    ...LIBRARIES.map(
      (library): Goal => ({
        id: `index.full.${library.replace("pyarrow.dataset", "pyarrow")}`,
        what: "index from nothing, both tables, beside reading the files of one",
        subject: FULL,
        peer: library,
        bound: { kind: "beside" },
      }),
    ),
    {
      id: "index.full.before",
      what: "index from nothing, beside the build of before",
      subject: FULL,
      peer: "the build of before",
      bound: { kind: "as fast", atLeast: 3 },
      notMeasured: "`bench:index --against COMMIT` measures it",
    },
    {
      id: "index.nothing",
      what: "index, nothing changed, dataset open",
      subject: NOTHING,
      peer: BOTH,
      bound: { kind: "times", atMost: 1.5 },
    },
    {
      id: "index.after",
      what: "index, nothing changed, the first after a table was written again",
      subject: AFTER,
      peer: BOTH,
      bound: { kind: "beside" },
    },
    {
      id: "index.one",
      what: "index, one image changed, its edit included, dataset open",
      subject: ONE,
      peer: EVENTS,
      bound: { kind: "times", atMost: 5 },
      words: `By CPU, the least of 5 and of 14 rounds was 5.4 × and 4.9 ×: 214 ms beside 44 ms. Reading both files of the table, and writing
  both with all their rows, is in it.`,
    },
  ];
}

async function measure({ memory, rounds, isShort, python, note }: RoomPlace): Promise<SideSamples> {
  const count = isShort ? COUNTS.short : COUNTS.full;
  const location = join(memory, "study.zarr");
  await writeStudy(OURS, location, count);
  note(`${count} images, ${ROWS_AN_IMAGE} rows an image in each of two tables.`);
  const inSession = async <T>(run: (kym: KymDataset) => Promise<T>): Promise<T> => {
    await using dataset = await openLocalDataset(location, {
      summarize: summarizeMetadata,
      durability: "none",
    });
    return run(new KymDataset(dataset));
  };
  const first = await inSession((kym) => updateIndexes(OURS, kym));
  if (first.some((updated) => updated !== count)) {
    throw new Error(`the first index updated ${first.join(" and ")} images, expected ${count}`);
  }
  const libraries: readonly Side[] = LIBRARIES.map((library) => ({
    name: library,
    run: async () => {
      const sample = await python?.ask("tables", [library, location, EVENTS_GLOB]);
      if (sample !== undefined && Number(sample.digest) !== count * ROWS_AN_IMAGE) {
        throw new Error(`${library} reads ${sample.digest} rows`);
      }
      return sample;
    },
  }));
  const full = await runSides(
    Math.min(rounds, 3),
    [
      side(FULL, () => inSession((kym) => replaceIndexes(OURS, kym))),
      ...(python === undefined ? [] : libraries),
    ],
    { warmUps: isShort ? 1 : 0 },
  );
  await using reader = await openLocalDataset(location, { mode: "r" });
  await using kept = await openLocalDataset(location, { durability: "none" });
  const session = new KymDataset(kept);
  let seed = 0;
  const quick = await runSides(rounds, [
    side(AFTER, () => updateIndexes(OURS, session)),
    side(NOTHING, () => updateIndexes(OURS, session)),
    side(BOTH, async () => {
      for (const name of TABLES) {
        await reader.loadTable(name);
      }
    }),
    side(ONE, async () => {
      seed++;
      await saveEventsOf(kept, CHANGED, seed);
      const { updated } = await session.updateIndex(velocityEventIndexer, { mode: "incremental" });
      if (updated !== 1) {
        throw new Error(`one image changed, and ${updated} were indexed`);
      }
    }),
    side(EVENTS, () => reader.loadTable(velocityEventIndexer.tableName)),
  ]);
  return new Map([...full, ...quick]);
}
