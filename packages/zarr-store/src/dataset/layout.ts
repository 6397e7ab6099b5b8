// Maps names to paths and paths back to names: where everything lies in a dataset.

import {
  ANALYSIS,
  ARRAY_DATA,
  ARRAYS,
  ATTACHMENTS,
  groupOfImage,
  IMAGES,
  TABLE_ENDING,
  TABLES,
  ZARR_NODE_NAME,
  zarrNode,
} from "../commit/object-path.ts";
import { isZarrStoreError } from "../errors.ts";
import {
  type ArtifactName,
  DERIVED_PREFIX,
  type ImageId,
  parseArtifactName,
  parseAttachmentName,
  parseImageId,
  parseTableName,
  type TableName,
} from "../image/artifact-name.ts";
import { joinKey, type StoreKey } from "../store/store-key.ts";

export const ROOT_NODE: StoreKey = joinKey(ZARR_NODE_NAME);
export const IMAGES_NODE: StoreKey = zarrNode(IMAGES);

/** The file formats that a table artifact can have. */
export type TabularFormat = "parquet" | "csv.gz";

/** An artifact or attachment of an image. */
export interface ImagePart {
  readonly kind: "json" | TabularFormat | "array" | "attachment";
  readonly name: string;
}

/** The folder of an image, `images/<id>`. */
export function imageGroup(id: ImageId): StoreKey {
  return joinKey(IMAGES, id);
}

/** The `zarr.json` of an image's group, which makes it exist. */
export function imageNode(id: ImageId): StoreKey {
  return zarrNode(groupOfImage(id));
}

/** The folder of the pixels' Zarr array. */
export function pixelArray(id: ImageId): StoreKey {
  return joinKey(IMAGES, id, ARRAY_DATA);
}

/** The key below `images/<id>/` of an object of the pixels, by its key within their array. */
export function pixelKey(key: string): string {
  return `${ARRAY_DATA}/${key}`;
}

/** The key of the pixels' metadata below `images/<id>/`. The key of the image's own metadata is `ZARR_NODE_NAME`. */
export const PIXELS_NODE_KEY: string = `${ARRAY_DATA}/${ZARR_NODE_NAME}`;

/** The key of a part below `images/<id>/`: its file or, for an array, the folder that holds it. */
export function imagePartKey({ kind, name }: ImagePart): string {
  switch (kind) {
    case "array":
      return `${ARRAYS}/${name}`;
    case "attachment":
      return `${ATTACHMENTS}/${name}`;
    default:
      return `${ANALYSIS}/${name}.${kind}`;
  }
}

/**
 * Every key that a part can have; the one read first comes first. JSON has two, because the Python system once
 * gzipped it.
 */
export function imagePartKeys(part: ImagePart): readonly string[] {
  const key = imagePartKey(part);
  return part.kind === "json" ? [key, `${key}.gz`] : [key];
}

/** {@link imagePartKeys} of one image, as paths below the dataset's root. */
export function imagePartPaths(imageId: string, part: ImagePart): readonly string[] {
  return imagePartKeys(part).map((key) => `${groupOfImage(imageId)}/${key}`);
}

/** The folder of the images that are kept beside the dataset. */
export const KEPT_IMAGES: StoreKey = ATTACHMENTS;

/**
 * The folder of an image that is kept beside the dataset and does not count as one of its images: `attachments/<id>/<version>`. Several
 * versions of one image may be kept, under names of the caller's choice.
 */
export function keptImageFolder(imageId: string, version: string): StoreKey {
  return joinKey(ATTACHMENTS, parseImageId(imageId), parseAttachmentName(version));
}

/** The path of an object of such an image, by the key that it has below `images/<id>/`. */
export function keptObjectPath(imageId: string, version: string, key: string): StoreKey {
  return joinKey(keptImageFolder(imageId, version), key);
}

/** The path of an object of an image, by its key below `images/<id>/`. */
export function imageObjectPath(imageId: string, key: string): string {
  return `${groupOfImage(imageId)}/${key}`;
}

/** The image of an object and its key below `images/<id>/`: the inverse of {@link imageObjectPath}; undefined outside of images. */
export function imageObjectOf(path: string): { readonly imageId: string; readonly key: string } | undefined {
  const [top, imageId, ...rest] = path.split("/");
  return top === IMAGES && imageId !== undefined && rest.length > 0
    ? { imageId, key: rest.join("/") }
    : undefined;
}

/**
 * The part that owns a key below `images/<id>/`, be it an object or a key of {@link imagePartKey}; undefined if none
 * does.
 */
