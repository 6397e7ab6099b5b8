// Reads a `.roi` file or a `RoiSet.zip` of ImageJ's ROI Manager.

import { isRoiError, type RoiError } from "../../errors.ts";
import { unexpected } from "../../shapes/fields/read-field.ts";
import type { FailedRoi, ImportedRoi, ImportedRois } from "../imported-rois.ts";
import { readZipEntry } from "../zip/read-zip-entry.ts";
import { readZipDirectory, type ZipEntry } from "../zip/zip-directory.ts";
import { keepSelection, MOST_KEPT_BYTES } from "./kept/kept-selection.ts";
import { parseImageJRoi } from "./parse-imagej-roi.ts";
import { roiFromImageJ } from "./roi-from-imagej.ts";

export interface ReadImageJRoisOptions {
  /** The name of the file. A single ROI without a name gets it, without `.roi`. Default "". */
  readonly fileName?: string | undefined;
}

export interface ImageJRois extends ImportedRois {
  /** The names of the zip entries that are not `.roi` files. */
  readonly skipped: readonly string[];
}

/** 16 MiB. An outline of 65 535 points with a long name has 0.8 MB. */
const MOST_ROI_BYTES = 2 ** 24;
/** 256 MiB, for all entries of a zip together. */
const MOST_BYTES = 2 ** 28;
const SUFFIX = ".roi";

/**
 * Reads the ROIs of an ImageJ `.roi` file or `RoiSet.zip`, told apart by their first bytes. {@link
 * roiFromImageJ} maps them.
 *
 * Each ROI keeps the bytes of its selection, which `writeImageJRois` writes again until the ROI is edited, in
 * `extra.imagej.roi` as base64. Bytes that `writeImageJRois` would make of the ROI need not be kept; of more than 1 MiB only the
 * ROI is kept, and `ignored` says so.
 *
 * A ROI without a name gets the name of its entry, as in ImageJ. The same name may occur more than once. A zip
 * entry that cannot be read or mapped is listed in `failed` and does not stop the others. Encrypted entries and
 * entries of more than 16 MiB fail in this way.
 *
 * @throws {RoiError} for a `.roi` file, as {@link parseImageJRoi} and {@link roiFromImageJ} do
 * @throws {RoiError} `invalid_argument` for a zip whose list of entries is damaged or whose entries have more
 *   than 256 MiB together
 * @throws {RoiError} `not_supported` for a zip in the 64-bit form or in several parts
 * @example
 * const { rois, failed } = await readImageJRois(await readFile("RoiSet.zip"));
 */
export async function readImageJRois(
  bytes: Uint8Array,
  options: ReadImageJRoisOptions = {},
): Promise<ImageJRois> {
  if (!isZip(bytes)) {
    return { rois: [importRoi(bytes, "", options.fileName ?? "")], failed: [], skipped: [] };
  }
  const directory = readZipDirectory(bytes);
  const wanted = directory.entries.filter(({ name }) => isRoiFile(name));
  const size = wanted.reduce((total, entry) => total + entry.bytesInside, 0);
  if (size > MOST_BYTES) {
    throw unexpected("zip", `entries of at most ${MOST_BYTES} bytes together`, size);
  }
  const rois: ImportedRoi[] = [];
  const failed: FailedRoi[] = [];
  for (const entry of wanted) {
    try {
      const file = await readZipEntry(bytes, directory, entry, MOST_ROI_BYTES);
      rois.push(importRoi(file, entry.name, entry.name));
    } catch (error) {
      failed.push({ source: entry.name, error: asRoiError(error) });
    }
  }
  const skipped = directory.entries
    .filter((entry) => !wanted.includes(entry))
    .map((entry: ZipEntry) => entry.name);
  return { rois, failed, skipped };
}

function importRoi(bytes: Uint8Array, source: string, fileName: string): ImportedRoi {
  const { draft, ignored } = roiFromImageJ(parseImageJRoi(bytes));
  const named = draft.name === "" ? { ...draft, name: nameOf(fileName) } : draft;
  const isTooLarge = bytes.length > MOST_KEPT_BYTES;
  return {
    draft: keepSelection(named, bytes, named.name === draft.name ? undefined : named.name),
    source,
    ignored: isTooLarge ? [...ignored, { what: "bytes", value: bytes.length }] : ignored,
  };
}

/** A zip begins with an entry or, if it is empty, with its end record. */
function isZip(bytes: Uint8Array): boolean {
  const [p, k, third, fourth] = bytes;
  return p === 0x50 && k === 0x4b && ((third === 3 && fourth === 4) || (third === 5 && fourth === 6));
}

/** macOS adds a file to the zip for each file; it has the same suffix, but is not a `.roi` file. */
function isRoiFile(name: string): boolean {
  return name.toLowerCase().endsWith(SUFFIX) && !name.startsWith("__MACOSX/");
}

function nameOf(fileName: string): string {
  const last = fileName.slice(Math.max(fileName.lastIndexOf("/"), fileName.lastIndexOf("\\")) + 1);
  return last.toLowerCase().endsWith(SUFFIX) ? last.slice(0, -SUFFIX.length) : last;
}

function asRoiError(error: unknown): RoiError {
  if (isRoiError(error)) {
    return error;
  }
  throw error;
}
