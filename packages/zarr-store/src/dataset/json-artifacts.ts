import { inflate } from "../array/inflate.ts";
import { type ImageId, parseArtifactName } from "../artifact/artifact-name.ts";
import type { ReadOptions } from "../artifact/pixel-store.ts";
import { ZarrStoreError } from "../errors.ts";
import { decodeJsonText, isJsonText, type JsonText, serializeLossless } from "../json/lossless-json.ts";
import { jsonPath, legacyJsonPath } from "./layout.ts";
import type { ObjectSession } from "./object-session.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

/** Against a bomb: no metadata of an image is larger. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

export async function saveJson(
  record: RecordObjects,
  name: string,
  value: unknown,
  options: ReadOptions,
): Promise<string> {
  const path = jsonPath(record.id, parseArtifactName(name));
  const text = isJsonText(value) ? value.text : serializeLossless(value, { indent: 2 });
  await record.putArtifact(path, name, new TextEncoder().encode(text), options, text);
  return path;
}

export async function saveJsonBytes(
  record: RecordObjects,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadOptions,
): Promise<string> {
  const path = jsonPath(record.id, parseArtifactName(name));
  const { text } = decodeJsonText(bytes, { allowNonFinite: true, where: name });
  await record.putArtifact(path, name, bytes, options, text);
  return path;
}

/** Of which image JSON is read, and by what. */
export interface JsonSource {
  readonly id: ImageId;
  readonly session: Pick<ObjectSession, "read">;
}

export async function loadJsonText(
  record: JsonSource,
  name: string,
  options: ReadOptions,
): Promise<JsonText> {
  const parsed = parseArtifactName(name);
  const path = jsonPath(record.id, parsed);
  const bytes = await record.session.read(path, options);
  if (bytes !== undefined) {
    return decodeJsonText(bytes, { allowNonFinite: true, where: path });
  }
  const legacyPath = legacyJsonPath(record.id, parsed);
  const zipped = await record.session.read(legacyPath, options);
  if (zipped === undefined) {
    throw notFound(`image ${record.id} has no JSON artifact ${name}`, path);
  }
  return decodeJsonText(await unzip(zipped, legacyPath), { allowNonFinite: true, where: legacyPath });
}

async function unzip(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<Uint8Array> {
  try {
    return await inflate(bytes, "gzip", MAX_JSON_BYTES);
  } catch (cause) {
    throw new ZarrStoreError("invalid_file", `${where} is no gzip: ${String(cause)}`, { path: where, cause });
  }
}
