import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type CheckReport,
  type KeyValueStore,
  memoryStore,
  type OpenDatasetOptions,
  openDataset,
  parseStoreKey,
  type TableSchema,
  type ZarrDataset,
} from "../../../src/index.ts";
import { localStore } from "../../../src/node/index.ts";
import type { Medium } from "../../support/simulated-writers.ts";
import { TestClock, testRuntime } from "../../support/test-runtime.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64" },
  ],
};

/** A dataset of every kind of object, and writers that can die. */
export interface Maintained {
  readonly store: KeyValueStore;
  readonly clock: TestClock;
  readonly dataset: ZarrDataset;
  readonly kill: (pid: number) => void;
  readonly open: (pid: number, options?: OpenDatasetOptions) => Promise<ZarrDataset>;
  readonly put: (path: string, value: string | Uint8Array) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  readonly text: (path: string) => Promise<string | undefined>;
}

export async function inMaintained<T>(medium: Medium, run: (at: Maintained) => Promise<T>): Promise<T> {
  const clock = new TestClock();
  if (medium === "memory") {
    return run(await fill(memoryStore({ nowEpochMs: clock.look }), clock));
  }
  const root = await mkdtemp(join(tmpdir(), "kym-check-"));
  try {
    return await run(await fill(localStore(root), clock));
  } finally {
    await rm(root, { recursive: true });
  }
}

async function fill(store: KeyValueStore, clock: TestClock): Promise<Maintained> {
  const dead = new Set<number>();
  const open: Maintained["open"] = (pid, options = {}) =>
    openDataset(store, {
      durability: "none",
      runtime: testRuntime({ clock, pid, dead }),
      summarize: (text) => ({ length: text.length }),
      ...options,
    });
  const dataset = await open(1);
  const record = await dataset.addImage(
    { dtype: "uint8", shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 6]) },
    { id: "one" },
  );
  await record.saveJson("metadata", { a: 1 });
  await record.saveJson("qc", { passed: true });
  await record.saveParquet("events", [{ image_id: "one", v: 1.5 }], { schema: SCHEMA });
  await record.saveCsvGz("events", [{ image_id: "one", v: 1.5 }], { schema: SCHEMA });
  await record.saveArrayArtifact("mask", { dtype: "uint8", shape: [2], data: new Uint8Array([7, 8]) });
  await record.saveAttachment("notes.txt", new TextEncoder().encode("kept unchanged"));
  await dataset.saveTable("pooled", [{ image_id: "one", v: 2.5 }], { schema: SCHEMA });
  return {
    store,
    clock,
    dataset,
    open,
    kill: (pid) => void dead.add(pid),
    put: (path, value) =>
      store.put(parseStoreKey(path), typeof value === "string" ? new TextEncoder().encode(value) : value),
    remove: async (path) => void (await store.remove(parseStoreKey(path))),
    text: async (path) => {
      const bytes = await store.get(parseStoreKey(path));
      return bytes && new TextDecoder().decode(bytes);
    },
  };
}

/** What a report says, one word and a path a line. */
export function problemsOf({ problems }: Pick<CheckReport, "problems">): readonly string[] {
  return problems.map(({ kind, path, remedy }) => `${kind} ${path} → ${remedy}`);
}

export function notesOf({ notes }: Pick<CheckReport, "notes">): readonly string[] {
  return notes.map(({ kind, path }) => `${kind} ${path}`);
}
