// Finds the companions of an OIR file, which hold further pixels of the same recording: `scan_00001` beside `scan.oir`.

import { isLegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordingFiles, RecordingLimits } from "../recording-format.ts";
import { isOir, type OirLayout, readOirLayout } from "./oir-layout.ts";

/** One file of a recording. */
export interface OirFile {
  readonly name: string;
  /** 0 for the main file. */
  readonly number: number;
  readonly source: ByteSource;
  readonly layout: OirLayout;
}

/** The files of a recording, and the names of those that are not there though a later one is. */
export interface OirFileSet {
  readonly files: readonly OirFile[];
  readonly missing: readonly string[];
  /** What the next companion would be called. */
  readonly next: string;
  readonly warnings: readonly string[];
}

const MOST_COMPANIONS = 99_999;
/** So many missing ones in a row end the search. */
const MOST_MISSING = 8;

/** The name without `.oir`. */
export function oirBase(fileName: string): string {
  return fileName.replace(/\.oir$/i, "");
}

export function companionName(fileName: string, number: number): string {
  return `${oirBase(fileName)}_${String(number).padStart(5, "0")}`;
}

/** Whether a path is a companion of a main file, by its name alone. */
export function isCompanion(fileName: string, path: string): boolean {
  const start = `${oirBase(fileName)}_`;
  return path.startsWith(start) && /^\d{5}$/.test(path.slice(start.length)) && !path.endsWith("_00000");
}

/**
 * Opens the main file and its companions.
 *
 * @throws {LegacyIoError} as `readOirLayout` does for the main file. A companion of another kind counts as missing.
 */
export async function openOirFiles(recording: RecordingFiles, limits: RecordingLimits): Promise<OirFileSet> {
  const { fileName, main, companion, signal } = recording;
  const layout = await readOirLayout(main, fileName, limits, signal);
  const files: OirFile[] = [{ name: fileName, number: 0, source: main, layout }];
  const warnings: string[] = [...layout.warnings];
  let last = 0;
  for (let number = 1; number <= Math.min(MOST_COMPANIONS, last + MOST_MISSING); number++) {
    const name = companionName(fileName, number);
    const source = await companion(name);
    if (source === undefined) {
      continue;
    }
    last = number;
    if (!(await isOir(source))) {
      warnings.push(`${name} is not an OIR file: its lines are missing`);
      continue;
    }
    try {
      const found = await readOirLayout(source, name, limits, signal);
      warnings.push(...found.warnings);
      files.push({ name, number, source, layout: found });
    } catch (error) {
      if (!isLegacyIoError(error, "invalid_file", "not_supported")) {
        throw error;
      }
      warnings.push(`${error.message}: its lines are missing`);
    }
  }
  const there = new Set(files.map(({ number }) => number));
  const missing = Array.from({ length: last }, (_, at) => at + 1)
    .filter((number) => !there.has(number))
    .map((number) => companionName(fileName, number));
  return { files, missing, next: companionName(fileName, last + 1), warnings };
}
