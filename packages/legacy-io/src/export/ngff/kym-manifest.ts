// The file `kym/export.json` of an exported image: what each file is, with hashes, so that the image can be restored.

import type { DType, SourceRow } from "@kym/zarr-store";
import { parseSourceRow } from "@kym/zarr-store";
import { isDType } from "@kym/zarr-store/array";
import {
  booleanOf,
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
import { LegacyIoError } from "../../errors.ts";
import type { ExportedFile } from "../export-manifest.ts";
import { KYM_FOLDER } from "./kym-paths.ts";

/** The path of the file, relative to the image's group. */
export const KYM_MANIFEST: string = `${KYM_FOLDER}/export.json`;
const FORMAT = "kym-image-export";
const FORMAT_VERSION = 1;

/** The programs that an image was exported for. */
export type NgffTarget = "ome-zarr" | "acqstore";

/** A file that is an object of the dataset. */
export interface KymFile extends ExportedFile {
  /** The object's key below `images/<id>/`. */
  readonly key: string;
  /** The hash of the object in the dataset, where the file differs: paths of the machine were made relative. */
  readonly originalSha256?: string | undefined;
}

/** The pixels of an exported image. */
export interface KymPixels {
  /** The array of level 0. */
  readonly array: string;
  readonly dtype: DType;
  /** In the dataset's order of axes, as `axes`. */
  readonly shape: readonly number[];
  /** Null if the dataset does not name the axes. */
  readonly axes: readonly string[] | null;
  /** Axis `i` of level 0 is axis `axisOrder[i]` of the dataset's array. */
  readonly axisOrder: readonly number[];
  /** Of the values: the dataset's order of axes, C order, little-endian. */
  readonly sha256: string;
  /** The chunk at `path` of level 0 is the object `key` of the dataset. */
  readonly chunks: readonly KymFile[];
  /** True if the dataset has the pixels in another form, which Zarr v3 cannot hold: a Zarr v2 array of the Python system. */
  readonly encodedAnew: boolean;
}

/** The content of `kym/export.json`. All paths are relative to the image's group. */
export interface KymManifest {
  readonly writtenFor: NgffTarget;
  readonly imageId: string;
  readonly pixels: KymPixels;
  /** The files of `kym/` that are restored. */
  readonly files: readonly KymFile[];
  /** The files of `kym/` that are not restored. */
  readonly others: readonly ExportedFile[];
  /** Every file of the image outside of `kym/`. */
  readonly foreign: readonly ExportedFile[];
  /** The hash of each object in the dataset when it was exported, by key. Without what is derived from the pixels. */
  readonly objects: Readonly<Record<string, string>>;
  /** The image's rows of the table of source files. */
  readonly sources: readonly SourceRow[];
  /** The pooled tables that the dataset had. */
  readonly tables: readonly string[];
  /** The objects that are not in the export. */
  readonly leftOut: readonly { readonly key: string; readonly reason: string }[];
}

export function encodeKymManifest(manifest: KymManifest): Uint8Array<ArrayBuffer> {
  const { pixels } = manifest;
  const fileOf = ({ path, sha256, key, originalSha256 }: KymFile): object => ({
    path,
    sha256,
    key,
    ...(originalSha256 !== undefined && { original_sha256: originalSha256 }),
  });
  const content = {
    format: FORMAT,
    format_version: FORMAT_VERSION,
    written_for: manifest.writtenFor,
    image_id: manifest.imageId,
    pixels: {
      array: pixels.array,
      dtype: pixels.dtype,
      shape: pixels.shape,
      axes: pixels.axes,
      axis_order: pixels.axisOrder,
      sha256: pixels.sha256,
      encoded_anew: pixels.encodedAnew,
      chunks: pixels.chunks.map(fileOf),
    },
    files: manifest.files.map(fileOf),
    others: manifest.others,
    foreign: manifest.foreign,
    objects: manifest.objects,
    sources: manifest.sources.map((row) => ({ ...row })),
    tables: manifest.tables,
    left_out: manifest.leftOut,
  };
  return new TextEncoder().encode(`${serializeLossless(content)}\n`);
}

/** Throws `invalid_file`, with the place in the file. */
const onFault = throwFault(({ value, path }, expected) => {
  return new LegacyIoError("invalid_file", `${KYM_MANIFEST}: expected ${expected} at ${path || "$"}`, {
    expected,
    found: value,
  });
});

/**
 * Parses and validates `kym/export.json`.
 *
 * @throws {LegacyIoError} `invalid_file` if it is something else, `invalid_name` if it names a file outside of the image's group,
 * `not_supported` for another version of the format
 * @throws {ZarrStoreError} `invalid_file` for text that is not JSON
 */
export function decodeKymManifest(bytes: Uint8Array): KymManifest {
  const where = KYM_MANIFEST;
  const value = plainValue(parseLossless(new TextDecoder().decode(bytes), { where }));
  const root: JsonField = { value, path: "$", where, onFault };
  const format = memberOf(root, "format");
  if (format.value !== FORMAT) {
    return onFault(format, FORMAT);
  }
  const version = memberOf(root, "format_version").value;
  if (version !== FORMAT_VERSION) {
    throw new LegacyIoError(
      "not_supported",
      `${KYM_MANIFEST} has version ${String(version)}; only version ${FORMAT_VERSION} can be read`,
      { expected: FORMAT_VERSION, found: version },
    );
  }
  const target = memberOf(root, "written_for");
  if (target.value !== "ome-zarr" && target.value !== "acqstore") {
    return onFault(target, "ome-zarr or acqstore");
  }
  return {
    writtenFor: target.value,
    imageId: textOf(root, "image_id"),
    pixels: decodePixels(memberOf(root, "pixels")),
    files: itemsOf(memberOf(root, "files")).map(decodeObject),
    others: itemsOf(memberOf(root, "others")).map(decodeFile),
    foreign: itemsOf(memberOf(root, "foreign")).map(decodeFile),
    objects: decodeObjects(memberOf(root, "objects")),
    sources: itemsOf(memberOf(root, "sources")).map((row) => parseSourceRow(rowOf(row))),
    tables: itemsOf(memberOf(root, "tables")).map((table) => stringOf(table, "text")),
    leftOut: itemsOf(memberOf(root, "left_out")).map((one) => ({
      key: textOf(one, "key"),
      reason: textOf(one, "reason"),
    })),
  };
}

function decodePixels(pixels: JsonField): KymPixels {
  const dtype = memberOf(pixels, "dtype");
  if (!isDType(dtype.value)) {
    return onFault(dtype, "a dtype");
  }
  const shape = countsOf(memberOf(pixels, "shape"));
  const order = memberOf(pixels, "axis_order");
  const axisOrder = countsOf(order);
  const isOrder =
    axisOrder.length === shape.length &&
    axisOrder.every((axis) => axis < shape.length) &&
    new Set(axisOrder).size === shape.length;
  if (!isOrder) {
    return onFault(order, "an order of the axes");
  }
  const axes = memberOf(pixels, "axes");
  return {
    array: safePath(memberOf(pixels, "array")),
    dtype: dtype.value,
    shape,
    axes: axes.value === null ? null : itemsOf(axes).map((axis) => stringOf(axis, "text")),
    axisOrder,
    sha256: textOf(pixels, "sha256"),
    encodedAnew: booleanOf(memberOf(pixels, "encoded_anew")),
    chunks: itemsOf(memberOf(pixels, "chunks")).map(decodeObject),
  };
}

function decodeObject(fields: JsonField): KymFile {
  const original = memberOf(fields, "original_sha256");
  return {
    ...decodeFile(fields),
    key: safePath(memberOf(fields, "key")),
    ...(original.value !== undefined && { originalSha256: stringOf(original, "text") }),
  };
}

function decodeFile(fields: JsonField): ExportedFile {
  return { path: safePath(memberOf(fields, "path")), sha256: textOf(fields, "sha256") };
}

function decodeObjects(fields: JsonField): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(objectOf(fields)).map((key) => [key, stringOf(memberOf(fields, key), "text")]),
  );
}

function rowOf(fields: JsonField): Record<string, string | number | bigint | boolean | null> {
  return Object.fromEntries(
    Object.entries(objectOf(fields)).map(([key, value]) => {
      const isCell =
        value === null ||
        typeof value === "string" ||
        typeof value === "number" ||
        typeof value === "bigint" ||
        typeof value === "boolean";
      return [key, isCell ? value : onFault(memberOf(fields, key), "a cell of a table")];
    }),
  );
}

/** A path that stays inside of the image's group. */
function safePath(field: JsonField): string {
  const path = stringOf(field, "text");
  const isInside =
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..") && !/[\\:\0]/.test(path);
  if (!isInside) {
    throw new LegacyIoError(
      "invalid_name",
      `${KYM_MANIFEST} names a file outside the image: ${JSON.stringify(path)}`,
      { found: path },
    );
  }
  return path;
}

function countsOf(field: JsonField): readonly number[] {
  return itemsOf(field).map((item) => {
    const { value } = item;
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
      ? value
      : onFault(item, "counts");
  });
}

function textOf(fields: JsonField, key: string): string {
  return stringOf(memberOf(fields, key), "text");
}
