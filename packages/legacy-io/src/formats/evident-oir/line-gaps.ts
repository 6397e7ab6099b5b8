// Merges the gaps of a line scan, and says in words where its lines are missing.

import type { LineGap } from "../recording-format.ts";

/** Gaps in order, those that touch as one. */
export function mergeGaps(gaps: readonly LineGap[]): readonly LineGap[] {
  const merged: LineGap[] = [];
  for (const gap of gaps.toSorted((left, right) => left.firstLine - right.firstLine)) {
    const last = merged.at(-1);
    const end = last === undefined ? -1 : last.firstLine + last.lines;
    if (last !== undefined && gap.firstLine <= end) {
      const lines = Math.max(end, gap.firstLine + gap.lines) - last.firstLine;
      merged[merged.length - 1] = { firstLine: last.firstLine, lines };
    } else {
      merged.push(gap);
    }
  }
  return merged;
}

const MOST_SAID = 5;

/**
 * A sentence without its end: how many lines are missing and where.
 *
 * @param where Said behind the places, such as ` in CH2`.
 */
export function gapWords(gaps: readonly LineGap[], lines: number, where = ""): string {
  const count = gaps.reduce((sum, gap) => sum + gap.lines, 0);
  const places = gaps
    .slice(0, MOST_SAID)
    .map(({ firstLine, lines: length }) => `${firstLine} to ${firstLine + length - 1}`);
  const beyond = gaps.length > MOST_SAID ? ` and ${gaps.length - MOST_SAID} more gaps` : "";
  return `${count} of ${lines} lines are missing (${places.join(", ")}${beyond}${where}) and are filled with zeros`;
}
