// Chooses, for each ROI and channel, between the rows of a lab's program and those of `kym analyze`.

import { analysisRunKey, COLUMNS } from "@kym/kym-schema";
import type { PreferredSoftware } from "@kym/kym-schema/flow";
import type { Row } from "@kym/zarr-store";

/** What rows say of results that came with a lab's files, whichever program of the lab computed them. */
export const LAB_SOFTWARE = "lab";

const FIRST_CHANNEL = 1n;

/**
 * Keeps the preferred rows, and of the others those of ROIs and channels that have no preferred row: so no ROI counts
 * twice. The lab's rows come first where both have some.
 */
export function preferredRows(
  { lab, ours }: { readonly lab: readonly Row[]; readonly ours: readonly Row[] },
  prefer: PreferredSoftware,
): readonly Row[] {
  const preferred = new Set((prefer === "lab" ? lab : ours).map(keyOfRow));
  const left = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => !preferred.has(keyOfRow(row)));
  return prefer === "lab" ? [...lab, ...left(ours)] : [...left(lab), ...ours];
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
