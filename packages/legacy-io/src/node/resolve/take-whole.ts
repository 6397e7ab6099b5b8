// Takes what came for an artifact as a whole: from the history, or from the attachments that kept it.

import { type OpenConflict, THEIRS_IN_ATTACHMENT, THEIRS_REMOVED } from "@kym/kym-schema/merge";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { imagePartOf, ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { LegacyIoError } from "../../errors.ts";
import { readNpy } from "../../formats/npy.ts";
import { sha256Of } from "../files/sha256-of.ts";
import type { LoadHistory } from "../update/decide-update.ts";
import { deleteArtifact } from "../update/delete-artifact.ts";
import type { ImageRecord } from "../update/look-at-record.ts";
import { METADATA_KEY } from "../update/metadata-origin.ts";
import { storeMetadata } from "../update/update-record.ts";

/** Whether an open conflict names what came by its hash. */
export function isHash(theirs: OpenConflict["theirs"]): boolean {
  return /^[0-9a-f]{64}$/.test(theirs);
}

/** Makes an artifact what came for it. @throws {LegacyIoError} `not_found`, `not_supported`; nothing is written then */
export async function takeWhole(
  record: ImageRecord,
  conflict: OpenConflict,
  history: LoadHistory,
): Promise<void> {
  const { key, theirs } = conflict;
  if (theirs === THEIRS_REMOVED) {
    await deleteArtifact(record, key);
  } else if (theirs === THEIRS_IN_ATTACHMENT) {
    await takeKept(record, conflict);
  } else {
    const bytes = await bytesOf(record, conflict, history);
    await (key === METADATA_KEY
      ? storeMetadata(record, new TextDecoder().decode(bytes))
      : record.files.save(key, bytes));
    await record.files.keepInHistory(bytes);
  }
}

/** The bytes of what came: from the history, or from an attachment that has the same bytes. */
export async function bytesOf(
  record: ImageRecord,
  { key, theirs, attachments }: OpenConflict,
  history: LoadHistory,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = isHash(theirs) ? await history(theirs) : undefined;
  for (const attachment of bytes === undefined ? attachments : []) {
    const kept = await loadKept(record, attachment);
    bytes = sha256Of(kept) === theirs ? kept : bytes;
  }
  if (bytes === undefined) {
    const where = attachments.length === 0 ? "" : `; the file is ${attachments.join(", ")}`;
    const message = `what came for ${key} is not in the history any more, or had more than 16 MiB${where}`;
    throw new LegacyIoError("not_found", message, { path: key, expected: theirs });
  }
  return bytes;
}

/** Takes what only attachments have: the objects of an array, the attributes, or a file that no history keeps. */
async function takeKept(record: ImageRecord, conflict: OpenConflict): Promise<void> {
  const { key, objects } = conflict;
  const part = imagePartOf(key);
  if (objects === undefined) {
    await takeNpy(record, conflict);
    return;
  }
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [object, attachment] of objects) {
    kept.set(object, await loadKept(record, attachment));
  }
  const [bytes = new Uint8Array()] = kept.values();
  if (part?.kind === "array") {
    await record.arrays.putBack(part.name, kept);
  } else if (key === ZARR_NODE_NAME) {
    await takeAttributes(record, bytes);
  } else {
    await record.files.save(key, bytes);
  }
}

/** The attributes become those that came. The summary stays: it says what the metadata say that are here. */
async function takeAttributes(record: ImageRecord, bytes: Uint8Array): Promise<void> {
  const node = plainValue(parseLossless(new TextDecoder().decode(bytes), { where: ZARR_NODE_NAME }));
  const { summary: _, ...theirs } = Object(Object(node)["attributes"]) as Readonly<Record<string, unknown>>;
  const { summary: __, ...ours } = await record.attributes();
  const gone = Object.keys(ours).filter((name) => !(name in theirs));
  await record.updateAttributes({ ...Object.fromEntries(gone.map((name) => [name, undefined])), ...theirs });
}

/** The array of a file that a refresh found: the file itself, or an NPY that was made of it. */
async function takeNpy(record: ImageRecord, { key, attachments }: OpenConflict): Promise<void> {
  const part = imagePartOf(key);
  const attachment = attachments.find((each) => each.endsWith(".npy")) ?? attachments[0] ?? "";
  if (part?.kind !== "array" || imagePartOf(attachment)?.kind !== "attachment") {
    throw new LegacyIoError("not_supported", `${key}: no file was kept from which it could be read`, {
      path: key,
    });
  }
  try {
    await record.saveArrayArtifact(part.name, readNpy(await loadKept(record, attachment)));
  } catch (cause) {
    if (!(cause instanceof LegacyIoError)) {
      throw cause;
    }
    const hint = "export it, change the array, and settle the conflict for your side";
    throw new LegacyIoError("not_supported", `${attachment} is not an NPY that gives ${key}: ${hint}`, {
      path: key,
      cause,
    });
  }
}

async function loadKept(record: ImageRecord, attachment: string): Promise<Uint8Array<ArrayBuffer>> {
  return record.loadAttachment(imagePartOf(attachment)?.name ?? attachment);
}
