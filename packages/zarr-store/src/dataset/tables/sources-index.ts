// Reads the ledger of ingested files, and makes it again where its file is lost.

import { isLostObject } from "../../commit/foreign/lost-object.ts";
import type { MergeableChange } from "../../commit/write/mergeable-change.ts";
import { parseTableName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { loadTableCode } from "./load-table-code.ts";
import { sourcesOf } from "./sources-of.ts";
import { SOURCES_TABLE, type SourceRow } from "./sources-table.ts";
import { readTableFiles, type TableObjects } from "./table-files.ts";

/** What the ledger is read through. */
export interface SourcesObjects extends TableObjects {
  /** Only a session of committed objects has one: there, a log vouches for the bytes. */
  readonly lastLook?: unknown;
  /** The rows of a ledger whose file is lost. Default: that is an error. */
  readonly sourcesAnew?: ((options: ReadOptions) => Promise<readonly SourceRow[]>) | undefined;
}

/** The rows in order of ingest; none if there is no ledger. @throws {ZarrStoreError} `schema_mismatch` */
export async function loadSources(
  objects: SourcesObjects,
  runtime: Pick<Runtime, "zstd">,
  options: ReadOptions,
): Promise<readonly SourceRow[]> {
  try {
    const files = await readTableFiles(objects, parseTableName(SOURCES_TABLE), options);
    return await sourcesOf(files, runtime, objects.lastLook !== undefined);
  } catch (error) {
    if (objects.sourcesAnew === undefined || !isLostObject(error)) {
      throw error;
    }
    return objects.sourcesAnew(options);
  }
}

/** The file to change in place of a lost one. */
export function sourcesIfLost(
  { sourcesAnew }: Pick<SourcesObjects, "sourcesAnew">,
  options: ReadOptions,
): MergeableChange["ifLost"] {
  return sourcesAnew && (async () => (await loadTableCode()).encodeSources(await sourcesAnew(options)));
}
