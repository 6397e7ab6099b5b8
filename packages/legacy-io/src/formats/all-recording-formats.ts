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
