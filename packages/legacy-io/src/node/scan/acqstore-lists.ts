// Keeps acqstore's lists of files in a table of the dataset: which images they name, and in which order.

import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { ACQSTORE_LISTS_COLUMNS, ACQSTORE_LISTS_TABLE } from "@kym/kym-schema/tables";
import { type DatasetContents, isZarrStoreError, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { isLegacyIoError } from "../../errors.ts";
import type { BundleFile, FolderScan } from "../../folder/bundle.ts";
import {
  type AcqstoreListRow,
  isAcqstoreList,
  readAcqstoreList,
} from "../../formats/acqstore/acqstore-list.ts";
import { readWholeFile } from "../files/read-whole-file.ts";

/** A list in the folder. */
export interface AcqstoreList {
  readonly relPath: string;
  readonly rows: readonly AcqstoreListRow[];
}

/** What the folder's lists are, and the scan without them. */
export interface FoundLists {
  readonly lists: readonly AcqstoreList[];
  readonly notes: readonly { readonly path: string; readonly reason: string }[];
  readonly scan: FolderScan;
}

/** Lists are short. A larger CSV, or one of more than so many in a folder, is not looked at. */
const [MOST_BYTES, MOST_FILES] = [8 * 2 ** 20, 1000];
const HEADER_BYTES = 4096;

/** Finds the lists among the files that no image has. One that cannot be read is named and left alone. */
export async function findAcqstoreLists(root: string, scan: FolderScan): Promise<FoundLists> {
  const lists: AcqstoreList[] = [];
  const notes: FoundLists["notes"][number][] = [];
  const candidates = scan.unrecognised
    .filter(({ relPath, sizeBytes }) => /\.csv$/i.test(relPath) && sizeBytes <= MOST_BYTES)
    .slice(0, MOST_FILES);
  const found = new Set<BundleFile>();
  for (const file of candidates) {
    const { relPath } = file;
    try {
      const path = resolve(root, relPath);
      if (isAcqstoreList(await startOf(path))) {
        lists.push({ relPath, rows: readAcqstoreList(await readWholeFile(path)) });
        found.add(file);
      }
    } catch (error) {
      if (!isLegacyIoError(error) && !isSystemError(error)) {
        throw error;
      }
      notes.push({ path: relPath, reason: `this list of acqstore's is left alone: ${error.message}` });
    }
  }
  return {
    lists,
    notes,
    scan: { ...scan, unrecognised: scan.unrecognised.filter((file) => !found.has(file)) },
  };
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

async function startOf(path: string): Promise<Uint8Array> {
  await using file = await open(path, "r");
  const { bytesRead, buffer } = await file.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

/**
 * Stores the lists of a folder, and says which are new or changed. Lists that are not in the folder stay. Without a change nothing
 * is written.
 */
export async function saveAcqstoreLists(
  dataset: ZarrDataset,
  root: string,
  lists: readonly AcqstoreList[],
  signal: AbortSignal | undefined,
): Promise<FoundLists["notes"]> {
  if (lists.length === 0) {
    return [];
  }
  const find = imageFinder(await dataset.loadSourcesIndex(), root);
  const made = new Map(lists.map((list) => [list.relPath, rowsOfList(list, find)]));
  const before = Map.groupBy(await loadRows(dataset), ({ list }) => String(list));
  const changed = [...made].filter(
    ([list, rows]) => textOf(before.get(list) ?? []) !== textOf(rows) || !before.has(list),
  );
  if (changed.length > 0) {
    await dataset.transaction(
      async (transaction) => {
        const kept = Map.groupBy(await loadRows(transaction), ({ list }) => String(list));
        // Another process may have ingested more of the images by now.
        const seen = imageFinder(await transaction.loadSourcesIndex(), root);
        const all = new Map([
          ...kept,
          ...lists.map((list) => [list.relPath, rowsOfList(list, seen)] as const),
        ]);
        const rows = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, some]) => some);
        await transaction.saveTable(ACQSTORE_LISTS_TABLE, rows, {
          schema: { columns: ACQSTORE_LISTS_COLUMNS },
        });
      },
      { message: "lists of acqstore", signal },
    );
  }
  return changed.map(([path, rows]) => {
    const known = rows.filter((row) => row["image_id"] !== null).length;
    const rest = known === rows.length ? "" : ` of ${rows.length} files`;
    return {
      path,
      reason: `a list of acqstore's with ${known}${rest} ${known === 1 ? "image" : "images"}, now in the table ${ACQSTORE_LISTS_TABLE}`,
    };
  });
}

type FindImage = (list: string, relPath: string) => string | undefined;

/** Finds the image of a row: below the ingested folder, beside the list, or the only one whose path ends so. */
function imageFinder(sources: Awaited<ReturnType<ZarrDataset["loadSourcesIndex"]>>, root: string): FindImage {
  const byPath = new Map(sources.map((row) => [row.source_primary_path, row.image_id]));
  const here = new Map(
    sources.flatMap(({ source_rel_path: relPath, source_primary_path: path, image_id: id }) =>
      relPath !== undefined && relPath !== null && resolve(root, relPath) === path
        ? [[relPath, id] as const]
        : [],
    ),
  );
  // An image of a Zarr folder lies elsewhere, and is known by the path that it had.
  const known = Map.groupBy(sources, ({ source_rel_path: relPath }) => relPath ?? "");
  return (list, relPath) => {
    const folder = list.slice(0, list.lastIndexOf("/") + 1);
    const direct = byPath.get(resolve(root, relPath)) ?? byPath.get(resolve(root, `${folder}${relPath}`));
    if (direct !== undefined) {
      return direct;
    }
    const ids = new Set((known.get(relPath) ?? []).map((row) => row.image_id));
    const [same] = ids;
    if (same !== undefined && ids.size === 1) {
      return same;
    }
    const [only, ...more] = [...here].filter(([path]) => path.endsWith(`/${relPath}`));
    return more.length > 0 ? undefined : only?.[1];
  };
}

function rowsOfList({ relPath: list, rows }: AcqstoreList, find: FindImage): readonly Row[] {
  return rows.map((row, position) => ({
    list,
    position: BigInt(position),
    image_id: find(list, row.relPath) ?? null,
    rel_path: row.relPath,
    group: row.group,
    random_order: row.randomOrder,
    source_index: row.sourceIndex,
    others: row.others,
  }));
}

function textOf(rows: readonly Row[]): string {
  return canonicalJson(rows);
}

async function loadRows(contents: DatasetContents): Promise<readonly Row[]> {
  try {
    return Array.from(rowsOf(await contents.loadTable(ACQSTORE_LISTS_TABLE)), (row) => ({ ...row }));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}
