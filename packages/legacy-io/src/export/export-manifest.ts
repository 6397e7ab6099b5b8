// The file `export.json`: how an export names its files, and everything needed to restore the dataset from them.

import type { DType, TableSchema } from "@kym/zarr-store";
import { isDType } from "@kym/zarr-store/array";
import {
  itemsOf,
  type JsonField,
  memberOf,
  objectOf,
  parseLossless,
  plainValue,
  serializeLossless,
  stringOf,
  throwFault,
} from "@kym/zarr-store/json";
import { imagePartKey, isDerivedKey } from "@kym/zarr-store/layout";
import { parseTableSchema } from "@kym/zarr-store/table/reading";
import { LegacyIoError } from "../errors.ts";

/**
 * What separates the coordinates in the chunk keys of a Zarr array. An array comes back with the keys that it had, because
 * provenance names objects by key and hash. Exports that do not say it are of versions that wrote dots.
 */
export type ChunkKeySeparator = "." | "/";

/** A file of an export, with the SHA-256 of its bytes. */
export interface ExportedFile {
  /** Path relative to the exported folder, parts joined by `/`. */
  readonly path: string;
  readonly sha256: string;
}

export type ExportedArtifact =
  | (ExportedFile & { readonly kind: "json"; readonly name: string })
  | (ExportedFile & {
      readonly kind: "parquet";
      readonly name: string;
      readonly schema: TableSchema;
      readonly format: "csv" | "parquet";
    })
  | (ExportedFile & { readonly kind: "csv.gz"; readonly name: string })
  | (ExportedFile & {
      readonly kind: "array";
      readonly name: string;
      readonly axes: readonly string[];
      readonly chunks: readonly number[];
      readonly attributes: Readonly<Record<string, unknown>>;
      readonly chunkKeySeparator: ChunkKeySeparator;
      /** A second copy for programs that read TIFFs. A restore does not use it. */
      readonly tif?: ExportedFile;
    })
  | (ExportedFile & { readonly kind: "attachment"; readonly name: string });

export interface ExportedImage {
  readonly imageId: string;
  /** The attributes of the record, unchanged. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly pixels: ExportedFile & {
    readonly format: "tif" | "npy";
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly chunks: readonly number[];
    /** For each axis of the file, the axis of the image, where the file has them in another order. Version 2. */
    readonly axisOrder?: readonly number[] | undefined;
    /** Of the Zarr array. Exports of older versions have none. */
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly chunkKeySeparator: ChunkKeySeparator;
  };
  readonly artifacts: readonly ExportedArtifact[];
  /** The hash of each object of the record at the time of the export, by its path relative to `images/<id>/`. */
  readonly objects: Readonly<Record<string, string>>;
}

export interface ExportedTable extends ExportedFile {
  readonly name: string;
  readonly schema: TableSchema;
  readonly format: "csv" | "parquet";
}

/** The content of `export.json`: everything that the other files of an export do not say themselves. */
export interface ExportManifest {
  readonly images: readonly ExportedImage[];
  readonly tables: readonly ExportedTable[];
  /** The table that says which file is which image. Exports by id have none. */
  readonly index?: ExportedFile | undefined;
  /** What the dataset has besides. Undefined if the export is whole. */
  readonly leftOut?: ExportLeftOut | undefined;
}

/** What a partial export leaves out. */
export interface ExportLeftOut {
  readonly images: readonly {
    readonly imageId: string;
    /** The path that it came from, relative to the folder that was ingested, if that is known. */
    readonly sourceRelPath?: string;
    /** Why it could not be exported; undefined if it was left out on request. */
    readonly reason?: string;
  }[];
  /** Names of pooled tables that are missing as a whole. Others have the rows of the exported images alone. */
  readonly tables: readonly string[];
}

/** Name of the file that marks a folder as an export and from which it is restored. */
export const EXPORT_MANIFEST = "export.json";
const FORMAT = "kym-export";
const FORMAT_VERSION = 1;
/** Earlier builds would restore images of another order with their pixels out of place. */
const VERSION_WITH_ORDER = 2;

