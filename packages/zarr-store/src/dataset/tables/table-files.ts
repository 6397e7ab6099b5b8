// Reads the files of a pooled table: its one file, or its parts, all of them as of one version.

import { isLostObject } from "../../commit/foreign/lost-object.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import type { TableName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import type { ParquetFile } from "../../table/parquet/parquet-parts.ts";
import { isTablePart, tablePath } from "../layout.ts";
import { loadTableCode } from "./load-table-code.ts";

/** What is needed to read the files of a table. */
export interface TableObjects {
  readonly runtime: Pick<Runtime, "sha256">;
  read(path: StoreKey, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer> | undefined>;
  paths(group: string): Promise<readonly StoreKey[]>;
  hashes(group: string): Promise<ReadonlyMap<string, string>>;
}

/** How tables are read whose file may be lost. */
export interface TableFileOptions extends ReadOptions {
  /**
   * What a table counts as whose file is lost: missing, damaged, or changed by another program. `absent` takes it for no table. It
   * is said as a warning; a commit that makes the table again keeps what stands in its place aside. Default: that is an error.
   */
  readonly ifLost?: "absent" | undefined;
}

/** How often a reader begins again because another writer changed the parts while they were read. */
const ATTEMPTS = 20;

/**
 * Reads the files of a table in order: one, or its parts as they were at one version. Empty if there is no table. If a
 * dataset without a log has both forms, the one file counts.
 *
 * @throws {ZarrStoreError} `schema_mismatch` if the parts have different columns, `conflict` if other writers change the
 * parts faster than they can be read
 */
export async function readTableFiles(
  objects: TableObjects,
  name: TableName,
  options: ReadOptions = {},
): Promise<readonly ParquetFile[]> {
  const path = tablePath(name);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const bytes = await objects.read(path, options);
    if (bytes !== undefined) {
      return [{ path, bytes }];
    }
    const paths = await pathsIfKnown(objects);
    if (!paths.some((other) => other === path || isTablePart(name, other))) {
      return [];
    }
    const parts = await readParts(objects, name, options);
    if (parts.length > 0) {
      await (await loadTableCode()).assertSameSchemas(parts);
      return parts;
    }
  }
  throw new ZarrStoreError(
    "conflict",
    `the parts of the table ${name} changed during each of ${ATTEMPTS} reads`,
    {
      path,
      found: ATTEMPTS,
    },
  );
}

/** The same, but empty for a lost table if the options say so. */
export async function readTableFilesUnlessLost(
  objects: TableObjects & { readonly onLost?: ((path: StoreKey) => void) | undefined },
  name: TableName,
  options: TableFileOptions,
): Promise<readonly ParquetFile[]> {
  try {
    return await readTableFiles(objects, name, options);
  } catch (error) {
    if (options.ifLost !== "absent" || !isLostObject(error)) {
      throw error;
    }
    objects.onLost?.(tablePath(name));
    return [];
  }
}

/** Reads the parts of one version; empty if another writer changes them meanwhile. */
async function readParts(
  objects: TableObjects,
  name: TableName,
  options: ReadOptions,
): Promise<readonly ParquetFile[]> {
  const files: ParquetFile[] = [];
  for (const [path, sha256] of await objects.hashes("")) {
    if (isTablePart(name, path)) {
      const bytes = await objects.read(parseStoreKey(path), options);
      if (bytes === undefined || (await objects.runtime.sha256(bytes)) !== sha256) {
        return [];
      }
      files.push({ path, bytes });
    }
  }
  return files;
}

/** The paths that belong to no image; none where there is neither a log nor a listing, so that no parts can be found. */
async function pathsIfKnown(objects: TableObjects): Promise<readonly StoreKey[]> {
  try {
    return await objects.paths("");
  } catch (error) {
    if (isZarrStoreError(error, "not_supported")) {
      return [];
    }
    throw error;
  }
}
