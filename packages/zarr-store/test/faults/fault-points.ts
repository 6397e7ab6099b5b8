import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect } from "vitest";
import {
  isZarrStoreError,
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type Row,
  type Runtime,
  type TableSchema,
  type ZarrDataset,
} from "../../src/index.ts";
import { localStore } from "../../src/node/index.ts";
import { sha256, testRuntime } from "../support/test-runtime.ts";
import { editImages } from "./edit-images.ts";
import { type Errno, type FaultyFileSystem, faultyFileSystem } from "./faulty-file-system.ts";
import { quickFolder } from "./quick-folder.ts";

export const FAULTS = ["ENOSPC", "EIO", "EACCES", "abort"] as const;
export type Fault = (typeof FAULTS)[number];

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64" },
  ],
};
const rowsOf = (id: string, v: number): readonly Row[] => [{ image_id: id, v }];
const QC = "images/one/analysis/qc.json";
const HISTORY = "__history";
/** What a writer kept that died before its commit. */
const NOBODYS = new TextEncoder().encode("nobody's");
/** The writer whose calls fail, one that died before, and those that come before and after. */
const PIDS = { faulty: 1, dead: 2, setup: 3, next: 4, reader: 5 } as const;

export interface FaultyOperation {
  readonly name: string;
  /** What the folder is like before, beyond {@link makeTemplate}. */
  readonly prepare?: (root: string) => Promise<void>;
  readonly run: (dataset: ZarrDataset, signal: AbortSignal) => Promise<unknown>;
  /** Problems that are there already, by path. */
  readonly knownProblems?: readonly string[];
}

const IMAGE = {
  dtype: "uint16",
  shape: [4, 3],
  data: Uint16Array.from({ length: 12 }, (_, at) => at),
} as const;

export const OPERATIONS: readonly FaultyOperation[] = [
  {
    name: "an image in chunks",
    run: (dataset, signal) =>
      dataset.addImage(IMAGE, { id: "new", axes: ["t", "x"], chunks: [2, 3], summary: { n: 1 }, signal }),
  },
  {
    name: "an artifact of every kind",
    run: (dataset, signal) =>
      dataset.transaction(
        async (transaction) => {
          const record = transaction.record("one");
          await record.saveJson("qc", { passed: false });
          await record.saveParquet("more/events", rowsOf("one", 2), { schema: SCHEMA });
          await record.saveCsvGz("more/events", rowsOf("one", 3), { schema: SCHEMA });
          await record.saveArrayArtifact("mask", {
            dtype: "uint8",
            shape: [2],
            data: new Uint8Array([9, 9]),
          });
          await record.saveAttachment("header.txt", new TextEncoder().encode("a raw text"));
        },
        { signal },
      ),
  },
  {
    name: "the rows of an image in a table",
    run: (dataset, signal) =>
      dataset.replaceRowsForImageId("pooled", "two", rowsOf("two", 7), { schema: SCHEMA, signal }),
  },
  {
    name: "an undo",
    prepare: async (root) => {
      const dataset = await open(root, PIDS.setup);
      await dataset.transaction(async (transaction) => {
        await transaction.record("one").saveJson("qc", { passed: false });
        await transaction.record("two").saveJson("new", { is: "new" });
      });
      await dataset.close();
    },
    run: (dataset, signal) => dataset.past.undo({ signal }),
  },
  { name: "the deletion of an image", run: (dataset, signal) => dataset.deleteImage("one", { signal }) },
  {
    name: "the edit of several images and their scales",
    run: (dataset, signal) => editImages(dataset, ["one", "two"], { signal }),
  },
  { name: "the deletion of a table", run: (dataset, signal) => dataset.deleteTable("pooled", { signal }) },
  { name: "a checkpoint", run: (dataset, signal) => dataset.updateManifest({ signal }) },
  {
    name: "the adoption of an edited file",
    prepare: (root) => writeFile(join(root, QC), '{"passed": "by hand"}'),
    run: (dataset, signal) => dataset.adopt({ signal }),
    knownProblems: [QC],
  },
  {
    name: "the garbage of a dead writer",
    prepare: (root) => dieAt(root, "staged"),
    run: (dataset, signal) => dataset.gc({ dryRun: false, signal }),
  },
  {
    name: "the collection of what nothing names in the history",
    prepare: async (root) => {
      await mkdir(join(root, HISTORY), { recursive: true });
      await writeFile(join(root, HISTORY, sha256(NOBODYS)), NOBODYS);
    },
    run: (dataset, signal) => dataset.gc({ dryRun: false, historyOlderThanMs: 0, signal }),
  },
  {
    name: "the repair of a commit that is half in place",
    prepare: (root) => dieAt(root, "committed"),
    run: (dataset, signal) => dataset.repair({ signal }),
  },
];