export function encodeExportManifest(manifest: ExportManifest): Uint8Array<ArrayBuffer> {
  const { images, tables, index, leftOut } = manifest;
  const content = {
    format: FORMAT,
    format_version: images.some(({ pixels }) => pixels.axisOrder !== undefined)
      ? VERSION_WITH_ORDER
      : FORMAT_VERSION,
    images,
    tables,
    ...(index && { index }),
    ...(leftOut && { leftOut }),
  };
  return new TextEncoder().encode(`${serializeLossless(content)}\n`);
}

/** Throws `invalid_file`. The message names the field by its key, or the document if an object was expected. */
const onFault = throwFault(({ value, path }, expected) => {
  const key =
    expected === "an object" ? "document" : path.slice(path.lastIndexOf(".") + 1).replace(/\[\d+\]$/, "");
  return new LegacyIoError("invalid_file", `${EXPORT_MANIFEST}: ${key} is not ${expected}`, {
    expected,
    found: value,
  });
});

/**
 * Parses and validates `export.json`.
 *
 * @throws LegacyIoError `invalid_file` if it is not the manifest of an export, `invalid_name` if it names a file outside
 * the export, `not_supported` for another version of the format.
 */
export function decodeExportManifest(bytes: Uint8Array): ExportManifest {
  const where = EXPORT_MANIFEST;
  const value = plainValue(parseLossless(new TextDecoder().decode(bytes), { where }));
  const root: JsonField = { value, path: "", where, onFault };
  const format = memberOf(root, "format");
  if (format.value !== FORMAT) {
    return onFault(format, FORMAT);
  }
  const version = memberOf(root, "format_version").value;
  if (version !== FORMAT_VERSION && version !== VERSION_WITH_ORDER) {
    throw new LegacyIoError(
      "not_supported",
      `${EXPORT_MANIFEST} has version ${String(version)}; only versions ${FORMAT_VERSION} and ${VERSION_WITH_ORDER} can be read`,
      {
        expected: [FORMAT_VERSION, VERSION_WITH_ORDER],
        found: version,
      },
    );
  }
  const index = memberOf(root, "index");
  const leftOut = memberOf(root, "leftOut");
  return {
    images: itemsOf(memberOf(root, "images")).map(decodeImage),
    tables: itemsOf(memberOf(root, "tables")).map(decodeTable),
    ...(index.value !== undefined && { index: decodeFile(index) }),
    ...(leftOut.value !== undefined && { leftOut: decodeLeftOut(leftOut) }),
  };
}

function decodeLeftOut(fields: JsonField): ExportLeftOut {
  return {
    images: itemsOf(memberOf(fields, "images")).map((image) => {
      const path = memberOf(image, "sourceRelPath");
      const reason = memberOf(image, "reason");
      return {
        imageId: textOf(image, "imageId"),
        ...(path.value !== undefined && { sourceRelPath: stringOf(path, "text") }),
        ...(reason.value !== undefined && { reason: stringOf(reason, "text") }),
      };
    }),
    tables: itemsOf(memberOf(fields, "tables")).map((table) => stringOf(table, "text")),
  };
}

function decodeImage(image: JsonField): ExportedImage {
  const pixels = memberOf(image, "pixels");
  const dtype = memberOf(pixels, "dtype");
  const format = memberOf(pixels, "format");
  if (!isDType(dtype.value)) {
    return onFault(dtype, "a dtype");
  }
  if (format.value !== "tif" && format.value !== "npy") {
    return onFault(format, "tif or npy");
  }
  return {
    imageId: textOf(image, "imageId"),
    attributes: objectOf(memberOf(image, "attributes")),
    pixels: {
      ...decodeFile(pixels),
      format: format.value,
      dtype: dtype.value,
      shape: countsOf(pixels, "shape"),
      chunks: countsOf(pixels, "chunks"),
      ...(memberOf(pixels, "axisOrder").value !== undefined && { axisOrder: orderOf(pixels) }),
      attributes: attributesOf(pixels),
      chunkKeySeparator: separatorIn(pixels),
    },
    artifacts: itemsOf(memberOf(image, "artifacts")).map(decodeArtifact).filter(isOfLab),
    objects: Object.fromEntries(
      Object.entries(objectOf(memberOf(image, "objects"))).map(([key, hash]) => [key, String(hash)]),
    ),
  };
}

