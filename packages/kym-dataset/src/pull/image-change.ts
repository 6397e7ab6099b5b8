// What a pull writes of one image, and how it is written.

import { ARTIFACTS, changedScales } from "@kym/kym-schema";
import {
  type EventTable,
  loadOpenConflicts,
  type OpenConflict,
  saveOpenConflicts,
  WHOLE_IMAGE_KEY,
} from "@kym/kym-schema/merge";
import type { DatasetContents, ReadOptions, ZarrDataset } from "@kym/zarr-store";
import { imageObjectPath, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import type { KeptFile } from "./conflict-files.ts";
import { isGroupNode } from "./decide-image.ts";
import { readable } from "./image-versions.ts";
import { sortedByKey } from "./open-after-pull.ts";
import type { PullConflict } from "./pull-report.ts";

/** The text of the metadata, and the one before. */
export interface ChangedText {
  readonly before: string | undefined;
  readonly after: string;
}

/** Everything that a pull changes of one image that both copies have. */
export interface ImageChange {
  /** What each object becomes, by its key below the image: the hash that it has in the other copy; null deletes it. */
  readonly copies: ReadonlyMap<string, string | null>;
  readonly metadata: ChangedText | undefined;
  /** Tables of events, by the names of their artifacts. */
  readonly events: ReadonlyMap<string, EventTable>;
  readonly attachments: readonly KeptFile[];
  /** What the history keeps: the documents that open conflicts and the provenance name. */
  readonly kept: readonly Uint8Array<ArrayBuffer>[];
  /** The open conflicts; undefined if they stay as they are. */
  readonly open: readonly OpenConflict[] | undefined;
  readonly taken: readonly string[];
  readonly conflicts: readonly PullConflict[];
  readonly openThere: readonly string[];
}

/** Whether a change writes anything. */
export function isEmptyChange(change: ImageChange): boolean {
  return (
    change.copies.size === 0 &&
    change.metadata === undefined &&
    change.events.size === 0 &&
    change.attachments.length === 0 &&
    change.open === undefined
  );
}

/** Writes the changes of one image. The summary and the scales of its pixels follow from its metadata. */
export async function writeImageChange(
  transaction: DatasetContents,
  other: ZarrDataset,
  imageId: string,
  change: ImageChange,
  options: ReadOptions,
): Promise<void> {
  const record = transaction.record(imageId);
  const { copies, metadata, events, attachments, kept, open } = change;
  await copyObjects(transaction, other, imageId, copies, options);
  for (const bytes of kept) {
    await record.files.keepInHistory(bytes, options);
  }
  if (metadata !== undefined) {
    await record.json.saveBytes(ARTIFACTS.metadata, new TextEncoder().encode(metadata.after), options);
    const { shape } = await record.openArray(options);
    const scales = changedScales(metadata.before, metadata.after, shape.length);
    await (scales && record.pixels.saveScales(scales, options));
  }
  for (const [name, { rows, schema }] of events) {
    await record.saveParquet(name, rows, { ...options, schema });
  }
  for (const { name, bytes } of attachments) {
    await record.saveAttachment(name, bytes, options);
  }
  await (open && saveOpenConflicts(record.json, open, options));
}

/** Opens a conflict about an image as a whole: it is here, and one of the copies deleted it. */
export async function openWholeImage(
  transaction: DatasetContents,
  other: ZarrDataset,
  imageId: string,
  theirs: OpenConflict["theirs"],
  options: ReadOptions,
): Promise<void> {
  const record = transaction.record(imageId);
  const conflict: OpenConflict = {
    ...{ key: WHOLE_IMAGE_KEY, theirs, from: [other.location], attachments: [], fields: undefined },
    isFromCopy: true,
  };
  const open = await readable(() => loadOpenConflicts(record, options), []);
  const others = open.filter(({ key }) => key !== WHOLE_IMAGE_KEY);
  await saveOpenConflicts(record.json, sortedByKey([conflict, ...others]), options);
}

/** Copies objects of an image, and leaves the node of a group in place while anything lies below it. */
export async function copyObjects(
  transaction: DatasetContents,
  other: ZarrDataset,
  imageId: string,
  hashes: ReadonlyMap<string, string | null>,
  options: ReadOptions,
): Promise<void> {
  const pathOf = (key: string): string => imageObjectPath(imageId, key);
  const isGroupGone = ([key, sha256]: readonly [string, string | null]): boolean =>
    sha256 === null && isGroupNode(key);
  const entries = [...hashes];
  const copied = entries
    .filter((entry) => !isGroupGone(entry))
    .map(([key, sha256]) => [pathOf(key), sha256] as const);
  await transaction.exact.copy(other.exact, new Map(copied), options);
  const groups = entries
    .filter(isGroupGone)
    .map(([key]) => key)
    .sort((a, b) => b.length - a.length);
  for (const node of groups) {
    const folder = node.slice(0, -ZARR_NODE_NAME.length);
    const keys = [...(await transaction.record(imageId).objectHashes()).keys()];
    if (!keys.some((key) => key !== node && key.startsWith(folder))) {
      await transaction.exact.copy(other.exact, new Map([[pathOf(node), null]]), options);
    }
  }
}