export function imagePartOf(key: string): ImagePart | undefined {
  const meaning = unlessInvalidName(() => parseRecordPath(ANY_IMAGE, key.split("/")));
  switch (meaning?.kind) {
    case "json":
    case "parquet":
    case "csv.gz":
    case "array":
    case "attachment":
      return { kind: meaning.kind, name: meaning.name };
    case "group": {
      const name = unlessInvalidName(() => parseArtifactName(key.slice(ARRAYS.length + 1)));
      return name && { kind: "array", name };
    }
    default:
      return undefined;
  }
}

/** Whether an object below `images/<id>/` is the file of this part or an object of its array. */
export function isObjectOfPart(partKey: string, key: string): boolean {
  return key === partKey || key.startsWith(`${partKey}/${ARRAY_DATA}/`);
}

/** Whether an object below `images/<id>/` belongs to the pixels. */
export function isPixelKey(key: string): boolean {
  return key.startsWith(`${ARRAY_DATA}/`);
}

/**
 * The key of a chunk as it is written today, if `key` is one with dots, as older versions wrote them; otherwise
 * undefined.
 */
export function undottedChunkKey(key: string): string | undefined {
  const [, folder, chunk] = DOTTED_CHUNK.exec(key) ?? [];
  return folder === undefined || chunk === undefined ? undefined : `${folder}${chunk.replaceAll(".", "/")}`;
}

const DOTTED_CHUNK = new RegExp(`^((?:.*/)?${ARRAY_DATA}/)(c(?:\\.\\d+)+)$`);

/** The file that a JSON artifact is written to. */
export function jsonPath(id: ImageId, name: ArtifactName): StoreKey {
  return joinKey(groupOfImage(id), imagePartKey({ kind: "json", name }));
}

/** Every file that a JSON artifact can have, in reading order. The second one is read but never written. */
export function jsonPaths(id: ImageId, name: ArtifactName): readonly StoreKey[] {
  return imagePartKeys({ kind: "json", name }).map((key) => joinKey(groupOfImage(id), key));
}

/** The file of a table artifact. */
export function tabularPath(id: ImageId, name: ArtifactName, format: TabularFormat): StoreKey {
  return joinKey(groupOfImage(id), imagePartKey({ kind: format, name }));
}

/** The folder of an array artifact's Zarr array. */
export function artifactArray(id: ImageId, name: ArtifactName): StoreKey {
  return joinKey(groupOfImage(id), imagePartKey({ kind: "array", name }), ARRAY_DATA);
}

/**
 * The groups above an array artifact, outermost first. Each needs a `zarr.json`, because Zarr v3 has no implicit
 * groups.
 */
export function artifactGroups(id: ImageId, name: ArtifactName): readonly StoreKey[] {
  const segments = [ARRAYS, ...name.split("/")];
  return segments.map((_, index) => joinKey(groupOfImage(id), ...segments.slice(0, index + 1)));
}

/** The folder of an image's JSON and table artifacts. */
export function analysisFolder(id: ImageId): StoreKey {
  return joinKey(groupOfImage(id), ANALYSIS);
}

/** Whether a path is a JSON or table artifact of an image. */
export function isAnalysisPath(imageId: string, path: string): boolean {
  return path.startsWith(`${groupOfImage(imageId)}/${ANALYSIS}/`);
}

/** Whether a path lies where array artifacts of an image do. */
export function isArrayArtifactPath(imageId: string, path: string): boolean {
  return path.startsWith(`${groupOfImage(imageId)}/${ARRAYS}/`);
}

/** The file of an attachment. @throws {ZarrStoreError} `invalid_name` */
export function attachmentPath(id: ImageId, name: string): StoreKey {
  return joinKey(groupOfImage(id), imagePartKey({ kind: "attachment", name: parseAttachmentName(name) }));
}

/** The file of derived data: what is made of the pixels and can be made again. @throws {ZarrStoreError} `invalid_name` */
export function derivedPath(id: ImageId, name: string): StoreKey {
  return joinKey(groupOfImage(id), derivedKey(name));
}

/** The key of derived data below `images/<id>/`. @throws {ZarrStoreError} `invalid_name` */
export function derivedKey(name: string): string {
  return `${ATTACHMENTS}/${DERIVED_PREFIX}${parseAttachmentName(name)}`;
}

/** Whether an object below `images/<id>/` is derived data, which nobody works on. */
export function isDerivedKey(key: string): boolean {
  return key.startsWith(`${ATTACHMENTS}/${DERIVED_PREFIX}`);
}

/** The file of a pooled table that is one file. */
export function tablePath(name: TableName): StoreKey {
  return joinKey(TABLES, name + TABLE_ENDING);
}

/** The folder of a pooled table that is a folder of parts. */
export function tableFolder(name: TableName): StoreKey {
  return joinKey(TABLES, name);
}

