// Names the line scans of a file with several, and takes such names apart.

import { RECORDING_ENDINGS } from "../../formats/recording-endings.ts";

/** Between the name of a file and the name of a scan in it. */
export const SCAN_MARK = "#";

/**
 * Names that tell the scans of a file apart, in their order. A file with one scan needs none, so the image has the path of the file;
 * of several, each has the path of the file with its own name behind a `#`: `scan.lif#Series 2`. What cannot stand in a file's name
 * is `_`. A scan without a name, or with that of another, has a number.
 */
export function scanNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name, at) => {
    const plain = [...name.slice(0, MOST_LETTERS)]
      .map((letter) => (letter < " " || letter === "\u007f" || FORBIDDEN.includes(letter) ? "_" : letter))
      .join("")
      .trim();
    const wanted = plain === "" ? `scan ${at + 1}` : plain;
    for (let count = 1; ; count++) {
      const free = count === 1 ? wanted : `${wanted} ${count}`;
      if (!taken.has(free)) {
        taken.add(free);
        return free;
      }
    }
  });
}

const MOST_LETTERS = 120;
const FORBIDDEN = '/\\:*?"<>|#';

/** The path of a scan in a file. */
export function pathOfScan(path: string, scan: string): string {
  return `${path}${SCAN_MARK}${scan}`;
}

/** The path of the file and the name of the scan in it; undefined for the path of a file. */
export function scanOfPath(path: string): { readonly file: string; readonly scan: string } | undefined {
  const from = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  const lower = path.toLowerCase();
  const marks = RECORDING_ENDINGS.flatMap((ending) => {
    const at = lower.indexOf(`${ending}${SCAN_MARK}`, from + 1);
    return at < 0 ? [] : [at + ending.length];
  });
  const mark = Math.min(...marks);
  return marks.length === 0 || mark + 1 === path.length
    ? undefined
    : { file: path.slice(0, mark), scan: path.slice(mark + 1) };
}
