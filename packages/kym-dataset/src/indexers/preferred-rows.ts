// Chooses, for each ROI and channel, between the rows of a lab's program and those of `kym analyze`.

import { analysisRunKey, COLUMNS } from "@kym/kym-schema";
import type { PreferredSoftware } from "@kym/kym-schema/flow";
import type { Row } from "@kym/zarr-store";

/** What rows say of results that came with a lab's files, whichever program of the lab computed them. */
export const LAB_SOFTWARE = "lab";

const FIRST_CHANNEL = 1n;

/** The rows of each program. */
export interface RowsByProgram {
  readonly lab: readonly Row[];
  /** Default none. */
  readonly acqstore?: readonly Row[] | undefined;
  readonly ours: readonly Row[];
}

/**
 * Keeps, for each ROI and channel, the rows of one program: the lab's, otherwise acqstore's, otherwise ours; ours first if they are
 * preferred. So no ROI counts twice. The lab's rows come first, ours last.
 */
export function preferredRows(
  { lab, acqstore = [], ours }: RowsByProgram,
  prefer: PreferredSoftware,
): readonly Row[] {
  const taken = new Set<string>();
  const left = (rows: readonly Row[]): readonly Row[] => {
    const free = rows.filter((row) => !taken.has(keyOfRow(row)));
    for (const row of free) {
      taken.add(keyOfRow(row));
    }
    return free;
  };
  const first = prefer === "kym" ? left(ours) : [];
  const [ofLab, ofAcqstore] = [left(lab), left(acqstore)];
  return [...ofLab, ...ofAcqstore, ...(prefer === "kym" ? first : left(ours))];
}

/** Sorts rows by ROI, then channel; rows of one ROI and channel keep their order. */
export function inOrderOfRois(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted(
    (a, b) =>
      numberOf(a[COLUMNS.roiId]) - numberOf(b[COLUMNS.roiId]) ||
      numberOf(a[COLUMNS.channel]) - numberOf(b[COLUMNS.channel]),
  );
}

/** The ROI and channel of a row, as runs are named. A row without a channel is of the first. */
export function keyOfRow({ roi_id: roiId, channel }: Row): string {
  const known = typeof channel === "bigint" || typeof channel === "number" ? channel : FIRST_CHANNEL;
  return typeof roiId === "bigint" || typeof roiId === "number" ? analysisRunKey(roiId, known) : "";
}

function numberOf(cell: Row[string]): number {
  return typeof cell === "bigint" || typeof cell === "number" ? Number(cell) : 0;
}