/** Versions that do not know derived data took them for attachments. They are made again. */
function isOfLab({ kind, name }: ExportedArtifact): boolean {
  return kind !== "attachment" || !isDerivedKey(imagePartKey({ kind, name }));
}

function decodeArtifact(fields: JsonField): ExportedArtifact {
  const named = { ...decodeFile(fields), name: textOf(fields, "name") };
  const kind = memberOf(fields, "kind");
  switch (kind.value) {
    case "json":
    case "csv.gz":
    case "attachment":
      return { ...named, kind: kind.value };
    case "parquet":
      return { ...named, kind: kind.value, schema: schemaOf(fields), format: tableFormat(fields) };
    case "array": {
      const tif = memberOf(fields, "tif");
      return {
        ...named,
        kind: kind.value,
        axes: itemsOf(memberOf(fields, "axes")).map(({ value }) => String(value)),
        chunks: countsOf(fields, "chunks"),
        attributes: objectOf(memberOf(fields, "attributes")),
        chunkKeySeparator: separatorIn(fields),
        ...(tif.value !== undefined && { tif: decodeFile(tif) }),
      };
    }
    default:
      return onFault(kind, "a kind of artifact");
  }
}

function decodeTable(fields: JsonField): ExportedTable {
  return {
    ...decodeFile(fields),
    name: textOf(fields, "name"),
    schema: schemaOf(fields),
    format: tableFormat(fields),
  };
}

function attributesOf(pixels: JsonField): Readonly<Record<string, unknown>> {
  const attributes = memberOf(pixels, "attributes");
  return attributes.value === undefined ? {} : objectOf(attributes);
}

function separatorIn(fields: JsonField): ChunkKeySeparator {
  const separator = memberOf(fields, "chunkKeySeparator");
  const { value = "." } = separator;
  return value === "." || value === "/" ? value : onFault(separator, ". or /");
}

/** Reads a path and its hash, and makes sure that the path stays inside the export. */
function decodeFile(fields: JsonField): ExportedFile {
  const path = textOf(fields, "path");
  const isInside =
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..") && !/[\\:\0]/.test(path);
  if (!isInside) {
    throw new LegacyIoError(
      "invalid_name",
      `${EXPORT_MANIFEST} names a file outside the export: ${JSON.stringify(path)}`,
      {
        found: path,
      },
    );
  }
  return { path, sha256: textOf(fields, "sha256") };
}

function schemaOf(fields: JsonField): TableSchema {
  return parseTableSchema(memberOf(fields, "schema").value);
}

function tableFormat(fields: JsonField): "csv" | "parquet" {
  const format = memberOf(fields, "format");
  return format.value === "csv" || format.value === "parquet"
    ? format.value
    : onFault(format, "csv or parquet");
}

function countsOf(fields: JsonField, key: string): readonly number[] {
  return itemsOf(memberOf(fields, key)).map((item) => {
    const { value } = item;
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
      ? value
      : onFault(item, "counts");
  });
}

/** Each axis of the image once. */
function orderOf(pixels: JsonField): readonly number[] {
  const [order, { length }] = [countsOf(pixels, "axisOrder"), countsOf(pixels, "shape")];
  return order.length === length && order.every((axis) => axis < length) && new Set(order).size === length
    ? order
    : onFault(memberOf(pixels, "axisOrder"), "an order of the axes");
}

function textOf(fields: JsonField, key: string): string {
  return stringOf(memberOf(fields, key), "text");
}
