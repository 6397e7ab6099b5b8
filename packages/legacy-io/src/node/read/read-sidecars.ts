// Reads and parses the sidecars of a bundle.

import { basename } from "node:path";
import type { ReaderVersion } from "@kym/kym-schema";
import type { NdArray } from "@kym/zarr-store";
import { whenAllDone } from "@kym/zarr-store/runtime";
import type { ParsedSidecar } from "../../content/parsed-sidecar.ts";
import { isLegacyIoError } from "../../errors.ts";
import type { SidecarFile } from "../../folder/bundle.ts";
import { comparePaths } from "../../folder/compare-paths.ts";
import { parseSidecar, type SidecarMeaning } from "../../formats/parse-sidecar.ts";
import { PICTURE } from "../../formats/prairie/prairie-name.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { STORED_FORMATS } from "../../formats/sidecars/acqstore-stored-formats.ts";
import { readerOf } from "../../readers/faults-of-reader.ts";
import { bytesSource } from "../../tiff/byte-source.ts";
import { readTiff } from "../../tiff/read-tiff.ts";
import { gunzip } from "../files/gunzip.ts";
import type { ReadFile } from "../files/read-stable.ts";
import { sha256Of } from "../files/sha256-of.ts";
import { hashOf } from "../ngff/hash-of.ts";
import { readAnyFile, readZarrPixels } from "../ngff/read-zarr-image.ts";
import { codecsBeforeNodes } from "../tiff/tiff-codecs.ts";

/** A sidecar's file, with the size, time and hash it had, and its content. */
export interface ReadSidecar {
  readonly file: SidecarFile & ReadFile;
  readonly parsed: ParsedSidecar;
  /** The format that read the file, understood or not; undefined if its format is not known. */
  readonly reader: ReaderVersion | undefined;
}

/**
 * Reads and parses the sidecars of an image. A file that cannot be understood is kept unchanged.
 *
 * @throws LegacyIoError `io`, `not_supported` for a file that is too large, `aborted`; `invalid_argument` for a format
 * that fails (see `parseSidecar`).
 */
export async function readSidecars(
  files: readonly SidecarFile[],
  formats: readonly SidecarFormat[],
  signal: AbortSignal | undefined,
): Promise<readonly ReadSidecar[]> {
  const folders = await whenAllDone(
    files.flatMap((file) => (file.zarr === undefined ? [] : [readReference(file, formats, signal)])),
  );
  const alone = files.filter(({ zarr }) => zarr === undefined);
  const read = await whenAllDone(alone.map((file) => readAnyFile(file, signal)));
  const parsed = await whenAllDone(
    read.map(async ({ file, bytes }) => {
      const { relPath } = file;
      const format = formatOf(file, formats);
      const picture = file.kind === PICTURE ? await readPicture(bytes, signal) : undefined;
      const content = await understand(file, bytes, format, picture);
      const reader = format && readerOf(format);
      const array = typeof picture === "string" ? undefined : picture;
      return {
        file,
        parsed: { relPath, fileName: basename(relPath), bytes, content, picture: array },
        reader,
      };
    }),
  );
  return [...parsed, ...folders].toSorted((a, b) => comparePaths(a.file.relPath, b.file.relPath));
}

/** Reads the image of the vessel, which is a folder. One that cannot be read is named. */
async function readReference(
  file: SidecarFile,
  formats: readonly SidecarFormat[],
  signal: AbortSignal | undefined,
): Promise<ReadSidecar> {
  const { relPath } = file;
  const format = formatOf(file, formats);
  const base = { relPath, fileName: basename(relPath), bytes: new Uint8Array(), isFolder: true } as const;
  const reader = format && readerOf(format);
  try {
    const { file: hashed, image: array } = await readZarrPixels(file, {
      maxDecodedBytes: MAX_REFERENCE_BYTES,
      signal,
    });
    const [artifact] = format?.artifacts ?? [];
    if (format === undefined || artifact === undefined) {
      const reason = "its format is not known";
      return {
        file: { ...file, ...hashed },
        parsed: { ...base, content: { kind: "opaque", reason, cause: undefined } },
        reader,
      };
    }
    const facts = { artifacts: [{ kind: "array" as const, name: artifact.name, array }] };
    return {
      file: { ...file, ...hashed },
      parsed: { ...base, content: { kind: "understood", format, facts } },
      reader,
    };
  } catch (error) {
    if (!isLegacyIoError(error) || error.code === "aborted") {
      throw error;
    }
    const sha256 = await hashOf(file, signal).catch(() => sha256Of(base.bytes));
    const content = { kind: "opaque", reason: error.message, cause: error } as const;
    return { file: { ...file, sha256 }, parsed: { ...base, content }, reader };
  }
}

/** Decoded pixels of an image of a vessel. */
const MAX_REFERENCE_BYTES = 256 * 2 ** 20;

function formatOf(
  { kind, format: namedFormat }: SidecarFile,
  formats: readonly SidecarFormat[],
): SidecarFormat | undefined {
  const name = namedFormat ?? kind;
  return [...formats, ...STORED_FORMATS].find((format) => format.name === name);
}

const IS_PICTURE = "it is the image in which the line was drawn, or one for reference, not a scan";

/** The pixels of a picture, or why they cannot be read. */
async function readPicture(
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal | undefined,
): Promise<NdArray | string> {
  try {
    const options = { codecs: codecsBeforeNodes(undefined), limits: PICTURE_LIMITS, signal };
    return (await readTiff(bytesSource(bytes), options)).image;
  } catch (error) {
    if (!isLegacyIoError(error) || error.code === "aborted") {
      throw error;
    }
    return error.message;
  }
}

const PICTURE_LIMITS = { maxDecodedBytes: MAX_REFERENCE_BYTES };

async function understand(
  { artifact = "", relPath, kind }: SidecarFile,
  bytes: Uint8Array<ArrayBuffer>,
  format: SidecarFormat | undefined,
  picture: NdArray | string | undefined,
): Promise<SidecarMeaning> {
  const isRead = typeof picture !== "string";
  const what = isRead ? IS_PICTURE : `${IS_PICTURE}; its pixels cannot be read: ${picture}`;
  return format === undefined
    ? { kind: "opaque", reason: kind === PICTURE ? what : "its format is not known", cause: undefined }
    : parseSidecar(format, bytes, { relPath, artifact, gunzip: (packed) => gunzip(packed, relPath) });
}
