// Lists the formats in which microscopes write recordings themselves, and finds the one of a file by its name.

import { cziFormat } from "./czi/czi-format.ts";
import { evidentOirFormat } from "./evident-oir/evident-oir.ts";
import { mescFormat } from "./femtonics-mesc/mesc-format.ts";
import { lifFormat } from "./leica-lif/lif-format.ts";
import { olympusOibFormat, olympusOifFormat } from "./olympus-oif/olympus-oif.ts";
import { ptuFormat } from "./picoquant-ptu/ptu-format.ts";
import type { RecordingFormat } from "./recording-format.ts";

/** In the order in which a file's name is compared with their endings. */
export const ALL_RECORDING_FORMATS: readonly RecordingFormat[] = [
  cziFormat,
  lifFormat,
  ptuFormat,
  mescFormat,
  evidentOirFormat,
  olympusOibFormat,
  olympusOifFormat,
];

/** The format of a file; undefined for a file of another kind. */
export function recordingFormatOf(fileName: string): RecordingFormat | undefined {
  const name = fileName.toLowerCase();
  return ALL_RECORDING_FORMATS.find(({ endings }) => endings.some((ending) => name.endsWith(ending)));
}
