// Lists the conflicts that refreshes and pulls left open, with what each side says.

import { ARTIFACTS, isKymSchemaError, loadMetadataText } from "@kym/kym-schema";
import {
  conflictNames,
  eventValues,
  loadOpenConflicts,
  metadataValues,
  type OpenConflict,
  THEIRS_IS_HERE,
  WHOLE_IMAGE_KEY,
} from "@kym/kym-schema/merge";
import { isZarrStoreError, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { imagePartKey, imagePartOf } from "@kym/zarr-store/layout";
import type { ReadOptions } from "@kym/zarr-store/runtime";
import { schemaOfTable } from "@kym/zarr-store/table";
import { storedFault } from "../files/stored-fault.ts";
import type { LoadHistory } from "../update/decide-update.ts";
import type { ImageRecord } from "../update/look-at-record.ts";
import { METADATA_KEY } from "../update/metadata-origin.ts";

const OPEN_CONFLICTS_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.openConflicts });

/** One open conflict: a field of the metadata, an artifact as a whole, or the whole image. */
export interface ListedConflict {
  /**
   * The name of the field, such as `experiment_metadata.condition` or `roi:3`; or the path of the artifact below `images/<id>/`; or
   * `whole image`, which one copy of a dataset deleted and the other changed.
   */
  readonly name: string;
  /** The path of the artifact below `images/<id>/`; empty for the whole image. */
  readonly key: string;
  /** What the dataset says, what came, and what both came from, as JSON text. Undefined for what a version does not have. */
  readonly mine: string | undefined;
  readonly theirs: string | undefined;
  readonly base: string | undefined;
  /** False for an artifact or an image as a whole, whose content is not shown. */
  readonly isField: boolean;
  /** Of the whole image: the side that deleted it. */
  readonly deletedBy: "mine" | "theirs" | undefined;
  /** What it came from: the names of files, or another dataset. */
  readonly from: readonly string[];
  /** Paths below `images/<id>/` of the attachments that hold what came. */
  readonly attachments: readonly string[];
}

/** The open conflicts of one image. */
export interface ImageConflicts {
  readonly imageId: string;
  readonly conflicts: readonly ListedConflict[];
}

export interface ListOpenConflictsOptions extends ReadOptions {
  /** One image. Default: all. */
  readonly imageId?: string | undefined;
  /** Told of an image whose conflicts cannot be read, with the reason in words. Default: the error is thrown. */
  readonly onUnreadable?: ((imageId: string, reason: string) => void) | undefined;
}

/**
 * Lists the open conflicts of every image that has some, or of one image; sorted by image id. Images without open conflicts are not
 * read.
 *
 * @throws {KymSchemaError} `invalid_file` for a list that this package did not write
 * @throws {ZarrStoreError} errors of the dataset
 * @example
 * for (const { imageId, conflicts } of await listOpenConflicts(dataset)) {
 *   console.log(imageId, conflicts.map(({ name }) => name));
 * }
 */
export async function listOpenConflicts(
  dataset: ZarrDataset,
  { imageId, onUnreadable, ...options }: ListOpenConflictsOptions = {},
): Promise<readonly ImageConflicts[]> {
  const hashes =
    imageId === undefined
      ? await dataset.imageObjectHashes()
      : new Map([[imageId, await dataset.record(imageId).objectHashes()]]);
  const listed: ImageConflicts[] = [];
  for (const [id, objects] of hashes) {
    if (objects.has(OPEN_CONFLICTS_KEY)) {
      const record = dataset.record(id);
      const history = (sha256: string) => dataset.history(sha256, options);
      try {
        const open = await loadOpenConflicts(record, options);
        listed.push({ imageId: id, conflicts: await listedOf(record, open, history) });
      } catch (error) {
        const fault = storedFault(error);
        if (fault === undefined || onUnreadable === undefined) {
          throw error;
        }
        onUnreadable(id, fault.reason);
      }
    }
  }
  return listed;
}

async function listedOf(
  record: ImageRecord,
  open: readonly OpenConflict[],
  history: LoadHistory,
): Promise<readonly ListedConflict[]> {
  const listed: ListedConflict[] = [];
  for (const conflict of open) {
    const { key, theirs, fields, from, attachments } = conflict;
    const isWhole = key === WHOLE_IMAGE_KEY;
    const deletedBy = !isWhole ? undefined : theirs === THEIRS_IS_HERE ? "mine" : "theirs";
    const source = { key, from, attachments, deletedBy } as const;
    if (fields === undefined) {
      const nothing = { mine: undefined, theirs: undefined, base: undefined };
      listed.push(
        ...conflictNames(conflict).map((name) => ({ name, ...source, ...nothing, isField: false })),
      );
      continue;
    }
    const mine = await (key === METADATA_KEY ? valuesOf(record, theirs, history) : eventsIn(record, key));
    for (const { field, base, theirs: their } of fields) {
      listed.push({ name: field, ...source, mine: mine.get(field), theirs: their, base, isField: true });
    }
  }
  return listed;
}

/** The events in the dataset; none if there is no table that can be read. */
async function eventsIn(record: ImageRecord, key: string): Promise<ReadonlyMap<string, string>> {
  try {
    const table = await record.loadParquet(imagePartOf(key)?.name ?? key);
    return eventValues({ schema: schemaOfTable(table), rows: [...rowsOf(table)] });
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file", "not_supported")) {
      return new Map();
    }
    throw error;
  }
}

/** The values of the fields in the dataset. Text that is not JSON has none. */
async function valuesOf(
  record: ImageRecord,
  sha256: string,
  history: LoadHistory,
): Promise<ReadonlyMap<string, string>> {
  const text = await loadMetadataText(record, { ifUnreadable: "none" });
  const theirs = await history(sha256);
  try {
    return text === undefined ? new Map() : metadataValues(text, theirs && new TextDecoder().decode(theirs));
  } catch (error) {
    if (isKymSchemaError(error, "invalid_metadata") || isZarrStoreError(error, "invalid_file")) {
      return new Map();
    }
    throw error;
  }
}