export interface FaultTally {
  /** `operation, call, fault`, without duplicates. */
  readonly triples: Set<string>;
  /** What became of the operations. */
  readonly outcomes: Map<string, number>;
}

/** Fails every `every`-th call of an operation in turn, with each fault, and looks at what is left. */
export async function failEachCall(
  operation: FaultyOperation,
  { every }: { readonly every: number },
  tally: FaultTally,
): Promise<void> {
  const template = await makeTemplate(operation);
  try {
    const before = await snapshotOf(template, operation);
    const sound = await inCopy(template, async (root) => {
      const { calls } = await attempt(operation, root, () => undefined, undefined);
      return { calls: calls.length, after: await snapshotOf(root, { ...operation, knownProblems: [] }) };
    });
    expect(sound.calls, operation.name).toBeGreaterThan(5);
    for (const [index, fault] of FAULTS.entries()) {
      // Where not every call fails, each fault is met at other calls.
      for (
        let failing = Math.floor((index * every) / FAULTS.length);
        failing < sound.calls;
        failing += every
      ) {
        await inCopy(template, async (root) => {
          const where = `${operation.name}: ${fault} at call ${failing} of ${sound.calls}`;
          const outcome = await failOne(operation, root, fault, failing);
          const isWhole = "value" in outcome;
          const seen = await snapshotOf(root, operation);
          const acceptable = isWhole ? [sound.after] : [before, sound.after];
          expect(acceptable, where).toContainEqual(seen);
          await expectNextWriterWorks(root, operation, where);
          const what = isWhole
            ? "done"
            : seen.version === before.version
              ? "failed"
              : "failed, yet committed";
          tally.outcomes.set(what, (tally.outcomes.get(what) ?? 0) + 1);
          tally.triples.add(`${operation.name}, ${failing}, ${fault}`);
        });
      }
    }
  } finally {
    await rm(template, { recursive: true });
  }
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

async function failOne(
  operation: FaultyOperation,
  root: string,
  fault: Fault,
  failing: number,
): Promise<Outcome> {
  const controller = new AbortController();
  const faultOf = (index: number): Errno | undefined => {
    if (index === failing && fault === "abort") {
      controller.abort();
    }
    return index === failing && fault !== "abort" ? fault : undefined;
  };
  const { outcome } = await attempt(operation, root, faultOf, controller);
  if ("error" in outcome) {
    const { error } = outcome;
    const expected = fault === "abort" ? "aborted" : "io";
    expect(isZarrStoreError(error, expected), `${fault} at call ${failing}: ${String(error)}`).toBe(true);
  }
  return outcome;
}

/** Runs an operation; when it is over, so is every call that it made. */
async function attempt(
  operation: FaultyOperation,
  root: string,
  faultOf: (index: number) => Errno | undefined,
  controller: AbortController | undefined,
): Promise<{ readonly outcome: Outcome; readonly calls: FaultyFileSystem["calls"] }> {
  const files = faultyFileSystem(faultOf);
  const dataset = await open(root, PIDS.faulty, files);
  files.arm();
  const outcome: Outcome = await operation
    .run(dataset, (controller ?? new AbortController()).signal)
    .then((value) => ({ value }))
    .catch((error: unknown) => ({ error }));
  const settled = { active: files.active, calls: files.calls.length };
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(
    { active: settled.active, late: files.calls.slice(settled.calls) },
    `what goes on after ${operation.name} has settled`,
  ).toEqual({ active: 0, late: [] });
  files.disarm();
  return { outcome, calls: files.calls };
}

interface Snapshot {
  readonly version: number;
  readonly hashes: Readonly<Record<string, string>>;
  readonly tables: Readonly<Record<string, string>>;
}

/** What a reader who comes now is given, all of it read and compared with its hash. */
async function snapshotOf(
  root: string,
  { knownProblems = [] }: Pick<FaultyOperation, "knownProblems">,
): Promise<Snapshot> {
  const dataset = await openStore(await storeOfTree(root), PIDS.reader);
  const hashes: Record<string, string> = {};
  for (const id of await dataset.listImageIds()) {
    await dataset.record(id).loadArray();
    for (const [path, hash] of await dataset.record(id).objectHashes()) {
      hashes[`${id}/${path}`] = hash;
    }
  }
  const tables: Record<string, string> = {};
  for (const name of await dataset.listTableNames()) {
    tables[name] = sha256(await dataset.loadTableBytes(name));
  }
  const { problems } = await dataset.check();
  expect(problems.filter(({ path }) => !knownProblems.includes(path))).toEqual([]);
  return { version: dataset.version, hashes, tables };
}

async function expectNextWriterWorks(root: string, operation: FaultyOperation, where: string): Promise<void> {
  const next = await open(root, PIDS.next);
  await next.record("two").saveJson("next", { made: "by the next writer" });
  const left = await openStore(await storeOfTree(root), PIDS.reader);
  const { problems, notes } = await left.check();
  const unexpected = problems.filter(({ path }) => operation.knownProblems?.includes(path) !== true);
  expect(unexpected, where).toEqual([]);
  expect(
    notes.filter(({ kind }) => kind !== "staging" && kind !== "history"),
    where,
  ).toEqual([]);
}

/** Two images, artifacts and a table, in two commits and a checkpoint. */
async function makeTemplate({ prepare }: FaultyOperation): Promise<string> {
  const root = await mkdtemp(join(quickFolder(), "kym-faults-"));
  const dataset = await open(root, PIDS.setup);
  await dataset.transaction(async (transaction) => {
    const one = await transaction.addImage(IMAGE, { id: "one" });
    await one.saveJson("qc", { passed: true });
    await one.saveArrayArtifact("mask", { dtype: "uint8", shape: [2], data: new Uint8Array([7, 8]) });
    await transaction.addImage(IMAGE, { id: "two" });
    await transaction.saveTable("pooled", [...rowsOf("one", 1), ...rowsOf("two", 2)], { schema: SCHEMA });
  });
  await dataset.record("one").saveAttachment("notes.txt", new TextEncoder().encode("notes"));
  await dataset.updateManifest();
  await prepare?.(root);
  return root;
}

/** A writer that saves an artifact and is no more when it comes to the step. */
async function dieAt(root: string, at: "staged" | "committed"): Promise<void> {
  const died = Promise.withResolvers<void>();
  const dataset = await openDataset(localStore(root), {
    runtime: runtimeOf(PIDS.dead),
    onStep: (step) => {
      if (step !== at) {
        return undefined;
      }
      died.resolve();
      return new Promise<never>(() => undefined);
    },
  });
  void dataset.record("one").saveJson("late", { made: "by a writer that died" });
  await died.promise;
}

async function inCopy<T>(template: string, run: (root: string) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(quickFolder(), "kym-faults-"));
  try {
    cpSync(template, root, { recursive: true });
    return await run(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** What lies in a folder, in memory: it is looked at thousands of times. */
async function storeOfTree(root: string): Promise<KeyValueStore> {
  const store = memoryStore();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const key = parseStoreKey(relative(root, path));
    await (entry.isDirectory() ? store.makeDirectory(key) : store.put(key, readFileSync(path)));
  }
  return store;
}

async function open(root: string, pid: number, files?: FaultyFileSystem): Promise<ZarrDataset> {
  return openStore(localStore(root, files && { fileSystem: files.fileSystem }), pid);
}

/** What only looks, or only comes after, has nothing to flush. */
async function openStore(store: KeyValueStore, pid: number): Promise<ZarrDataset> {
  return openDataset(store, {
    durability: pid === PIDS.faulty ? "batched" : "none",
    // The lock of a writer that died, and whose takeover failed half way, names nobody.
    ...(pid === PIDS.next && { lock: { staleAfterMs: 50 } }),
    runtime: runtimeOf(pid),
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
}

/** Every writer but the one that runs is gone; the time is always the same, and so is every byte. */
function runtimeOf(pid: number): Runtime {
  const dead = new Set<number>(Object.values(PIDS).filter((other) => other !== pid));
  return { ...testRuntime({ pid, dead }), nowEpochMs: () => 1_760_000_000_000 };
}
