import type { DType, TableSchema } from "@kym/zarr-store";
import { isDType } from "@kym/zarr-store/array";
import { parseLossless, plainValue, serializeLossless } from "@kym/zarr-store/json";
import { parseTableSchema } from "@kym/zarr-store/table";
import { LegacyIoError } from "../errors.ts";

/** A file of an export, with the hash of its bytes. */
export interface ExportedFile {
  /** Below the exported folder, parts joined by `/`. */
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
      /** The same for programs that read TIFFs; nothing is restored from it. */
      readonly tif?: ExportedFile;
    })
  | (ExportedFile & { readonly kind: "attachment"; readonly name: string });

export interface ExportedImage {
  readonly imageId: string;
  /** Of the record, as they are. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly pixels: ExportedFile & {
    readonly format: "tif" | "npy";
    readonly dtype: DType;
    readonly shape: readonly number[];
    readonly chunks: readonly number[];
  };
  readonly artifacts: readonly ExportedArtifact[];
  /** The hash of each object of the record at the time, by its path below `images/<id>/`. */
  readonly objects: Readonly<Record<string, string>>;
}

export interface ExportedTable extends ExportedFile {
  readonly name: string;
  readonly schema: TableSchema;
  readonly format: "csv" | "parquet";
}

/** `export.json`: everything that the files of an export do not say themselves. */
export interface ExportManifest {
  readonly images: readonly ExportedImage[];
  readonly tables: readonly ExportedTable[];
}

/** The file by which an export is known, and restored. */
export const EXPORT_MANIFEST = "export.json";
const FORMAT = "kym-export";
const FORMAT_VERSION = 1;

export function encodeExportManifest(manifest: ExportManifest): Uint8Array<ArrayBuffer> {
  const { images, tables } = manifest;
  return new TextEncoder().encode(
    `${serializeLossless({ format: FORMAT, format_version: FORMAT_VERSION, images, tables })}\n`,
  );
}

/** Throws `invalid_file` for what is no export, `not_supported` for a newer version. */
export function decodeExportManifest(bytes: Uint8Array): ExportManifest {
  const root = fieldsOf(
    plainValue(parseLossless(new TextDecoder().decode(bytes), { where: EXPORT_MANIFEST })),
  );
  if (root["format"] !== FORMAT) {
    throw malformed("format", FORMAT, root["format"]);
  }
  if (root["format_version"] !== FORMAT_VERSION) {
    throw new LegacyIoError(
      "not_supported",
      `${EXPORT_MANIFEST} has version ${String(root["format_version"])}`,
      {
        expected: FORMAT_VERSION,
        found: root["format_version"],
      },
    );
  }
  return { images: listOf(root, "images").map(decodeImage), tables: listOf(root, "tables").map(decodeTable) };
}

function decodeImage(value: unknown): ExportedImage {
  const image = fieldsOf(value);
  const pixels = fieldsOf(image["pixels"]);
  const { dtype, format } = pixels;
  if (!isDType(dtype)) {
    throw malformed("dtype", "a dtype", dtype);
  }
  if (format !== "tif" && format !== "npy") {
    throw malformed("format", "tif or npy", format);
  }
  return {
    imageId: textOf(image, "imageId"),
    attributes: fieldsOf(image["attributes"]),
    pixels: {
      ...decodeFile(pixels),
      format,
      dtype,
      shape: countsOf(pixels, "shape"),
      chunks: countsOf(pixels, "chunks"),
    },
    artifacts: listOf(image, "artifacts").map(decodeArtifact),
    objects: Object.fromEntries(
      Object.entries(fieldsOf(image["objects"])).map(([key, hash]) => [key, String(hash)]),
    ),
  };
}

function decodeArtifact(value: unknown): ExportedArtifact {
  const fields = fieldsOf(value);
  const named = { ...decodeFile(fields), name: textOf(fields, "name") };
  const { kind } = fields;
  switch (kind) {
    case "json":
    case "csv.gz":
    case "attachment":
      return { ...named, kind };
    case "parquet":
      return { ...named, kind, schema: parseTableSchema(fields["schema"]), format: tableFormat(fields) };
    case "array":
      return {
        ...named,
        kind,
        axes: listOf(fields, "axes").map(String),
        chunks: countsOf(fields, "chunks"),
        attributes: fieldsOf(fields["attributes"]),
        ...(fields["tif"] !== undefined && { tif: decodeFile(fieldsOf(fields["tif"])) }),
      };
    default:
      throw malformed("kind", "a kind of artifact", kind);
  }
}

function decodeTable(value: unknown): ExportedTable {
  const fields = fieldsOf(value);
  return {
    ...decodeFile(fields),
    name: textOf(fields, "name"),
    schema: parseTableSchema(fields["schema"]),
    format: tableFormat(fields),
  };
}

/** A path of an export stays inside it. */
function decodeFile(fields: Readonly<Record<string, unknown>>): ExportedFile {
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

function tableFormat(fields: Readonly<Record<string, unknown>>): "csv" | "parquet" {
  const { format } = fields;
  if (format !== "csv" && format !== "parquet") {
    throw malformed("format", "csv or parquet", format);
  }
  return format;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed("document", "an object", value);
  }
  return Object.fromEntries(Object.entries(value));
}

function listOf(fields: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) {
    throw malformed(key, "a list", value);
  }
  return value;
}

function countsOf(fields: Readonly<Record<string, unknown>>, key: string): readonly number[] {
  return listOf(fields, key).map((value) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
      throw malformed(key, "counts", value);
    }
    return value;
  });
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") {
    throw malformed(key, "text", value);
  }
  return value;
}

function malformed(key: string, expected: string, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `${EXPORT_MANIFEST}: ${key} is not ${expected}`, {
    expected,
    found,
  });
}
