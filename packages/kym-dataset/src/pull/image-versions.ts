// One image in both copies and at their base: its files, read from wherever their bytes still are.

import { ARTIFACTS, EVENT_ARTIFACTS, isKymSchemaError } from "@kym/kym-schema";
import { PROVENANCE_HISTORY } from "@kym/kym-schema/keys";
import { type EventTable, parseOpenConflicts } from "@kym/kym-schema/merge";
import {
  type DatasetContents,
  isZarrStoreError,
  type ReadOptions,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { decodeJsonText } from "@kym/zarr-store/json";
import { imageObjectPath, imagePartKey } from "@kym/zarr-store/layout";
import { decodeParquet } from "@kym/zarr-store/table";
import { schemaOfTable } from "@kym/zarr-store/table/reading";
import type { ObjectHashes } from "../indexer/artifact-ref.ts";
import { loadFromHistories } from "./conflict-files.ts";

/** The files of an image that a pull knows, by their keys below it. */
export const METADATA_KEY: string = imagePartKey({ kind: "json", name: ARTIFACTS.metadata });
export const OPEN_KEY: string = imagePartKey({ kind: "json", name: ARTIFACTS.openConflicts });
const PROVENANCE_KEY = imagePartKey({ kind: "json", name: ARTIFACTS.provenance });
/** The tables of events, and the names of their artifacts. */
export const EVENT_KEYS: ReadonlyMap<string, string> = new Map(
  EVENT_ARTIFACTS.tables.map((name) => [imagePartKey({ kind: "parquet", name }), name]),
);

/** One image in both copies, and what it was at the base. */
export interface ImageVersions {
  readonly imageId: string;
  /** The dataset as the transaction sees it. */
  readonly view: DatasetContents;
  readonly dataset: ZarrDataset;
  readonly other: ZarrDataset;
  readonly base: ObjectHashes | undefined;
  readonly ours: ObjectHashes;
  readonly theirs: ObjectHashes;
}

/** Which of the versions. */
export type Side = "base" | "ours" | "theirs";

/** Loads a file of one version by its hash; undefined if that version does not have it, or the bytes of the base are gone. */
export async function loadVersion(
  versions: ImageVersions,
  side: Side,
  key: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { view, dataset, other, imageId } = versions;
  const sha256 = versions[side]?.get(key);
  if (sha256 === undefined) {
    return undefined;
  }
  const path = imageObjectPath(imageId, key);
  for (const contents of side === "theirs" ? [other] : side === "ours" ? [view] : [view, other]) {
    const bytes = (await contents.exact.hash(path)) === sha256 ? await contents.exact.load(path) : undefined;
    if (bytes !== undefined && (await dataset.runtime.sha256(bytes)) === sha256) {
      return bytes;
    }
  }
  return loadFromHistories(sha256, [dataset, other]);
}

/**
 * The history objects that an image of the other copy needs: its base of later merges, and what its open conflicts name.
 *
 * @param pathOf where its objects lie there, by their keys
 */
export async function neededHistory(
  { imageId, dataset, other, theirs }: Pick<ImageVersions, "imageId" | "dataset" | "other" | "theirs">,
  options: ReadOptions,
  pathOf: (key: string) => string = (key) => imageObjectPath(imageId, key),
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const namedIn = async (
    key: string,
    read: (text: string) => readonly string[],
  ): Promise<readonly string[]> => {
    const bytes = theirs.has(key) ? await other.exact.load(pathOf(key), options) : undefined;
    return bytes === undefined
      ? []
      : readable(() => read(decodeJsonText(bytes, { allowNonFinite: true }).text), []);
  };
  const hashes = new Set([
    ...(await namedIn(PROVENANCE_KEY, PROVENANCE_HISTORY.hashesIn)),
    ...(await namedIn(OPEN_KEY, (text) => parseOpenConflicts(text).map(({ theirs }) => theirs))),
  ]);
  const kept: Uint8Array<ArrayBuffer>[] = [];
  for (const hash of hashes) {
    const isThere = (await loadFromHistories(hash, [dataset])) !== undefined;
    const bytes = isThere ? undefined : await loadFromHistories(hash, [other]);
    kept.push(...(bytes === undefined ? [] : [bytes]));
  }
  return kept;
}

/** Reads a table of events; undefined for bytes of another kind. */
export async function eventTable(
  bytes: Uint8Array<ArrayBuffer> | undefined,
  where: string,
): Promise<EventTable | undefined> {
  if (bytes === undefined) {
    return undefined;
  }
  return readable(async () => {
    const table = await decodeParquet(bytes, { where });
    return { schema: schemaOfTable(table), rows: [...rowsOf(table)] };
  }, undefined);
}

/** What a program that is not ours wrote in the place of something says nothing. */
export async function readable<T>(read: () => T | Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isKymSchemaError(error) || isZarrStoreError(error, "invalid_file", "not_supported")) {
      return otherwise;
    }
    throw error;
  }
}
