// Reads and parses the sidecars of a bundle.

import { basename } from "node:path";
import type { ReaderVersion } from "@kym/kym-schema";
import { whenAllDone } from "@kym/zarr-store/runtime";
import type { ParsedSidecar } from "../../content/parsed-sidecar.ts";
import type { SidecarFile } from "../../folder/bundle.ts";
import { parseSidecar, type SidecarMeaning } from "../../formats/parse-sidecar.ts";
import { PICTURE } from "../../formats/prairie/prairie-name.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { readerOf } from "../../readers/faults-of-reader.ts";
import { gunzip } from "../files/gunzip.ts";
import { type ReadFile, readStable } from "../files/read-stable.ts";

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
  const read = await whenAllDone(files.map((file) => readStable(file, signal)));
  return whenAllDone(
    read.map(async ({ file, bytes }) => {
      const { relPath } = file;
      const format = formatOf(file, formats);
      const content = await understand(file, bytes, format);
      const reader = format && readerOf(format);
      return { file, parsed: { relPath, fileName: basename(relPath), bytes, content }, reader };
    }),
  );
}

function formatOf(
  { kind, format: namedFormat }: SidecarFile,
  formats: readonly SidecarFormat[],
): SidecarFormat | undefined {
  const name = namedFormat ?? kind;
  return formats.find((format) => format.name === name);
}

const IS_PICTURE = "it is the image in which the line was drawn, or one for reference, not a scan";

async function understand(
  { artifact = "", relPath, kind }: SidecarFile,
  bytes: Uint8Array<ArrayBuffer>,
  format: SidecarFormat | undefined,
): Promise<SidecarMeaning> {
  return format === undefined
    ? { kind: "opaque", reason: kind === PICTURE ? IS_PICTURE : "its format is not known", cause: undefined }
    : parseSidecar(format, bytes, { relPath, artifact, gunzip: (packed) => gunzip(packed, relPath) });
}
