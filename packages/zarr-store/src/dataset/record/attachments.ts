import type { ReadOptions } from "../../runtime/read-options.ts";
import { attachmentPath } from "../layout.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

export async function saveAttachment(
  objects: RecordObjects,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadOptions,
): Promise<string> {
  const path = attachmentPath(objects.id, name);
  await objects.putArtifact(path, `attachment ${name}`, bytes, options);
  return path;
}

export async function loadAttachment(
  objects: RecordObjects,
  name: string,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = attachmentPath(objects.id, name);
  const bytes = await objects.session.read(path, options);
  if (bytes === undefined) {
    throw notFound(`image ${objects.id} has no attachment ${name}`, path);
  }
  return bytes;
}

export async function deleteAttachment(
  objects: RecordObjects,
  name: string,
  options: ReadOptions,
): Promise<boolean> {
  const path = attachmentPath(objects.id, name);
  return objects.change(`delete attachment ${name}`, options, (transaction) => transaction.delete(path));
}
