import { expect } from "vitest";
import { openDataset, parseStoreKey, type ZarrDataset } from "../../../src/index.ts";
import { problemsOf } from "../../dataset/maintain/maintained-dataset.ts";
import { TestClock, testRuntime } from "../../support/test-runtime.ts";
import { CrashDisk, type DataLoss } from "./crash-disk.ts";
import { fillDataset, OPERATIONS, type Operation, ROWS_SCHEMA } from "./crash-workload.ts";
import { readEverything } from "./read-everything.ts";

type Values = Readonly<Record<string, unknown>>;

/** How many of the latest events that are not lasting are lost alone, and in pairs. */
const LOST_ALONE = 6;
const LOST_IN_PAIRS = 3;

const DEAD: ReadonlySet<number> = new Set([1, 2, 7]);

/**
 * Runs each operation of the public API in turn on one disk, and cuts the power before every `step`-th event. Of what
 * was not flushed, the cut loses nothing, all, all but the last, each of the latest, or pairs of them; bytes are torn
 * or missing. Each distinct state is read, written by another writer, repaired and checked.
 *
 * @returns the number of distinct states
 */
export async function cutThePower(
  step: number,
): Promise<{ readonly states: number; readonly events: number }> {
  const { disk, valuesOf } = await recordWorkload();
  const seen = new Set<string>();
  for (let end = 0; end <= disk.events.length; end += step) {
    const acknowledged = disk.events
      .slice(0, end)
      .reduce((version, event) => (event.kind === "acknowledged" ? event.version : version), 0);
    for (const { lost, loss } of lossesOf(disk.pending(end))) {
      const clock = new TestClock();
      const { store, image } = await disk.cut(end, new Set(lost), loss, clock.look);
      const state = `${acknowledged} ${image}`;
      if (seen.has(state)) {
        continue;
      }
      seen.add(state);
      const lostEvents = lost.map((at) => `${at} ${describeEvent(disk, at)}`).join(", ");
      const where = `cut before event ${end} (${describeEvent(disk, end)}), lost ${lostEvents}; data ${loss}`;
      const open = (pid: number): Promise<ZarrDataset> =>
        openDataset(store, { runtime: testRuntime({ pid, clock, dead: DEAD }) });
      await assertRecovers(open, acknowledged, valuesOf, where).catch((error: unknown) => {
        throw new Error(`${where}: ${String(error)}`, { cause: error });
      });
    }
  }
  return { states: seen.size, events: disk.events.length };
}

async function assertRecovers(
  open: (pid: number) => Promise<ZarrDataset>,
  acknowledged: number,
  valuesOf: ReadonlyMap<number, Values>,
  where: string,
): Promise<void> {
  const reader = await open(10);
  const { version } = reader;
  expect(version, where).toBeGreaterThanOrEqual(acknowledged);
  const values = valuesOf.get(version);
  expect(await readEverything(reader), where).toEqual(values);
  const writer = await open(11);
  await writer.saveTable("after", [{ image_id: "one", v: 1 }], { schema: ROWS_SCHEMA });
  expect(writer.version, where).toBe(version + 1);
  await writer.repair();
  const after = await open(12);
  // A file that another program wrote and nobody has adopted yet is not ours.
  const problems = problemsOf(await after.check()).filter(
    (problem) => !problem.startsWith("unknown images/two/analysis/new.json "),
  );
  expect(problems, where).toEqual([]);
  const { "table after": table, ...others } = await readEverything(after);
  expect(table, where).toBeDefined();
  expect(others, where).toEqual(values);
}

function* lossesOf(
  pending: readonly number[],
): Iterable<{ readonly lost: readonly number[]; readonly loss: DataLoss }> {
  const latest = pending.slice(-LOST_ALONE);
  const paired = pending.slice(-LOST_IN_PAIRS);
  const lists = [
    [],
    pending,
    pending.slice(0, -1),
    ...latest.map((at) => [at]),
    ...paired.flatMap((at, index) => paired.slice(index + 1).map((other) => [at, other])),
  ];
  for (const lost of lists) {
    yield { lost, loss: "none" };
  }
  yield { lost: [], loss: "torn" };
  yield { lost: [], loss: "empty" };
}

/** Every operation once, on one disk; what is there at each version. */
async function recordWorkload(): Promise<{
  readonly disk: CrashDisk;
  readonly valuesOf: ReadonlyMap<number, Values>;
}> {
  const clock = new TestClock();
  const disk = new CrashDisk(clock.look);
  const dataset = await openDataset(disk.store, { runtime: testRuntime({ clock, dead: DEAD }) });
  const valuesOf = new Map<number, Values>([[0, {}]]);
  const acknowledge = async (): Promise<void> => {
    disk.events.push({ kind: "acknowledged", version: dataset.version });
    valuesOf.set(dataset.version, await readEverything(dataset));
  };
  await fillDataset(dataset, acknowledge);
  for (const { name, prepare, run } of workload()) {
    if (name === "adopt") {
      await disk.store.put(parseStoreKey("images/two/analysis/new.json"), new TextEncoder().encode("{}"));
    } else {
      await prepare?.(disk.store);
    }
    await run(dataset);
    await acknowledge();
  }
  return { disk, valuesOf };
}

/** All but the repair, with the deletion of the image last, and the image again after it. */
function workload(): readonly Operation[] {
  const isLast = ({ name }: Operation): boolean => name === "delete an image";
  const again: Operation = {
    name: "add the image again",
    run: (dataset) =>
      dataset.addImage({ dtype: "uint8", shape: [1, 2], data: new Uint8Array([8, 9]) }, { id: "one" }),
  };
  const others = OPERATIONS.filter((operation) => operation.name !== "repair" && !isLast(operation));
  return [...others, ...OPERATIONS.filter(isLast), again];
}

function describeEvent(disk: CrashDisk, at: number): string {
  const event = disk.events[at];
  if (event === undefined) {
    return "the end";
  }
  if (event.kind === "sync" || event.kind === "acknowledged") {
    return event.kind;
  }
  return event.kind === "move" ? `move ${event.from} to ${event.key}` : `${event.kind} ${event.key}`;
}
