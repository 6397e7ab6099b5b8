import { ZarrStoreError } from "../../errors.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { joinKey, type StoreKey } from "../../store/store-key.ts";
import { imageGroup, imagePartKeys, meaningOf } from "../layout.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

const KINDS = ["json", "parquet", "csv.gz", "attachment"] as const;
const FILE_KINDS: ReadonlySet<string> = new Set(KINDS);
const FILE_FORMS: string = KINDS.flatMap((kind) => imagePartKeys({ kind, name: "<name>" })).join(", ");

/** The file of a JSON artifact, table artifact or attachment, by its path below `images/<id>/`. */
export async function loadArtifactFile(
  record: RecordObjects,
  key: string,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = artifactFilePath(record, key);
  const bytes = await record.session.read(path, options);
  if (bytes === undefined) {
    throw notFound(`image ${record.id} has no file ${key}`, path);
  }
  return bytes;
}

/** Puts it in place as it came, parsed or not. The summary stays as it is. */
export async function saveArtifactFile(
  record: RecordObjects,
  key: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadOptions,
): Promise<void> {
  await record.putArtifact(artifactFilePath(record, key), key, bytes, options);
}

function artifactFilePath(record: RecordObjects, key: string): StoreKey {
  const path = joinKey(imageGroup(record.id), ...key.split("/"));
  const meaning = meaningOf(path);
  if (meaning === undefined || !FILE_KINDS.has(meaning.kind)) {
    throw new ZarrStoreError("invalid_name", `${path} is no path of an artifact's file`, {
      path,
      expected: FILE_FORMS,
      found: key,
    });
  }
  return path;
}
