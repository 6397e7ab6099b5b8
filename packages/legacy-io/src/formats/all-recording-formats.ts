// Lists the formats in which microscopes write recordings themselves, and finds the one of a file by its name.

import { cziFormat } from "./czi/czi-format.ts";
import { evidentOirFormat } from "./evident-oir/evident-oir.ts";
import { olympusOibFormat, olympusOifFormat } from "./olympus-oif/olympus-oif.ts";
import type { RecordingFormat } from "./recording-format.ts";

/** In the order in which a file's name is compared with their endings. */
export const ALL_RECORDING_FORMATS: readonly RecordingFormat[] = [
  cziFormat,
  evidentOirFormat,
  olympusOibFormat,
  olympusOifFormat,
];

/** The format of a file; undefined for a file of another kind. */
export function recordingFormatOf(fileName: string): RecordingFormat | undefined {
  const name = fileName.toLowerCase();
  return ALL_RECORDING_FORMATS.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
}

/** Without dots, as a pattern spells them: `czi`. */
export const RECORDING_ENDINGS: readonly string[] = ALL_RECORDING_FORMATS.flatMap(({ endings }) => endings);

/** Names that companions have in every format: `<base>_00001` without an ending, and files in `<name>.files`. */
const COMPANION = /(?:^|\/)[^/.][^/]*_\d{5}$|\.files\/[^/]+$/i;

/** True for the path of a file that can only be a part of a recording with another file. */
export function isCompanionPath(path: string): boolean {
  return (
    COMPANION.test(path.replaceAll("\\", "/")) ||
    ALL_RECORDING_FORMATS.some(({ companionPattern }) => companionPattern?.test(path) === true)
  );
}
