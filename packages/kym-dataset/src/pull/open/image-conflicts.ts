// The list of the images of other copies that did not come: one is here in their place, or they were deleted here.

import {
  IMAGE_CONFLICT_COLUMN,
  IMAGE_CONFLICTS_COLUMNS,
  IMAGE_CONFLICTS_TABLE,
} from "@kym/kym-schema/tables";
import {
  type DatasetContents,
  isZarrStoreError,
  parseSourceRow,
  type ReadOptions,
  type Row,
  rowsOf,
  type SourceRow,
} from "@kym/zarr-store";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { dropKeptImages, keptNode } from "./kept-images.ts";

/** An image of another copy that did not come, because another one is here in its place, or because it was deleted here. */
export interface ImageConflict {
  /** The id of the image in the other copy. */
  readonly imageId: string;
  /** The id of the image here that stands in its place; the same id if it was deleted here. */
  readonly here: string;
  /**
   * - `same_file`: both copies ingested one file by themselves
   * - `other_pixels`: both have the id, with other pixels
   * - `deleted_here`: it was deleted here, and changed in the other copy
   */
  readonly because: "same_file" | "other_pixels" | "deleted_here";
  /** The location of the other copy. */
  readonly from: string;
  /** Whether somebody chose the image here. That stays known, so that no other copy brings the same version again. */
  readonly isSettled: boolean;
  /**
   * The folder below `attachments/<imageId>/` that keeps what came. Once it is settled, nothing is kept, and the name says which version
   * was given up. Undefined in a row of an earlier build.
   */
  readonly keptAs: string | undefined;
  /** The rows of the ledger that come with it. */
  readonly sources: readonly SourceRow[];
}

const {
  image: IMAGE,
  here: HERE,
  because: BECAUSE,
  from: FROM,
  settled: SETTLED,
  keptAs: KEPT,
  sources: SOURCES,
} = IMAGE_CONFLICT_COLUMN;

/**
 * Lists the images of other copies that pulls kept and did not take, sorted by their ids, and whether that is settled. One that came
 * later is not among them.
 *
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * const [first] = await loadImageConflicts(dataset);
 */
export async function loadImageConflicts(
  contents: DatasetContents,
  options: ReadOptions = {},
): Promise<readonly ImageConflict[]> {
  const conflicts = await loadRows(contents, options);
  return Promise.all(
    conflicts.map(async (conflict) => {
      const { imageId, isSettled, keptAs } = conflict;
      const isKept =
        isSettled ||
        keptAs === undefined ||
        (await contents.exact.hash(keptNode({ imageId, name: keptAs }))) !== undefined;
      return isKept ? conflict : { ...conflict, keptAs: undefined };
    }),
  );
}

/** An earlier build takes the table of another copy for one of its own, without what that copy keeps. */
async function loadRows(contents: DatasetContents, options: ReadOptions): Promise<readonly ImageConflict[]> {
  try {
    return [...rowsOf(await contents.loadTable(IMAGE_CONFLICTS_TABLE, options))].map((row) => ({
      imageId: String(row[IMAGE]),
      here: String(row[HERE]),
      because: reasonOf(row[BECAUSE]),
      from: String(row[FROM]),
      isSettled: row[SETTLED] === true,
      keptAs: typeof row[KEPT] === "string" ? row[KEPT] : undefined,
      sources: sourcesIn(row[SOURCES]),
    }));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}

function reasonOf(said: unknown): ImageConflict["because"] {
  return said === "same_file" || said === "deleted_here" ? said : "other_pixels";
}

function sourcesIn(said: unknown): readonly SourceRow[] {
  const rows: unknown =
    typeof said === "string" ? plainValue(parseLossless(said, { where: IMAGE_CONFLICTS_TABLE })) : [];
  return Array.isArray(rows) ? rows.map((row: Row) => parseSourceRow(row)) : [];
}

/** One order, so that both copies have the same bytes. */
function placeOf({ imageId, keptAs }: ImageConflict): string {
  return `${imageId} ${keptAs ?? ""}`;
}

/** Writes which images are listed, if that changed, and deletes what was kept of those that are not. */
export async function saveImageConflicts(
  transaction: DatasetContents,
  conflicts: readonly ImageConflict[],
  options: ReadOptions,
): Promise<void> {
  const sorted = [...conflicts].sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const before = await loadImageConflicts(transaction, options);
  if (jsonOf(before) !== jsonOf(sorted)) {
    await writeTable(transaction, sorted, options);
  }
  const named = new Set(sorted.filter(({ isSettled }) => !isSettled).map(placeOf));
  await dropKeptImages(transaction, ({ imageId, name }) => named.has(`${imageId} ${name}`), options);
}

/** JSON with 64-bit integers as texts of digits. */
function jsonOf(said: object): string {
  return JSON.stringify(said, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

async function writeTable(
  transaction: DatasetContents,
  conflicts: readonly ImageConflict[],
  options: ReadOptions,
): Promise<void> {
  if (conflicts.length === 0) {
    await transaction.deleteTable(IMAGE_CONFLICTS_TABLE, options);
    return;
  }
  const rows = conflicts.map(({ imageId, here, because, from, isSettled, keptAs, sources }) => ({
    [IMAGE]: imageId,
    [HERE]: here,
    [BECAUSE]: because,
    [FROM]: from,
    [SETTLED]: isSettled,
    [KEPT]: keptAs ?? null,
    [SOURCES]: sources.length === 0 ? null : jsonOf(sources),
  }));
  const schema = { columns: IMAGE_CONFLICTS_COLUMNS };
  await transaction.saveTable(IMAGE_CONFLICTS_TABLE, rows, { ...options, schema });
}
