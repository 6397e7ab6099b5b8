import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import type { Summarize } from "../../src/dataset/session/object-session.ts";
import { memoryStore } from "../../src/index.ts";
import { parseLossless, plainValue } from "../../src/json/lossless-json.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { parseStoreKey } from "../../src/store/store-key.ts";

/** What `truth.json` says, integers beyond 2^53 as bigint. */
export interface Truth {
  readonly images: Readonly<Record<string, TruthImage>>;
  readonly tables: Readonly<Record<string, TruthTable>>;
  readonly hashes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly record_order_by_acquired: readonly string[];
}

interface TruthImage {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sum: number;
  readonly note: string;
  readonly array_artifacts: readonly string[];
}

interface TruthTable {
  readonly rows: number;
  /** pandas' dtypes. */
  readonly columns: Readonly<Record<string, string>>;
  readonly records: readonly Readonly<Record<string, unknown>>[];
}

/** `python_v1`, or undefined where it is absent, said aloud. */
export const PYTHON_V1: string | undefined = findSharedData("python_v1");

export function readTruth(folder: string): Truth {
  return plainValue(parseLossless(readFileSync(join(folder, "truth.json"), "utf8"))) as Truth;
}

/** The time of acquisition, which the Python system keeps in the metadata. */
export const summarizeAcquisition: Summarize = (text) => {
  const { header } = plainValue(parseLossless(text)) as { header: Record<string, bigint> };
  return { acquired: header["acquired_local_epoch_ns"] ?? null };
};

/** The files of a folder in memory; `nowEpochMs` is the clock of the store. */
export async function inMemory(folder: string, nowEpochMs?: () => number): Promise<KeyValueStore> {
  const store = memoryStore(nowEpochMs && { nowEpochMs });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      await store.put(parseStoreKey(path.slice(folder.length + 1)), readFileSync(path));
    }
  }
  return store;
}