/** A part of a pooled table, by its number. */
export function tablePartPath(name: TableName, part: number): StoreKey {
  return joinKey(TABLES, name, `part-${String(part).padStart(8, "0")}${TABLE_ENDING}`);
}

/**
 * Whether a path is a part of a pooled table that is a folder of parts: `tables/<name>/part-<8 digits>.parquet`. The order
 * of the parts is that of their paths.
 */
export function isTablePart(name: TableName, path: string): boolean {
  const meaning = path.startsWith(`${TABLES}/${name}/`) ? meaningOf(path) : undefined;
  return meaning?.kind === "table" && meaning.isPart;
}

/** What a path below the dataset's root stands for. */
export type PathMeaning =
  | { readonly kind: "root" | "images" }
  | { readonly kind: "table"; readonly table: TableName; readonly isPart: boolean }
  | { readonly kind: "record" | "pixels" | "group"; readonly imageId: ImageId }
  | { readonly kind: "json" | "csv.gz" | "parquet"; readonly imageId: ImageId; readonly name: ArtifactName }
  | { readonly kind: "array"; readonly imageId: ImageId; readonly name: ArtifactName }
  | { readonly kind: "attachment" | "derived"; readonly imageId: ImageId; readonly name: string }
  /** An object of an image that is kept beside the dataset, by the key that it has below `images/<id>/`. */
  | { readonly kind: "kept"; readonly keptId: ImageId; readonly version: string; readonly key: string };

/** Reads a path: the inverse of the functions above. Undefined for a path that they never make. */
export function meaningOf(path: string): PathMeaning | undefined {
  return unlessInvalidName(() => parsePath(path));
}

function unlessInvalidName<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name")) {
      return undefined;
    }
    throw error;
  }
}

/** Stands in for the image id when only the rest of the path matters. */
const ANY_IMAGE = parseImageId("any");

function parsePath(path: string): PathMeaning | undefined {
  if (path === ROOT_NODE) {
    return { kind: "root" };
  }
  if (path === IMAGES_NODE) {
    return { kind: "images" };
  }
  const [top, second, ...rest] = path.split("/");
  if (top === TABLES && second !== undefined) {
    return parseTablePath(second, rest);
  }
  if (top === ATTACHMENTS && second !== undefined) {
    return parseKeptPath(second, rest);
  }
  if (top !== IMAGES || second === undefined) {
    return undefined;
  }
  return parseRecordPath(parseImageId(second), rest);
}

function parseTablePath(name: string, [part, ...rest]: readonly string[]): PathMeaning | undefined {
  if (part === undefined) {
    return name.endsWith(TABLE_ENDING)
      ? { kind: "table", table: parseTableName(name.slice(0, -TABLE_ENDING.length)), isPart: false }
      : undefined;
  }
  return rest.length === 0 && PART.test(part)
    ? { kind: "table", table: parseTableName(name), isPart: true }
    : undefined;
}

function parseKeptPath(id: string, [version, ...segments]: readonly string[]): PathMeaning | undefined {
  const keptId = parseImageId(id);
  return version !== undefined && parseRecordPath(keptId, segments) !== undefined
    ? { kind: "kept", keptId, version: parseAttachmentName(version), key: segments.join("/") }
    : undefined;
}

/** Names of equal length, so that every program that sorts them finds the same order. */
const PART = /^part-\d{8}\.parquet$/;

function parseRecordPath(imageId: ImageId, segments: readonly string[]): PathMeaning | undefined {
  const [folder, ...rest] = segments;
  const tail = rest.join("/");
  switch (folder) {
    case ZARR_NODE_NAME:
      return rest.length === 0 ? { kind: "record", imageId } : undefined;
    case ARRAY_DATA:
      return { kind: "pixels", imageId };
    case ATTACHMENTS:
      if (tail.startsWith(DERIVED_PREFIX)) {
        return { kind: "derived", imageId, name: parseAttachmentName(tail.slice(DERIVED_PREFIX.length)) };
      }
      return { kind: "attachment", imageId, name: parseAttachmentName(tail) };
    case ARRAYS: {
      const data = rest.indexOf(ARRAY_DATA);
      return data > 0
        ? { kind: "array", imageId, name: parseArtifactName(rest.slice(0, data).join("/")) }
        : { kind: "group", imageId };
    }
    case ANALYSIS:
      for (const ending of ["json", "json.gz", "parquet", "csv.gz"] as const) {
        if (tail.endsWith(`.${ending}`)) {
          const name = parseArtifactName(tail.slice(0, -ending.length - 1));
          return { kind: ending === "json.gz" ? "json" : ending, imageId, name };
        }
      }
      return undefined;
    default:
      return undefined;
  }
}
